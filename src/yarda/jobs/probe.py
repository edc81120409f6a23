"""Carries a job of no area through the engine and back, to see that it runs."""

import asyncio
import time
from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg

from yarda.jobs.engine import queries_on
from yarda.jobs.queue import QueueDepth, depth
from yarda.jobs.run import CONNECT_SECONDS, WORKER, run_jobs
from yarda.pipeline.ports import Done, Verdict

KIND = "probe"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueProbe:
    """The seconds from queued to carried, how many workers there were, and what waited meanwhile."""

    seconds: float
    workers: int
    depth: QueueDepth


async def probe_queue(database_url: str) -> QueueProbe:
    """Queue a job of a kind of its own, and fetch it as a worker does; areas' jobs are not touched.

    No row is left; what an earlier probe left when it was killed goes too. It waits for as long as the
    engine does not run. Raises as the driver does.
    """
    connection = await asyncpg.connect(database_url, timeout=CONNECT_SECONDS)
    try:
        workers = await connection.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()",
            WORKER,
        )
        waiting = await depth(connection)
        return QueueProbe(seconds=await _carry(connection, database_url), workers=workers, depth=waiting)
    finally:
        await connection.close()


async def _carry(connection: asyncpg.Connection, database_url: str) -> float:
    kind, carried, stopping = f"{KIND} {uuid4()}", asyncio.Event(), asyncio.Event()

    async def handle(_: UUID) -> Verdict:
        carried.set()
        return Done()

    started = time.perf_counter()
    await queries_on(connection).enqueue(kind, uuid4().bytes, 0)
    worker = asyncio.create_task(
        run_jobs(
            database_url=database_url,
            handlers={kind: handle},
            concurrency=1,
            lease_seconds=15,
            stopping=stopping,
        )
    )
    try:
        await carried.wait()
        return time.perf_counter() - started
    finally:
        stopping.set()
        await worker
        await _forget(connection, kind)


async def _forget(connection: asyncpg.Connection, kind: str) -> None:
    for table in ("pgqueuer", "pgqueuer_log"):
        await connection.execute(
            f"DELETE FROM {table} WHERE entrypoint = $1 "
            f"OR (entrypoint LIKE '{KIND} %' AND created < now() - interval '1 hour')",
            kind,
        )
