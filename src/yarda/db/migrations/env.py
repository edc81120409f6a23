"""Alembic's environment: migrations run on the connection that `db.migrate` hands over."""

from alembic import context

from yarda.db.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
