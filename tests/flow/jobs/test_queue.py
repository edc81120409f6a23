"""What the queue promises to those who fill it and look after it."""

import asyncio
from datetime import timedelta
from typing import cast
from uuid import uuid4

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.flow.jobs.working import queue_is_empty
from yarda import jobs


async def test_a_job_becomes_visible_with_the_commit_of_the_callers_transaction(
    database_url: str, connection: asyncpg.Connection
) -> None:
    area = uuid4()
    engine = create_async_engine(database_url.replace("postgresql://", "postgresql+asyncpg://"))

    async with engine.begin() as transaction:
        await transaction.execute(text("SELECT 1"))
        raw = await transaction.get_raw_connection()
        await jobs.enqueue_area(cast(asyncpg.Connection, raw.driver_connection), area, priority=0)
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
        raw = await transaction.get_raw_connection()
        await jobs.enqueue_area(cast(asyncpg.Connection, raw.driver_connection), uuid4(), priority=0)
        await transaction.rollback()
    await engine.dispose()

    assert await queue_is_empty(connection)


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
