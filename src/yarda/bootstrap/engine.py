"""The job engine on the connections of units of work, and what is asked of both."""

from typing import cast
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from yarda import jobs
from yarda.db.inspection import PostgresInspector
from yarda.db.unit_of_work import Database
from yarda.domain.account import MailId
from yarda.domain.generation import AreaId


class PostgresJobs:
    """Plays the `Jobs` and `MailJobs` ports on a unit of work's own connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def enqueue_area(self, area: AreaId, *, priority: int) -> None:
        await jobs.enqueue_area(await driver_of(self._connection), area, priority=priority)

    async def requeue_area(self, area: AreaId, *, priority: int) -> bool:
        return await jobs.requeue_area(await driver_of(self._connection), area, priority=priority)

    async def areas_with_live_jobs(self) -> set[UUID]:
        return await jobs.areas_with_live_jobs(await driver_of(self._connection))

    async def enqueue_mail(self, mail: MailId) -> None:
        await jobs.enqueue_mail(await driver_of(self._connection), mail)

    async def requeue_mail(self, mail: MailId) -> bool:
        return await jobs.requeue_mail(await driver_of(self._connection), mail)

    async def mails_with_live_jobs(self) -> set[UUID]:
        return await jobs.mails_with_live_jobs(await driver_of(self._connection))


def make_inspector(database: Database) -> PostgresInspector:
    async def live_areas(connection: AsyncConnection) -> set[str]:
        return {str(area) for area in await jobs.areas_with_live_jobs(await driver_of(connection))}

    async def queue_depth(connection: AsyncConnection) -> tuple[dict[str, int], float]:
        depth = await jobs.depth(await driver_of(connection))
        return {"queued": depth.queued, "picked": depth.picked}, depth.oldest_age_s or 0.0

    return PostgresInspector(database, live_areas=live_areas, queue_depth=queue_depth)


async def driver_of(connection: AsyncConnection) -> asyncpg.Connection:
    """The driver's own connection, in the same transaction."""
    raw = await connection.get_raw_connection()
    return cast(asyncpg.Connection, raw.driver_connection)
