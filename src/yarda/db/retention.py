"""What may not be kept any longer, in Postgres."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from yarda.db.tables import accounts, generation_areas, generations, photos
from yarda.domain.account import AccountKind, Plan
from yarda.domain.credit import AccountId
from yarda.domain.generation import GenerationId
from yarda.domain.photo import PhotoId

AT_ONCE = 500
"""How many are listed; the next round lists more."""

_OF_DELETED = accounts.c.kind == AccountKind.DELETED.value


class PostgresRetention:
    """Plays the `Retention` port."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def list_expired_generations(self) -> list[tuple[GenerationId, AccountId]]:
        over = and_(generations.c.expires_at <= func.now(), generations.c.completed_at.is_not(None))
        query = select(generations.c.id, accounts.c.id.label("account"))
        query = query.join(accounts, accounts.c.id == generations.c.account_id).where(or_(over, _OF_DELETED))
        found = await self._connection.execute(query.limit(AT_ONCE))
        return [(GenerationId(row.id), AccountId(row.account)) for row in found]

    async def list_expired_photos(self, lives: Mapping[Plan, timedelta]) -> list[PhotoId]:
        over = [
            and_(accounts.c.plan == plan.value, photos.c.created_at <= func.now() - life)
            for plan, life in lives.items()
        ]
        in_use = select(generation_areas.c.id).where(generation_areas.c.photo_id == photos.c.id).exists()
        query = select(photos.c.id).join(accounts, accounts.c.id == photos.c.account_id)
        found = await self._connection.execute(query.where(or_(_OF_DELETED, *over), ~in_use).limit(AT_ONCE))
        return [PhotoId(row.id) for row in found]
