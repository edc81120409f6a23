"""Who may come in, and what they own: sign-in, sessions, API keys, credits, mail, deletion."""
