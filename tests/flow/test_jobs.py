"""The job engine on a real Postgres, with worker processes that are killed and frozen for real."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.flow.jobs_worker import TABLE
from yarda import jobs
from yarda.db.embedded import EmbeddedPostgres
from yarda.jobs import run as jobs_run
from yarda.pipeline.ports import Done, Later, Verdict

LEASE = 3.0
PATIENCE = 20.0

Spawn = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A server that may create databases: YARDA_TEST_DATABASE_URL, else an embedded one."""
    given = os.environ.get("YARDA_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="yarda-tests-") as folder:
        os.chmod(folder, 0o755)
        loop = asyncio.new_event_loop()
        embedded = loop.run_until_complete(EmbeddedPostgres.join(Path(folder)))
        try:
            yield embedded.url
        finally:
            loop.run_until_complete(embedded.leave())
            loop.close()


@pytest.fixture
async def database_url(server_url: str) -> AsyncIterator[str]:
    name = f"jobs_{uuid4().hex}"
    server = await asyncpg.connect(server_url)
    await server.execute(f"CREATE DATABASE {name}")
    url = urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
    await jobs.install(url)
    try:
        yield url
    finally:
        await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await server.close()


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
        command = [sys.executable, "-m", "tests.flow.jobs_worker", database_url, *options]
        started.append(subprocess.Popen(command, cwd=Path(__file__).parents[2]))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
async def own_server() -> AsyncIterator[EmbeddedPostgres]:
    """A server that the test may kill."""
    with tempfile.TemporaryDirectory(prefix="yarda-tests-") as folder:
        os.chmod(folder, 0o755)
        server = await EmbeddedPostgres.join(Path(folder))
        try:
            await jobs.install(server.url)
            yield server
        finally:
            await server.leave()


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
            handle=worker.handle,
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


async def workers_of(connection: asyncpg.Connection, area: UUID) -> list[int]:
    return [row["worker"] for row in await connection.fetch("SELECT worker FROM runs WHERE area = $1", area)]


async def test_a_job_becomes_visible_with_the_commit_of_the_callers_transaction(
    database_url: str, connection: asyncpg.Connection
) -> None:
    area = uuid4()
    engine = create_async_engine(database_url.replace("postgresql://", "postgresql+asyncpg://"))

    async with engine.begin() as transaction:
        await transaction.execute(text("SELECT 1"))
        raw = (await transaction.get_raw_connection()).driver_connection
        await jobs.enqueue_area(raw, area, priority=0)
        before = await jobs.areas_with_live_jobs(connection)
    after = await jobs.areas_with_live_jobs(connection)
    await engine.dispose()

    assert before == set()
    assert after == {area}


async def test_a_rolled_back_transaction_takes_its_job_along(
    database_url: str, connection: asyncpg.Connection
) -> None:
    engine = create_async_engine(database_url.replace("postgresql://", "postgresql+asyncpg://"))

    async with engine.connect() as transaction:
        await transaction.execute(text("SELECT 1"))
        raw = (await transaction.get_raw_connection()).driver_connection
        await jobs.enqueue_area(raw, uuid4(), priority=0)
        await transaction.rollback()
    await engine.dispose()

    assert await queue_is_empty(connection)


async def test_higher_priorities_run_first_and_equal_ones_in_their_order(
    database_url: str, connection: asyncpg.Connection
) -> None:
    areas = {name: uuid4() for name in ("low", "high", "middle", "middle too")}
    for name, priority in (("low", -7), ("high", 5), ("middle", 1), ("middle too", 1)):
        await jobs.enqueue_area(connection, areas[name], priority=priority)
    worker = Worker()
    worker.gate.set()

    async with running(worker, database_url, concurrency=1):
        await until(lambda: queue_is_empty(connection))

    assert worker.runs == [areas[name] for name in ("high", "middle", "middle too", "low")]


@pytest.mark.parametrize("concurrency", [1, 3])
async def test_a_worker_carries_as_many_jobs_as_it_may_and_no_more(
    database_url: str, connection: asyncpg.Connection, concurrency: int
) -> None:
    for _ in range(6):
        await jobs.enqueue_area(connection, uuid4(), priority=0)
    worker = Worker()

    async with running(worker, database_url, concurrency=concurrency):
        await until(lambda: worker.under_way == concurrency)
        full = await jobs.depth(connection)
        worker.gate.set()
        await until(lambda: queue_is_empty(connection))

    assert (full.picked, full.queued) == (concurrency, 6 - concurrency)
    assert worker.most_under_way == concurrency
    assert len(worker.runs) == 6


async def test_a_job_whose_handler_says_later_or_crashes_runs_again(
    database_url: str, connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_run, "CRASH_DELAY", timedelta(seconds=0.2))
    area = uuid4()
    await jobs.enqueue_area(connection, area, priority=0)
    worker = Worker()
    worker.gate.set()
    worker.verdicts[area] = [Later(timedelta(seconds=0.2)), ValueError("a bug"), Done()]

    async with running(worker, database_url):
        seconds = await until(lambda: queue_is_empty(connection))

    assert worker.runs == [area] * 3
    assert seconds >= 0.4


async def test_a_second_job_of_an_area_waits_for_the_first_and_then_runs(
    database_url: str, connection: asyncpg.Connection
) -> None:
    area = uuid4()
    await jobs.enqueue_area(connection, area, priority=0)
    worker = Worker()

    async with running(worker, database_url):
        await until(lambda: worker.under_way == 1)
        await jobs.enqueue_area(connection, area, priority=0)
        await until(lambda: connection.fetchval("SELECT count(*) = 1 FROM pgqueuer WHERE attempts > 0"))
        worker.gate.set()
        await until(lambda: queue_is_empty(connection))

    assert worker.runs == [area, area]
    assert worker.most_under_way == 1


async def test_unfinished_jobs_are_handed_back_when_the_worker_stops(
    database_url: str, connection: asyncpg.Connection
) -> None:
    for _ in range(5):
        await jobs.enqueue_area(connection, uuid4(), priority=0)
    worker = Worker()

    async with running(worker, database_url, drain=0.1):
        await until(lambda: worker.under_way == 4)
    depth = await jobs.depth(connection)

    assert worker.cancelled == 4
    assert (depth.queued, depth.picked) == (5, 0)


async def test_the_jobs_of_a_killed_worker_start_elsewhere_within_the_lease(
    connection: asyncpg.Connection, spawn: Spawn, tmp_path: Path
) -> None:
    area = uuid4()
    await jobs.enqueue_area(connection, area, priority=0)
    doomed = spawn("--gate", str(tmp_path / "never"))
    await until(lambda: workers_of(connection, area))
    other = spawn()
    await until(lambda: is_listening(connection, workers=2))

    doomed.kill()
    killed = time.monotonic()
    await until(lambda: has_run_twice(connection, area))

    assert time.monotonic() - killed <= LEASE
    assert await workers_of(connection, area) == [doomed.pid, other.pid]


async def has_run_twice(connection: asyncpg.Connection, area: UUID) -> bool:
    return len(await workers_of(connection, area)) == 2


async def is_listening(connection: asyncpg.Connection, *, workers: int) -> bool:
    """Whether that many engines are up: each one keeps asking for jobs on its own connection."""
    return bool(
        await connection.fetchval(
            "SELECT count(*) >= $1 FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = 'yarda jobs' AND query LIKE '%pgqueuer%'",
            workers,
        )
    )


async def test_a_worker_frozen_past_its_lease_thaws_without_harm_to_the_job_that_another_took(
    connection: asyncpg.Connection, spawn: Spawn, tmp_path: Path
) -> None:
    area, next_area = uuid4(), uuid4()
    await jobs.enqueue_area(connection, area, priority=0)
    frozen = spawn("--gate", str(tmp_path / "first"))
    await until(lambda: workers_of(connection, area))
    frozen.send_signal(signal.SIGSTOP)
    other = spawn("--gate", str(tmp_path / "second"))
    await until(lambda: has_run_twice(connection, area))

    other.send_signal(signal.SIGSTOP)
    await jobs.enqueue_area(connection, next_area, priority=0)
    frozen.send_signal(signal.SIGCONT)
    (tmp_path / "first").touch()
    await until(lambda: live_areas_are(connection, {area}))
    other.send_signal(signal.SIGCONT)
    (tmp_path / "second").touch()
    await until(lambda: queue_is_empty(connection))

    assert frozen.poll() is None
    assert await workers_of(connection, next_area) == [frozen.pid]
    assert await workers_of(connection, area) == [frozen.pid, other.pid]


async def live_areas_are(connection: asyncpg.Connection, areas: set[UUID]) -> bool:
    return await jobs.areas_with_live_jobs(connection) == areas


async def test_no_area_is_carried_twice_at_once_by_four_workers_with_200_jobs(
    connection: asyncpg.Connection, spawn: Spawn
) -> None:
    for _ in range(4):
        spawn()
    await until(lambda: is_listening(connection, workers=4))

    areas = {uuid4() for _ in range(200)}
    for area in areas:
        await jobs.enqueue_area(connection, area, priority=0)
    await until(lambda: queue_is_empty(connection))
    rows = await connection.fetch("SELECT area, worker FROM runs")

    assert {row["area"] for row in rows} == areas
    assert len(rows) == 200
    assert len({row["worker"] for row in rows}) > 1


async def test_the_next_job_starts_within_two_seconds_of_a_killed_connection(
    database_url: str, connection: asyncpg.Connection
) -> None:
    worker = Worker()
    worker.gate.set()

    async with running(worker, database_url):
        await until(lambda: is_listening(connection, workers=1))
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = 'yarda jobs'"
        )
        await jobs.enqueue_area(connection, uuid4(), priority=0)
        seconds = await until(lambda: worker.runs)

    assert seconds <= 2.0


async def test_a_half_open_connection_is_noticed_and_replaced(
    database_url: str, connection: asyncpg.Connection
) -> None:
    worker = Worker()
    worker.gate.set()

    async with Link(database_url) as link, running(worker, link.url):
        await until(lambda: is_listening(connection, workers=1))
        link.go_silent()
        await jobs.enqueue_area(connection, uuid4(), priority=0)
        seconds = await until(lambda: worker.runs)

    assert seconds <= 2 * LEASE


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


async def test_a_worker_outlives_a_restart_of_postgres_and_keeps_the_job_it_carries(
    own_server: EmbeddedPostgres,
) -> None:
    carried, next_area = uuid4(), uuid4()
    await enqueue_alone(own_server.url, carried)
    worker = Worker()

    async with running(worker, own_server.url, lease=15.0):
        await until(lambda: worker.under_way == 1)
        await kill_server(own_server.url)
        await until(lambda: enqueue_alone(own_server.url, next_area))
        seconds = await until(lambda: next_area in worker.runs)
        worker.gate.set()
        await until(lambda: is_empty(own_server.url), seconds=5.0)  # by the lease alone it would take 12

    assert seconds <= 5.0
    assert worker.runs == [carried, next_area]


async def kill_server(database_url: str) -> None:
    """Cut off all sessions; the supervisor starts the server again, which recovers from its log."""
    connection = await asyncpg.connect(database_url)
    pid = int((await connection.fetchval("SELECT pg_read_file('postmaster.pid')")).split()[0])
    os.kill(pid, signal.SIGQUIT)
    connection.terminate()


async def enqueue_alone(database_url: str, area: UUID) -> bool:
    """Whether it worked; the server may just be starting."""
    try:
        connection = await asyncpg.connect(database_url)
        await jobs.enqueue_area(connection, area, priority=0)
    except (OSError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError):
        return False
    await connection.close()
    return True


async def is_empty(database_url: str) -> bool:
    connection = await asyncpg.connect(database_url)
    try:
        return await queue_is_empty(connection)
    finally:
        await connection.close()


async def test_an_area_without_a_live_job_is_requeued_once_however_many_try(
    database_url: str, connection: asyncpg.Connection
) -> None:
    area = uuid4()
    await jobs.enqueue_area(connection, area, priority=0)
    await connection.execute("UPDATE pgqueuer SET status = 'failed'")

    async def requeue() -> bool:
        one = await asyncpg.connect(database_url)
        try:
            async with one.transaction():
                return await jobs.requeue_area(one, area, priority=3)
        finally:
            await one.close()

    done = await asyncio.gather(*(requeue() for _ in range(5)))
    again = await requeue()

    assert sorted(done) == [False] * 4 + [True]
    assert not again
    assert (await jobs.depth(connection)).queued == 1


async def test_pruning_forgets_what_the_engine_logged_long_ago(connection: asyncpg.Connection) -> None:
    for _ in range(2):
        await jobs.enqueue_area(connection, uuid4(), priority=0)
    await connection.execute(
        "UPDATE pgqueuer_log SET created = now() - interval '8 days' WHERE id = (SELECT min(id) FROM pgqueuer_log)"
    )

    await jobs.prune(connection, older_than=timedelta(days=7))

    assert await connection.fetchval("SELECT count(*) FROM pgqueuer_log") == 1
    assert (await jobs.depth(connection)).queued == 2


async def test_installing_again_and_by_many_at_once_changes_nothing(
    database_url: str, connection: asyncpg.Connection
) -> None:
    await jobs.enqueue_area(connection, uuid4(), priority=0)

    await asyncio.gather(*(jobs.install(database_url) for _ in range(4)))

    assert (await jobs.depth(connection)).queued == 1
