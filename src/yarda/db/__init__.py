"""Postgres: the server, the tables and the unit of work."""
