"""Migrations make exactly the tables the code knows, and refuse what they cannot serve."""

import asyncio
from pathlib import Path

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from yarda.bootstrap import Running, start
from yarda.db.tables import metadata
from yarda.errors import DatabaseNewer, DatabaseOutdated
from yarda.settings import read_settings


async def test_migrated_tables_are_those_of_the_code(migrated: str) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection,
            opts={"include_name": lambda name, kind, _: kind != "table" or name in metadata.tables},
        )
        return list(compare_metadata(context, metadata))

    engine = create_async_engine(migrated.replace("postgresql://", "postgresql+asyncpg://"))
    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()

    assert found == []


async def test_migrating_twice_changes_nothing(migrated: str, tmp_path: Path) -> None:
    async with start(read_settings(database_url=migrated, data_dir=tmp_path)) as running:
        await running.migrate()
        await running.studio.ready()


async def test_an_empty_database_is_told_to_be_migrated(empty_database: str, tmp_path: Path) -> None:
    async with start(read_settings(database_url=empty_database, data_dir=tmp_path)) as running:
        with pytest.raises(DatabaseOutdated, match="yarda migrate"):
            await running.studio.ready()


async def test_a_newer_database_is_refused_and_left_alone(migrated: str, tmp_path: Path) -> None:
    connection = await asyncpg.connect(migrated)
    await connection.execute("UPDATE alembic_version SET version_num = '9999'")
    async with start(read_settings(database_url=migrated, data_dir=tmp_path)) as running:
        for refused in (running.studio.ready, running.migrate):
            with pytest.raises(DatabaseNewer, match="newer Yarda"):
                await refused()

    assert await connection.fetchval("SELECT version_num FROM alembic_version") == "9999"
    await connection.close()


async def test_many_processes_may_migrate_at_once(empty_database: str, tmp_path: Path) -> None:
    settings = read_settings(database_url=empty_database, data_dir=tmp_path)

    async def migrate() -> Running:
        async with start(settings) as running:
            await running.migrate()
            await running.studio.ready()
            return running

    assert len(await asyncio.gather(*(migrate() for _ in range(4)))) == 4
