"""Reads over everybody's rows, for whoever runs the installation."""

from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, func, literal, select, text
from sqlalchemy.dialects.postgresql import INTERVAL
from sqlalchemy.sql import cast

from yarda.db.inspection import OVERDUE
from yarda.db.tables import accounts, generation_areas, generations
from yarda.db.unit_of_work import Database
from yarda.domain.credit import AccountId
from yarda.domain.generation import AreaId, GenerationId
from yarda.errors import GenerationNotFound
from yarda.pipeline.operate import AreaAtWork, DaySpent, Failures

_UNFINISHED = generation_areas.c.status.in_(("pending", "processing"))
_SPEND = text(
    """
    SELECT (started_at AT TIME ZONE 'UTC')::date AS day, provider, count(*) AS calls, sum(cost_usd) AS usd
    FROM attempts WHERE billed AND started_at > now() - make_interval(days => :days)
    GROUP BY 1, 2 ORDER BY 1 DESC, 2
    """
)


class PostgresOperatorRows:
    """Plays the `OperatorRows` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_unfinished(self, *, limit: int) -> list[AreaAtWork]:
        return await self._areas(_areas().where(_UNFINISHED).order_by(generation_areas.c.queued_at).limit(limit))

    async def list_failed(self, *, limit: int) -> list[AreaAtWork]:
        query = _areas().where(generation_areas.c.status == "failed", generation_areas.c.error_retryable)
        return await self._areas(query.order_by(generation_areas.c.completed_at.desc()).limit(limit))

    async def count_failures(self, *, days: int) -> list[Failures]:
        areas = generation_areas.c
        since = func.now() - func.make_interval(0, 0, 0, days)
        query = select(areas.error_code, func.count(), func.max(areas.completed_at))
        query = query.where(areas.status == "failed", areas.completed_at > since)
        query = query.group_by(areas.error_code).order_by(func.count().desc(), areas.error_code)
        async with self._database.connect() as connection:
            return [Failures(code=row[0], areas=row[1], last=row[2]) for row in await connection.execute(query)]

    async def list_spend(self, *, days: int) -> list[DaySpent]:
        async with self._database.connect() as connection:
            found = await connection.execute(_SPEND, {"days": days})
            return [DaySpent(day=row[0], provider=row[1], calls=row[2], usd=row[3] or Decimal(0)) for row in found]

    async def find_account(self, generation: GenerationId) -> AccountId:
        async with self._database.connect() as connection:
            query = select(generations.c.account_id).where(generations.c.id == generation)
            found = (await connection.execute(query)).scalar_one_or_none()
        if found is None:
            raise GenerationNotFound("there is no such design")
        return AccountId(found)

    async def _areas(self, query: Select[Any]) -> list[AreaAtWork]:
        async with self._database.connect() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [
            AreaAtWork(
                **{
                    **row,
                    "id": AreaId(row["id"]),
                    "generation": GenerationId(row["generation"]),
                    "account": AccountId(row["account"]),
                }
            )
            for row in rows
        ]


def _areas() -> Select[Any]:
    areas = generation_areas.c
    overdue = areas.queued_at < func.now() - cast(literal(OVERDUE), INTERVAL)
    return (
        select(
            areas.id,
            areas.generation_id.label("generation"),
            generations.c.account_id.label("account"),
            accounts.c.email,
            areas.area,
            areas.style,
            areas.status,
            areas.stage,
            areas.provider,
            areas.attempts,
            areas.claims_in_run,
            areas.error_code,
            areas.queued_at,
            and_(_UNFINISHED, overdue).label("is_overdue"),
        )
        .join(generations, generations.c.id == areas.generation_id)
        .join(accounts, accounts.c.id == generations.c.account_id)
    )
