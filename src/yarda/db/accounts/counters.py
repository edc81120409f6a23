"""Counts per period in Postgres, one for all processes."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, text
from sqlalchemy.dialects.postgresql import INTERVAL
from sqlalchemy.ext.asyncio import AsyncConnection

from yarda.db.accounts.tables import counters

_COUNT = text(
    """
    INSERT INTO counters AS known (key, period, ends_at, count)
    SELECT :key, start, start + :length, :amount
    FROM (SELECT date_bin(:length, now(), TIMESTAMPTZ 'epoch') AS start) AS bin
    ON CONFLICT (key, period) DO UPDATE SET count = known.count + excluded.count
    RETURNING count, ends_at
    """
).bindparams(bindparam("length", type_=INTERVAL))


class PostgresCounters:
    """Plays the `Counters` port. A counter's row is locked until its transaction ends."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def count(self, key: str, *, period: timedelta, amount: int = 1) -> tuple[int, datetime]:
        counted = await self._connection.execute(_COUNT, {"key": key, "length": period, "amount": amount})
        count, ends_at = counted.one()
        return int(count), ends_at

    async def forget_old(self) -> int:
        return (await self._connection.execute(delete(counters).where(counters.c.ends_at < func.now()))).rowcount
