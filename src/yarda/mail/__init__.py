"""How messages leave: through a mail server, or onto the operator's terminal."""
