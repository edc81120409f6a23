"""Brings a database to this version, and refuses what it cannot work with."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from yarda.errors import DatabaseNewer, DatabaseOutdated, SetupError

MIGRATION_LOCK = 7_209_340
MINIMUM_SERVER = 140000


async def upgrade(connection: AsyncConnection) -> None:
    """Run the missing migrations inside the caller's transaction; others wait for it to end.

    Raises `DatabaseNewer` when the database belongs to a newer program.
    """
    await _check_server(connection)
    await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
    await connection.run_sync(_upgrade)


async def check(connection: AsyncConnection) -> None:
    """Raise `DatabaseOutdated` or `DatabaseNewer` unless the database is at this program's version."""
    await _check_server(connection)
    current = await connection.run_sync(_current)
    if current == _script().get_current_head():
        return
    _refuse_newer(current)
    raise DatabaseOutdated("the database is not at this version; run `yarda migrate`, then start again")


async def _check_server(connection: AsyncConnection) -> None:
    version = int((await connection.execute(text("SHOW server_version_num"))).scalar_one())
    if version < MINIMUM_SERVER:
        raise SetupError(f"Postgres {version // 10000} is too old; Yarda needs 14 or newer")


def _upgrade(connection: Connection) -> None:
    _refuse_newer(_current(connection))
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _refuse_newer(current: str | None) -> None:
    known = {script.revision for script in _script().walk_revisions()}
    if current is not None and current not in known:
        raise DatabaseNewer(
            f"the database is at version {current}, which this Yarda does not know; install the newer Yarda"
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _script() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
