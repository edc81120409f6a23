"""Members of the embedded server as processes, and a look at its servers."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg

from tests.folders import reachable_folder
from tests.patience import PATIENCE
from yarda.db.embedded import EmbeddedPostgres

Member = asyncio.subprocess.Process
Spawn = Callable[[], Awaitable[Member]]


@asynccontextmanager
async def member(data_dir: Path) -> AsyncIterator[EmbeddedPostgres]:
    postgres = await EmbeddedPostgres.join(data_dir)
    try:
        yield postgres
    finally:
        await postgres.leave()


@asynccontextmanager
async def member_process(data_dir: Path) -> AsyncIterator[Member]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.flow.embedded.member_process", str(data_dir)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        assert await asyncio.wait_for(process.stdout.readline(), PATIENCE)
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)
        await leave(process)


async def leave(process: Member) -> None:
    await asyncio.wait_for(process.communicate(b""), PATIENCE)


async def freeze(process: Member) -> None:
    process.send_signal(signal.SIGSTOP)
    await asyncio.wait_for(asyncio.to_thread(os.waitpid, process.pid, os.WUNTRACED), PATIENCE)


async def query(url: str, statement: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def until_answered(url: str, statement: str) -> Any:
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(OSError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError):
                return await query(url, statement)
            await asyncio.sleep(0.02)


@contextmanager
def folder_of_servers() -> Iterator[Path]:
    """A reachable folder; servers left in it at the end are killed."""
    with reachable_folder() as folder:
        try:
            yield folder
        finally:
            for found in folder.rglob("postmaster.pid"):
                kill_servers_of(found.parents[2])


def kill_servers_of(data_dir: Path) -> None:
    for pid in servers_of(data_dir):
        os.kill(pid, signal.SIGKILL)


def moved(data_dir: Path, name: str) -> Path:
    return data_dir.rename(data_dir.with_name(name))


def cluster(data_dir: Path) -> Path:
    return data_dir / "postgres" / "data"


def sockets_of(postgres: EmbeddedPostgres) -> Path:
    return Path(parse_qs(urlsplit(postgres.url).query)["host"][0])


def postmaster(data_dir: Path) -> int:
    return int((cluster(data_dir) / "postmaster.pid").read_text().split("\n", 1)[0])


def servers_of(data_dir: Path) -> list[int]:
    """Pids of postmasters whose command names this cluster."""
    listed = subprocess.run(["ps", "-axww", "-o", "pid=,command="], capture_output=True, text=True, check=True)
    wanted = f"-D {cluster(data_dir.resolve())} "
    return [int(line.split()[0]) for line in listed.stdout.splitlines() if wanted in line and "/postgres " in line]


def state(pid: int) -> str:
    """As `ps` shows it; Z is a zombie, nothing is no process."""
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return shown.stdout.strip()


def is_alive(pid: int) -> bool:
    return not state(pid).startswith("Z") and state(pid) != ""
