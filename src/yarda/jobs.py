"""The job engine: PgQueuer on the same Postgres, and the only file that names it.

The engine carries ids; rows carry the truth. It may run a job twice (acknowledgements are batched),
drop a job a frozen worker acknowledged under another's feet, or end with its connection: claim
numbers, the sweep and the loop below put each of these right.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg
import structlog
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Job
from pgqueuer.queries import Queries

from yarda.pipeline.ports import Done, Later, Verdict

ENTRYPOINT = "design_area"
INSTALL_LOCK = 7_209_342
LEASE_SHARE = 0.8
"""A job counts as abandoned after this share of the lease, so that its rescue starts within the lease."""
CRASH_DELAY = timedelta(seconds=5)
RESTART_SECONDS = (0.2, 2.0)

log = structlog.get_logger()

Handle = Callable[[UUID], Awaitable[Verdict]]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDepth:
    """How much waits, how much is being carried, and how old the oldest waiting job is."""

    queued: int
    picked: int
    oldest_age_s: float | None


async def install(database_url: str) -> None:
    """Create or upgrade the engine's own tables; safe to run by many at once."""
    connection = await asyncpg.connect(database_url, timeout=10)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", INSTALL_LOCK)
        queries = Queries(AsyncpgDriver(connection))
        if await queries.schema_is_installed():
            await queries.apply_upgrade()
        else:
            await queries.install(create_schema=False)
    finally:
        await connection.close()


async def enqueue_area(connection: asyncpg.Connection, area: UUID, *, priority: int) -> None:
    """Queue a job on the caller's connection: it commits and rolls back with the caller's transaction.

    Higher priorities run first. SQLAlchemy begins its transaction with its first statement, so
    this must not be that first one.
    """
    await Queries(AsyncpgDriver(connection)).enqueue(ENTRYPOINT, area.bytes, priority)


async def areas_with_live_jobs(connection: asyncpg.Connection) -> set[UUID]:
    """Areas that wait in the queue or are being carried."""
    rows = await connection.fetch(
        "SELECT payload FROM pgqueuer WHERE entrypoint = $1 AND status IN ('queued', 'picked')", ENTRYPOINT
    )
    return {UUID(bytes=bytes(row["payload"])) for row in rows}


async def depth(connection: asyncpg.Connection) -> QueueDepth:
    row = await connection.fetchrow(
        "SELECT count(*) FILTER (WHERE status = 'queued') AS queued, "
        "count(*) FILTER (WHERE status = 'picked') AS picked, "
        "extract(epoch FROM now() - min(created) FILTER (WHERE status = 'queued')) AS age "
        "FROM pgqueuer WHERE entrypoint = $1",
        ENTRYPOINT,
    )
    assert row is not None
    age = None if row["age"] is None else float(row["age"])
    return QueueDepth(queued=row["queued"], picked=row["picked"], oldest_age_s=age)


async def prune(connection: asyncpg.Connection, *, older_than: timedelta) -> None:
    """Forget what the engine logged about jobs long finished."""
    await connection.execute("DELETE FROM pgqueuer_log WHERE created < now() - $1::interval", older_than)
    await connection.execute("DELETE FROM pgqueuer_statistics WHERE created < now() - $1::interval", older_than)


async def run_jobs(
    *, database_url: str, handle: Handle, concurrency: int, lease_seconds: float, stopping: asyncio.Event
) -> None:
    """Fetch jobs until `stopping`, then wait for those under way. Outlives any outage of the database.

    `handle` tells by its value what becomes of the job; should it raise, the job runs again later.
    """
    under_way: set[asyncio.Task[Verdict]] = set()
    pause = RESTART_SECONDS[0]
    while not stopping.is_set():
        started = asyncio.get_running_loop().time()
        try:
            await _run_engine(
                database_url,
                _shielded(handle, under_way),
                concurrency=concurrency,
                lease_seconds=lease_seconds,
                stopping=stopping,
            )
        except (OSError, TimeoutError, RuntimeError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            if asyncio.get_running_loop().time() - started > 10:
                pause = RESTART_SECONDS[0]
            log.warning("worker_restarted", reason=type(error).__name__, pause=pause)
            await _sleep_unless(stopping, pause)
            pause = min(pause * 2, RESTART_SECONDS[1])
    if under_way:
        await asyncio.wait(under_way)


async def _run_engine(
    database_url: str,
    handle: Handle,
    *,
    concurrency: int,
    lease_seconds: float,
    stopping: asyncio.Event,
) -> None:
    """One life of the engine, on one connection of its own; ends with the connection or with `stopping`."""
    timeout = max(2.0, lease_seconds / 3)
    connection = await asyncpg.connect(database_url, timeout=5, command_timeout=timeout)
    lost = asyncio.Event()
    connection.add_termination_listener(lambda _: lost.set())
    manager = QueueManager(Queries(AsyncpgDriver(connection)))
    manager.min_dequeue_poll_interval = timedelta(milliseconds=20)
    manager.entrypoint(ENTRYPOINT, on_failure="hold", accepts_context=False)(_entrypoint(handle))
    engine = asyncio.create_task(
        manager.run(
            dequeue_timeout=timedelta(seconds=min(1.0, lease_seconds / 10)),
            batch_size=max(1, concurrency // 2),
            max_concurrent_tasks=max(2, concurrency),
            heartbeat_timeout=timedelta(seconds=LEASE_SHARE * lease_seconds),
        )
    )
    waits = [asyncio.create_task(stopping.wait()), asyncio.create_task(lost.wait())]
    try:
        await asyncio.wait({engine, *waits}, return_when=asyncio.FIRST_COMPLETED)
        if stopping.is_set() and not lost.is_set():
            manager.shutdown.set()
            await asyncio.wait({engine, waits[1]}, return_when=asyncio.FIRST_COMPLETED)
        if lost.is_set():
            raise ConnectionError("the engine's connection was lost")
        await engine
    finally:
        # Without a connection the engine cannot note "canceled" for jobs that go on here under their shield.
        connection.terminate()
        for task in (engine, *waits):
            task.cancel()
        await asyncio.gather(engine, *waits, return_exceptions=True)


def _entrypoint(handle: Handle) -> Callable[[Job], Awaitable[None]]:
    async def design_area(job: Job) -> None:
        assert job.payload is not None
        match await handle(UUID(bytes=job.payload)):
            case Done():
                return
            case Later(delay):
                raise RetryRequested(delay)

    return design_area


def _shielded(handle: Handle, under_way: set[asyncio.Task[Verdict]]) -> Handle:
    """Let a job that is under way go on when its engine ends; nothing it raises loses the job."""

    async def guarded(area: UUID) -> Verdict:
        try:
            return await handle(area)
        except Exception:
            log.exception("job_crashed", area_id=str(area))
            return Later(CRASH_DELAY)

    async def shielded(area: UUID) -> Verdict:
        task: asyncio.Task[Verdict] = asyncio.create_task(guarded(area))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
        return await asyncio.shield(task)

    return shielded


async def _sleep_unless(stopping: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        return
