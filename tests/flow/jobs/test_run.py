"""What a worker does with its jobs while all goes well."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from tests.flow.jobs.working import LEASE, Worker, queue_is_empty, running, until
from yarda import jobs
from yarda.jobs import run as jobs_run
from yarda.pipeline.ports import Done, Later


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


async def test_a_message_goes_before_every_area_and_takes_a_place_like_one(
    database_url: str, connection: asyncpg.Connection
) -> None:
    areas, mail = [uuid4(), uuid4()], uuid4()
    for area in areas:
        await jobs.enqueue_area(connection, area, priority=0)
    await jobs.enqueue_mail(connection, mail)
    worker = Worker()
    worker.gate.set()

    async with running(worker, database_url, concurrency=1):
        await until(lambda: queue_is_empty(connection))

    assert worker.runs == [mail, *areas]
    assert worker.most_under_way == 1
    assert await jobs.mails_with_live_jobs(connection) == set()


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


async def test_a_worker_that_is_cancelled_ends_at_once_and_leaves_its_jobs_in_the_queue(
    database_url: str, connection: asyncpg.Connection
) -> None:
    area = uuid4()
    await jobs.enqueue_area(connection, area, priority=0)
    worker = Worker()
    task = asyncio.create_task(
        jobs.run_jobs(
            database_url=database_url,
            handlers={jobs.DESIGN_AREA: worker.handle, jobs.SEND_MAIL: worker.handle},
            concurrency=4,
            lease_seconds=LEASE,
            stopping=asyncio.Event(),
        )
    )
    await until(lambda: worker.under_way == 1)

    task.cancel()
    await asyncio.wait({task}, timeout=60)

    assert task.cancelled()
    assert worker.cancelled == 1
    assert await jobs.areas_with_live_jobs(connection) == {area}
