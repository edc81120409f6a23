"""A database with the engine's tables, and worker processes that are killed and frozen for real."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from tests.flow.jobs.worker_process import TABLE
from tests.flow.jobs.working import Spawn
from yarda import jobs
from yarda.db.embedded import EmbeddedPostgres


@pytest.fixture
async def database_url(empty_database: str) -> str:
    await jobs.install(empty_database)
    return empty_database


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url)
    await connection.execute(TABLE)
    yield connection
    await connection.close()


@pytest.fixture
def spawn(database_url: str, connection: asyncpg.Connection) -> Iterator[Spawn]:
    """Starts worker processes; what is left of them at the end is killed."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*options: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "tests.flow.jobs.worker_process", database_url, *options]
        started.append(subprocess.Popen(command, cwd=Path(__file__).parents[3]))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
async def own_server(reachable: Path) -> AsyncIterator[EmbeddedPostgres]:
    """A server that the test may kill."""
    server = await EmbeddedPostgres.join(reachable)
    try:
        await jobs.install(server.url)
        yield server
    finally:
        await server.leave()
