"""Fetches jobs and runs them: the engine may end with its connection, what it started goes on."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import structlog
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Job
from pgqueuer.domain.types import JobId, QueueManagerId

from yarda.jobs.engine import NAMES, HeldJobs, Line
from yarda.pipeline.ports import Done, Later, Verdict

LEASE_SHARE = 0.8
"""A job counts as abandoned after this share of the lease, so that its rescue starts within the lease."""
CRASH_DELAY = timedelta(seconds=5)
AGAIN = timedelta(seconds=1)
CONNECT_SECONDS = 5.0
WORKER = "yarda jobs"
"""The name of a worker's connection, as the server lists it."""
RESTART_SECONDS = (0.2, 2.0)
HEALTHY_SECONDS = 10.0

log = structlog.get_logger()

Handle = Callable[[UUID], Awaitable[Verdict]]
Handlers = Mapping[str, Handle]
"""What carries each kind of job."""


async def run_jobs(
    *,
    database_url: str,
    handlers: Handlers,
    concurrency: int,
    lease_seconds: float,
    stopping: asyncio.Event,
    drain_seconds: float = 30.0,
) -> None:
    """Fetch jobs until `stopping`; outlives any outage of the database.

    A handler tells by its value what becomes of the job; should it raise, the job runs again later.
    It goes on through an outage. After the stop it has `drain_seconds` left, then it is cancelled
    and its job is handed back for another worker to run at once. `concurrency` counts jobs of all kinds.
    """
    # What the engine has to say about a lost connection is said here, once, as an event.
    logging.getLogger("pgqueuer").setLevel(logging.CRITICAL)
    runner = _Runner(handlers, stopping)
    engine = _Engine(database_url, runner, concurrency=concurrency, lease_seconds=lease_seconds)
    drain = asyncio.create_task(runner.drain(drain_seconds))
    try:
        await _keep_running(engine, stopping)
        await drain
    finally:
        drain.cancel()
        await runner.cancel()


async def _keep_running(engine: "_Engine", stopping: asyncio.Event) -> None:
    clock = asyncio.get_running_loop().time
    pause = RESTART_SECONDS[0]
    while not stopping.is_set():
        started = clock()
        try:
            await engine.run()
        except Exception as error:
            if clock() - started > HEALTHY_SECONDS:
                pause = RESTART_SECONDS[0]
            log.warning("worker_restarted", reason=str(error) or type(error).__name__, pause=pause)
            await _sleep_unless(stopping, pause)
            pause = min(pause * 2, RESTART_SECONDS[1])


class _Runner:
    """Runs the handler of each job in a task of its own, which outlives the engine that fetched the job."""

    def __init__(self, handlers: Handlers, stopping: asyncio.Event) -> None:
        self.stopping = stopping
        self.handlers = handlers
        self._tasks: dict[JobId, asyncio.Task[Verdict]] = {}
        self._ids: set[UUID] = set()

    async def carry(self, job: Job, *, lost: "asyncio.Future[str]") -> None:
        """Run a job, or join its run where it came again to this process; `lost` ends only the waiting."""
        task = self._tasks.get(job.id) or self._start(job)
        await _first_of(task, lost)
        if task.cancelled() or not task.done():
            raise RetryRequested
        match task.result():
            case Done():
                return
            case Later(delay):
                raise RetryRequested(delay)

    def _start(self, job: Job) -> asyncio.Task[Verdict]:
        assert job.payload is not None
        id = UUID(bytes=job.payload)
        if self.stopping.is_set():
            raise RetryRequested
        if id in self._ids:  # for another job, perhaps before the news that this one brings
            raise RetryRequested(AGAIN)

        def forget(_: asyncio.Task[Verdict]) -> None:
            del self._tasks[job.id]
            self._ids.discard(id)

        task = self._tasks[job.id] = asyncio.create_task(self._guarded(job.entrypoint, id))
        self._ids.add(id)
        task.add_done_callback(forget)
        return task

    async def _guarded(self, entrypoint: str, id: UUID) -> Verdict:
        try:
            return await self.handlers[entrypoint](id)
        except Exception:
            log.exception("job_crashed", job=entrypoint, id=str(id))
            return Later(CRASH_DELAY)

    async def drain(self, seconds: float) -> None:
        """After the stop: let what is under way finish for a while, then cancel it."""
        await self.stopping.wait()
        if self._tasks:
            await asyncio.wait(tuple(self._tasks.values()), timeout=seconds)
        await self.cancel()

    async def cancel(self) -> None:
        tasks = tuple(self._tasks.values())
        if tasks:
            log.info("jobs_handed_back", jobs=len(tasks))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Engine:
    """Starts PgQueuer as often as needed; to the queue all its lives are one and the same holder of jobs."""

    def __init__(self, database_url: str, runner: _Runner, *, concurrency: int, lease_seconds: float) -> None:
        self._database_url = database_url
        self._runner = runner
        self._concurrency = concurrency
        self._lease_seconds = lease_seconds
        self._holder = QueueManagerId(uuid4())

    async def run(self) -> None:
        """One life, on one connection of its own; returns after the stop, raises when the connection is lost."""
        connection = await asyncpg.connect(
            self._database_url,
            timeout=CONNECT_SECONDS,
            command_timeout=max(2.0, self._lease_seconds / 3),
            server_settings={"application_name": WORKER},
        )
        line = Line(connection)
        manager = self._manager(line)
        engine = asyncio.create_task(self._run(manager))
        stop = asyncio.create_task(self._runner.stopping.wait())
        try:
            await _first_of(engine, line.lost, stop)
            if stop.done():
                manager.shutdown.set()
                await _first_of(engine, line.lost)
            if line.lost.done():
                raise ConnectionError(line.lost.result())
            await engine
        finally:
            # First, for a cancelled engine notes its jobs as "canceled", which would delete them.
            line.lose("the engine ended")
            connection.terminate()
            engine.cancel()
            stop.cancel()
            await asyncio.gather(engine, stop, return_exceptions=True)

    def _manager(self, line: Line) -> QueueManager:
        queries = HeldJobs(line, holder=self._holder, concurrency=self._concurrency)
        manager = QueueManager(queries, NAMES.channel)
        manager.queue_manager_id = self._holder

        async def carry(job: Job) -> None:
            await self._runner.carry(job, lost=line.lost)

        for entrypoint in self._runner.handlers:
            manager.entrypoint(entrypoint, on_failure="hold", accepts_context=False)(carry)
        return manager

    async def _run(self, manager: QueueManager) -> None:
        batch = max(1, self._concurrency // 2)
        await manager.run(
            dequeue_timeout=timedelta(seconds=min(1.0, self._lease_seconds / 10)),
            batch_size=batch,
            max_concurrent_tasks=max(2 * batch, self._concurrency),
            heartbeat_timeout=timedelta(seconds=LEASE_SHARE * self._lease_seconds),
            log_aggregation_interval=timedelta(0),
        )


async def _first_of(*futures: asyncio.Future[Any]) -> None:
    await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)


async def _sleep_unless(stopping: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        return
