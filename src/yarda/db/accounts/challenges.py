"""Short-lived secrets of browsers in Postgres."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from yarda.db.accounts.tables import challenges


class PostgresChallenges:
    """Plays the `Challenges` port. By the database's clock, whatever those of its clients say."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, key: bytes, value: dict[str, Any], *, life: timedelta) -> None:
        new = insert(challenges).values(key=key, value=value, expires_at=func.now() + life)
        await self._connection.execute(new)

    async def take(self, key: bytes) -> dict[str, Any] | None:
        taken = delete(challenges).where(challenges.c.key == key).returning(challenges, func.now().label("now"))
        row = (await self._connection.execute(taken)).first()
        return row.value if row is not None and row.expires_at > row.now else None

    async def forget_expired(self) -> int:
        old = delete(challenges).where(challenges.c.expires_at <= func.now())
        return (await self._connection.execute(old)).rowcount
