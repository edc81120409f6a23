"""Accounts, what they sign in with, their mail, purchases and the log of who did what, in Postgres."""
