"""A cluster made once, and what tests do to it."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.flow.embedded.servers import (
    Spawn,
    folder_of_servers,
    kill_servers_of,
    member,
    member_process,
    query,
)


@pytest.fixture(scope="module")
def made_once() -> Iterator[Path]:
    """A data directory whose cluster is made, with a row in it."""

    async def make(data_dir: Path) -> None:
        async with member(data_dir) as postgres:
            await query(postgres.url, "CREATE TABLE kept AS SELECT 42 AS answer")

    with folder_of_servers() as folder:
        asyncio.run(make(folder / "yard"))
        yield folder / "yard"


@pytest.fixture
def data_dir(made_once: Path) -> Iterator[Path]:
    """That directory, without a server at the beginning and at the end."""
    yield made_once
    kill_servers_of(made_once)


@pytest.fixture
def copied_dir(data_dir: Path) -> Iterator[Path]:
    """A copy of it, to be moved or damaged."""
    with folder_of_servers() as folder:
        subprocess.run(["cp", "-a", str(data_dir), str(folder / "copy")], check=True)
        yield folder / "copy"


@pytest.fixture
async def spawn(data_dir: Path) -> AsyncIterator[Spawn]:
    """Starts another process that is a member, and returns once it has joined."""
    async with AsyncExitStack() as stack:
        yield lambda: stack.enter_async_context(member_process(data_dir))
