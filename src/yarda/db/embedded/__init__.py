"""The embedded Postgres: the binaries of a wheel under a supervisor of our own."""

from yarda.db.embedded.membership import EmbeddedPostgres

__all__ = ["EmbeddedPostgres"]
