"""No job is lost and none is carried twice at once, whatever is killed, frozen or cut off."""

import os
import signal
import time
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg

from tests.flow.jobs.working import (
    LEASE,
    Link,
    Spawn,
    Worker,
    is_listening,
    live_areas_are,
    queue_is_empty,
    running,
    until,
    workers_of,
)
from tests.patience import SLACK
from yarda import jobs
from yarda.db.embedded import EmbeddedPostgres


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

    assert time.monotonic() - killed <= LEASE + SLACK
    assert await workers_of(connection, area) == [doomed.pid, other.pid]


async def has_run_twice(connection: asyncpg.Connection, area: UUID) -> bool:
    return len(await workers_of(connection, area)) == 2


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

    assert seconds <= 2.0 + SLACK


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

    assert seconds <= 2 * LEASE + SLACK


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
        await until(lambda: is_empty(own_server.url), seconds=10.0)  # by the lease alone it would take 12

    assert seconds <= 5.0 + SLACK
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
