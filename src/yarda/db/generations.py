"""Generations and their areas in Postgres."""

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, delete, func, insert, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from yarda.db import rows
from yarda.db.tables import generation_areas, generations
from yarda.domain.credit import AccountId
from yarda.domain.generation import Area, AreaId, Generation, GenerationId, Status
from yarda.domain.photo import PhotoId
from yarda.errors import AreaNotFound, GenerationNotFound, InvalidRequest
from yarda.pipeline.ports import Page, StageTimes

UNFINISHED = (Status.PENDING.value, Status.PROCESSING.value)
_TAKE_TURN = text(
    """
    WITH waiting AS (
        SELECT coalesce(min(fair_tag), 0) AS first FROM generation_areas WHERE status = 'pending'
    ), turn AS (
        UPDATE accounts SET fair_tag = greatest(accounts.fair_tag, waiting.first) + 1
        FROM waiting WHERE accounts.id = :account RETURNING accounts.fair_tag
    )
    UPDATE generation_areas SET fair_tag = turn.fair_tag FROM turn WHERE generation_areas.id = :area
    RETURNING generation_areas.fair_tag
    """
)
# Made once: SQLAlchemy spends more time on making a statement and its cache key than on sending it.
_SAVE = update(generations).where(generations.c.id == bindparam("this"))
_SAVE_AREA = update(generation_areas).where(generation_areas.c.id == bindparam("this"))
MEASURED = 200
"""How many of the newest finished areas of a provider the measured times look at."""


class PostgresGenerations:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._loaded: dict[GenerationId, Generation] = {}

    async def add_once(self, generation: Generation) -> Generation:
        added = await self._connection.execute(
            upsert(generations)
            .values(rows.new_generation_values(generation))
            .on_conflict_do_nothing(index_elements=["account_id", "idempotency_key"])
            .returning(generations.c.id)
        )
        if added.first() is None:
            return await self._one(_under_key(generation.idempotency_key, account=generation.account))
        await self._connection.execute(
            insert(generation_areas), [rows.new_area_values(area, generation.id) for area in generation.areas]
        )
        return generation

    async def find_by_key(self, key: str, *, account: AccountId) -> Generation | None:
        try:
            return await self._one(_under_key(key, account=account))
        except GenerationNotFound:
            return None

    async def get(self, generation: GenerationId, *, account: AccountId) -> Generation:
        return await self._one(
            select(generations).where(generations.c.id == generation, generations.c.account_id == account)
        )

    async def lock(self, generation: GenerationId, *, account: AccountId | None = None) -> Generation:
        query = select(generations).where(generations.c.id == generation).with_for_update(key_share=True)
        if account is not None:
            query = query.where(generations.c.account_id == account)
        return await self._one(query)

    async def lock_by_area(self, area: AreaId) -> Generation:
        its = select(generation_areas.c.generation_id).where(generation_areas.c.id == area).scalar_subquery()
        try:
            return await self._one(
                select(generations).where(generations.c.id == its).with_for_update(key_share=True)
            )
        except GenerationNotFound:
            raise AreaNotFound("this area was deleted") from None

    async def save(self, generation: Generation) -> None:
        before = self._loaded.get(generation.id)
        await self._connection.execute(_SAVE, rows.generation_values(generation) | {"this": generation.id})
        unchanged = set(before.areas) if before else set()
        for area in generation.areas:
            if area not in unchanged:
                await self._connection.execute(_SAVE_AREA, rows.area_values(area) | {"this": area.id})
        self._loaded[generation.id] = generation

    async def list_page(
        self, account: AccountId, *, limit: int, cursor: str | None, status: Status | None
    ) -> Page[Generation]:
        query = select(generations).where(generations.c.account_id == account)
        if status is not None:
            query = query.where(generations.c.status == status.value)
        if cursor is not None:
            query = query.where(tuple_(generations.c.created_at, generations.c.id) < tuple_(*_read_cursor(cursor)))
        query = query.order_by(generations.c.created_at.desc(), generations.c.id.desc()).limit(limit + 1)
        found = (await self._connection.execute(query)).mappings().all()
        areas = await self._areas_of([row["id"] for row in found[:limit]])
        items = tuple(rows.generation_from(row, areas[row["id"]]) for row in found[:limit])
        more = len(found) > limit
        return Page(items=items, next_cursor=_cursor(items[-1]) if more else None)

    async def claims_of(self, areas: tuple[AreaId, ...]) -> dict[AreaId, int]:
        table = generation_areas.c
        found = await self._connection.execute(select(table.id, table.claim).where(table.id.in_(areas)))
        return {AreaId(row.id): row.claim for row in found}

    async def list_unfinished(self) -> list[tuple[AreaId, AccountId]]:
        found = await self._connection.execute(
            select(generation_areas.c.id, generations.c.account_id)
            .join(generations, generations.c.id == generation_areas.c.generation_id)
            .where(generation_areas.c.status.in_(UNFINISHED))
        )
        return [(AreaId(row.id), AccountId(row.account_id)) for row in found]

    async def measured_times(self) -> StageTimes:
        table = generation_areas.c
        seconds = func.extract("epoch", table.completed_at - table.started_at)
        newest = (
            select(
                table.provider,
                seconds.label("seconds"),
                func.row_number().over(partition_by=table.provider, order_by=table.completed_at.desc()).label("n"),
            )
            .where(table.status == Status.COMPLETED.value, table.provider.is_not(None))
            .subquery()
        )
        quartiles = [func.percentile_cont(p).within_group(newest.c.seconds) for p in (0.25, 0.5, 0.75)]
        found = await self._connection.execute(
            select(newest.c.provider, *quartiles, func.count())
            .where(newest.c.n <= MEASURED)
            .group_by(newest.c.provider)
        )
        times = {row[0]: (float(row[1]), float(row[2]), float(row[3]), int(row[4])) for row in found}
        return StageTimes(by_provider=times)

    async def take_turn(self, area: AreaId, *, account: AccountId) -> int:
        found = await self._connection.execute(_TAKE_TURN, {"area": area, "account": account})
        return -int(found.scalar_one())

    async def delete(self, generation: Generation) -> None:
        await self._connection.execute(delete(generations).where(generations.c.id == generation.id))

    async def uses_photo(self, photo: PhotoId) -> bool:
        found = await self._connection.execute(
            select(generation_areas.c.id).where(generation_areas.c.photo_id == photo).limit(1)
        )
        return found.first() is not None

    async def _one(self, query: Select[Any]) -> Generation:
        row = (await self._connection.execute(query)).mappings().first()
        if row is None:
            raise GenerationNotFound("there is no such design; it may have been deleted")
        areas = await self._areas_of([row["id"]])
        generation = rows.generation_from(row, areas[row["id"]])
        self._loaded[generation.id] = generation
        return generation

    async def _areas_of(self, ids: list[UUID]) -> dict[UUID, tuple[Area, ...]]:
        if not ids:
            return {}
        found = await self._connection.execute(
            select(generation_areas)
            .where(generation_areas.c.generation_id.in_(ids))
            .order_by(generation_areas.c.position)
        )
        areas: dict[UUID, list[Area]] = {id_: [] for id_ in ids}
        for row in found.mappings():
            areas[row["generation_id"]].append(rows.area_from(row))
        return {id_: tuple(values) for id_, values in areas.items()}


def _under_key(key: str | None, *, account: AccountId) -> Select[Any]:
    return select(generations).where(generations.c.account_id == account, generations.c.idempotency_key == key)


def _cursor(generation: Generation) -> str:
    return base64.urlsafe_b64encode(
        json.dumps([generation.created_at.isoformat(), str(generation.id)]).encode()
    ).decode()


def _read_cursor(cursor: str) -> tuple[datetime, UUID]:
    try:
        created, id_ = json.loads(base64.urlsafe_b64decode(cursor))
        return datetime.fromisoformat(created).astimezone(UTC), UUID(id_)
    except (ValueError, TypeError, AttributeError, OverflowError, binascii.Error) as error:
        raise InvalidRequest("cursor: use the next_cursor of an earlier answer", field="cursor") from error
