"""What the tests of the job engine start, watch and wait for."""

import asyncio
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import asyncpg

from tests.patience import PATIENCE
from yarda import jobs
from yarda.pipeline.ports import Done, Verdict

LEASE = 3.0

Spawn = Callable[..., "subprocess.Popen[bytes]"]


class Worker:
    """`run_jobs` in this process; `handle` may be replaced by an attribute of the same name."""

    def __init__(self) -> None:
        self.runs: list[UUID] = []
        self.under_way = 0
        self.most_under_way = 0
        self.cancelled = 0
        self.gate = asyncio.Event()
        self.verdicts: dict[UUID, list[Verdict | Exception]] = {}

    async def handle(self, area: UUID) -> Verdict:
        self.runs.append(area)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.under_way -= 1
        verdicts = self.verdicts.get(area)
        verdict = verdicts.pop(0) if verdicts else Done()
        if isinstance(verdict, Exception):
            raise verdict
        return verdict


@asynccontextmanager
async def running(
    worker: Worker, database_url: str, *, concurrency: int = 4, lease: float = LEASE, drain: float = 5.0
) -> AsyncIterator[None]:
    """Runs the worker for the block, and stops it in good order after."""
    stopping = asyncio.Event()
    task = asyncio.create_task(
        jobs.run_jobs(
            database_url=database_url,
            handlers={jobs.DESIGN_AREA: worker.handle, jobs.SEND_MAIL: worker.handle},
            concurrency=concurrency,
            lease_seconds=lease,
            stopping=stopping,
            drain_seconds=drain,
        )
    )
    try:
        yield
    finally:
        stopping.set()
        await task


async def until(condition: Callable[[], Awaitable[Any] | Any], *, seconds: float = PATIENCE) -> float:
    """Wait for the condition; tells how long it took."""
    started = time.monotonic()
    while True:
        met = condition()
        if isinstance(met, Awaitable):
            met = await met
        if met:
            return time.monotonic() - started
        assert time.monotonic() - started < seconds, "it did not happen"
        await asyncio.sleep(0.01)


async def queue_is_empty(connection: asyncpg.Connection) -> bool:
    depth = await jobs.depth(connection)
    return depth.queued + depth.picked == 0


async def live_areas_are(connection: asyncpg.Connection, areas: set[UUID]) -> bool:
    return await jobs.areas_with_live_jobs(connection) == areas


async def workers_of(connection: asyncpg.Connection, area: UUID) -> list[int]:
    return [row["worker"] for row in await connection.fetch("SELECT worker FROM runs WHERE area = $1", area)]


async def is_listening(connection: asyncpg.Connection, *, workers: int) -> bool:
    """Whether that many engines are up: each one keeps asking for jobs on its own connection."""
    return bool(
        await connection.fetchval(
            "SELECT count(*) >= $1 FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = 'yarda jobs' AND query LIKE '%pgqueuer%'",
            workers,
        )
    )


class Link:
    """A TCP address in front of Postgres whose connections can go silent without being closed."""

    def __init__(self, database_url: str) -> None:
        self._target = urlsplit(database_url)
        self._tasks: set[asyncio.Task[None]] = set()
        self._generation = 0
        self.url = ""

    def go_silent(self) -> None:
        """From now on nothing passes on the connections there are; new ones work."""
        self._generation += 1

    async def __aenter__(self) -> "Link":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        user = self._target.netloc.rpartition("@")[0]
        self.url = f"postgresql://{user}@127.0.0.1:{port}{self._target.path}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sockets = parse_qs(self._target.query).get("host")
        if sockets:
            far = await asyncio.open_unix_connection(f"{sockets[0]}/.s.PGSQL.5432")
        else:
            far = await asyncio.open_connection(self._target.hostname, self._target.port or 5432)
        for source, sink in ((reader, far[1]), (far[0], writer)):
            self._tasks.add(asyncio.create_task(self._pump(source, sink)))

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        generation = self._generation
        try:
            while data := await source.read(2**16):
                if generation == self._generation:
                    sink.write(data)
        finally:
            sink.close()
