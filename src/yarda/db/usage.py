"""What accounts used today, in Postgres."""

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from yarda.db.accounts.counters import PostgresCounters
from yarda.domain.credit import AccountId

_CREDITS = text(
    """
    SELECT coalesce(sum(CASE kind WHEN 'hold' THEN credits WHEN 'release' THEN -credits END), 0)
    FROM ledger WHERE account_id = :account AND (area_id, run) IN (
        SELECT area_id, run FROM ledger
        WHERE account_id = :account AND kind = 'hold' AND created_at >= date_trunc('day', now(), 'UTC'))
    """
)


class PostgresUsage:
    """Plays the `Usage` port."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._counters = PostgresCounters(connection)

    async def count_areas(self, account: AccountId, areas: int) -> int:
        count, _ = await self._counters.count(f"areas:{account}", period=timedelta(days=1), amount=areas)
        return count

    async def credits_today(self, account: AccountId) -> int:
        return int((await self._connection.execute(_CREDITS, {"account": account})).scalar_one())
