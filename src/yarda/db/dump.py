"""The whole database as a file, by `pg_dump` and `pg_restore` of the server's own version."""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from yarda.core.backup import Snapshot
from yarda.db import migrate
from yarda.db.embedded.binaries import MAJOR, installed_binaries
from yarda.db.inspection import OBJECTS
from yarda.db.unit_of_work import Database
from yarda.errors import DumpFailed, RestoreRefused, SetupError

COUNTED = ("accounts", "photos", "generations", "generation_areas", "attempts", "ledger")
TABLES = """
    SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
      AND n.nspname NOT LIKE 'pg\\_t%'
"""
WORDS = 300


class PostgresDumps:
    """Plays the `Dumps` port. The password reaches the programs in their environment, never as an argument."""

    def __init__(self, database: Database, *, dsn: str) -> None:
        self._database = database
        self._address, self._password = without_password(dsn)
        self._snapshot = ""
        self._major = ""

    @asynccontextmanager
    async def look(self) -> AsyncIterator[Snapshot]:
        async with self._database.connect() as connection:
            await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            await migrate.check(connection)
            self._snapshot = (await connection.execute(text("SELECT pg_export_snapshot()"))).scalar_one()
            self._major = await _major(connection)
            keys = {row[0] for row in await connection.execute(text(OBJECTS))}
            rows = {table: await _count(connection, table) for table in COUNTED}
            yield Snapshot(postgres=int(self._major), objects=tuple(sorted(keys)), rows=rows)

    async def write(self, path: Path) -> None:
        await asyncio.to_thread(path.touch, 0o600)  # before anything is in it
        await self._run(
            "pg_dump",
            "--format=custom",
            "--no-unlogged-table-data",
            f"--snapshot={self._snapshot}",
            f"--file={path}",
        )

    async def check_empty(self, *, postgres: int) -> None:
        async with self._database.connect() as connection:
            self._major = await _major(connection)
            if int(self._major) < postgres:
                raise RestoreRefused(
                    f"the backup was made of Postgres {postgres}, and this server is Postgres {self._major}: "
                    f"restore into Postgres {postgres} or newer"
                )
            if (await connection.execute(text(TABLES))).scalar_one():
                raise RestoreRefused(
                    "the database already holds tables; set YARDA_DATABASE_URL to an empty database, or without "
                    "one YARDA_DATA_DIR to a new folder"
                )
        await find_program("pg_restore", major=self._major)

    async def read(self, path: Path) -> None:
        await self._run("pg_restore", "--no-owner", "--no-privileges", "--single-transaction", str(path))

    async def _run(self, name: str, *arguments: str) -> None:
        program = await find_program(name, major=self._major)
        environment = os.environ | {"PGPASSWORD": self._password} if self._password else None
        process = await asyncio.create_subprocess_exec(
            program,
            *arguments,
            "--no-password",
            f"--dbname={self._address}",
            stderr=asyncio.subprocess.PIPE,
            env=environment,
        )
        try:
            _, said = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            raise DumpFailed(f"{name}: {said.decode(errors='replace').strip()[-WORDS:]}")


async def find_program(name: str, *, major: str) -> str:
    """One of the server's own major version. Raises `SetupError` where there is none."""
    if major == MAJOR:
        return str(installed_binaries() / name)
    found = shutil.which(name)
    has = await _version_of(found) if found else None
    if found and has == major:
        return found
    raise SetupError(
        f"the server is Postgres {major}, and there is {f'{name} {has}' if has else f'no {name}'} in PATH: "
        f"install Postgres' client programs of version {major} (on Debian and Ubuntu postgresql-client-{major})"
    )


async def _version_of(program: str) -> str | None:
    asked = await asyncio.create_subprocess_exec(program, "--version", stdout=asyncio.subprocess.PIPE)
    said, _ = await asked.communicate()
    found = re.search(rb"\b(\d+)[.\d]*", said)
    return found[1].decode() if found else None


async def _major(connection: AsyncConnection) -> str:
    return str(int((await connection.execute(text("SHOW server_version_num"))).scalar_one()) // 10000)


async def _count(connection: AsyncConnection, table: str) -> int:
    return int((await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())


def without_password(dsn: str) -> tuple[str, str]:
    """An address that anybody may see in a list of processes, and what must stay out of it."""
    parts = urlsplit(dsn)
    user, at, hosts = parts.netloc.rpartition("@")
    name, _, password = user.partition(":")
    query = parse_qsl(parts.query, keep_blank_values=True)
    given = dict(query).get("password", "")
    shown = urlencode([(key, value) for key, value in query if key != "password"], safe="/", quote_via=quote)
    return urlunsplit(parts._replace(netloc=f"{name}{at}{hosts}", query=shown)), given or unquote(password)
