"""The database: that it answers, and is at this version."""

from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from yarda.bootstrap import Running, start
from yarda.db import migrate
from yarda.doctor.findings import Faulty, Finding, Remedies, Seen, examine
from yarda.errors import (
    DatabaseDirectoryIncompatible,
    DatabaseNewer,
    DatabaseOutdated,
    DatabaseUnavailable,
    SetupError,
)
from yarda.settings import Settings

PART = "database"
NOWHERE = "postgresql://nobody@127.0.0.1:1/nowhere"
LOOK_AT_IT = (
    "start the server that YARDA_DATABASE_URL names, or correct host, port, user, password and name in it; "
    "without the setting Yarda brings its own"
)
REMEDIES: Remedies = {
    DatabaseUnavailable: LOOK_AT_IT,
    TimeoutError: LOOK_AT_IT,
    DatabaseOutdated: "run `yarda migrate`",
    DatabaseNewer: "install the Yarda that migrated it, or a newer one",
    DatabaseDirectoryIncompatible: "do as it says; docs/guide/back-up-and-restore.md helps",
    SetupError: "do as it says, or set YARDA_DATABASE_URL to a Postgres from 14 on",
}
QUESTIONS = """
    SELECT current_setting('server_version'), pg_size_pretty(pg_database_size(current_database())),
           (SELECT version_num FROM alembic_version)
"""


async def open_installation(
    settings: Settings, stack: AsyncExitStack, *, scratch: Path
) -> tuple[Finding, Running]:
    """Yarda as it is set up, but for its pictures, which go to `scratch`, and with the painter alone.

    Where the database fails, all the rest is wired to none.
    """
    remedies = dict(REMEDIES)
    if settings.database_url is None:
        remedies[DatabaseUnavailable] = (
            f"look into {settings.data_dir}/postgres/postgres.log, or set YARDA_DATABASE_URL"
        )
    harmless = {"storage_url": scratch.as_uri(), "providers": ["concept"]}
    own = settings.model_copy(update=harmless)
    finding, running = await examine(PART, _open(own, stack), remedies=remedies)
    if running is None:
        none = settings.model_copy(update=harmless | {"database_url": NOWHERE})
        running = await stack.enter_async_context(start(none))
    return finding, running


async def _open(settings: Settings, stack: AsyncExitStack) -> Seen[Running]:
    try:
        running = await stack.enter_async_context(start(settings))
        async with running.database.connect() as connection:
            await migrate.check(connection)
            version, size, revision = (await connection.execute(text(QUESTIONS))).one()
    except (asyncpg.PostgresError, DBAPIError) as error:
        said = error.orig if isinstance(error, DBAPIError) and error.orig else error
        raise Faulty(f"the server says: {str(said).partition(chr(10))[0]}", remedy=LOOK_AT_IT) from error
    except (SQLAlchemyError, ValueError, TypeError) as error:  # from whoever takes the address apart
        raise Faulty("YARDA_DATABASE_URL cannot be used as it is written", remedy=LOOK_AT_IT) from error
    where = "embedded" if settings.database_url is None else "as set"
    return Seen(facts={"Postgres": f"{version} ({where})", "tables_at": revision, "size": size}, made=running)
