"""The providers' gates in Postgres: one row for all workers."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from yarda.db.tables import provider_gates
from yarda.domain.gate import Gate, Traffic

_TRAFFIC = text(
    """
    SELECT count(*) FILTER (WHERE started_at > :since) AS calls,
        min(started_at) FILTER (WHERE started_at > :since) AS first,
        max(started_at) AS last,
        count(*) FILTER (WHERE started_at > :since AND outcome = 'succeeded') AS delivered,
        count(*) FILTER (WHERE outcome = 'open') AS open
    FROM attempts WHERE provider = :provider AND started_at > :earliest
    """
)


class PostgresGates:
    """Plays the `Gates` port."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock(self, key: str, *, provider: str) -> tuple[Gate, datetime]:
        find = select(provider_gates, func.clock_timestamp().label("now")).where(provider_gates.c.key == key)
        row = (await self._connection.execute(find.with_for_update())).mappings().first()
        if row is None:
            new = upsert(provider_gates).values(key=key, provider=provider).on_conflict_do_nothing()
            await self._connection.execute(new)
            row = (await self._connection.execute(find.with_for_update())).mappings().one()
        return _gate(row), row["now"]

    async def measure(self, provider: str, *, now: datetime, longest_call: timedelta) -> Traffic:
        given = {"provider": provider, "since": now - timedelta(minutes=1), "earliest": now - longest_call}
        row = (await self._connection.execute(_TRAFFIC, given)).mappings().one()
        return Traffic(**row)

    async def save(self, gate: Gate) -> None:
        values = asdict(gate)
        await self._connection.execute(
            update(provider_gates).where(provider_gates.c.key == values.pop("key")).values(values)
        )

    async def list_all(self) -> list[tuple[Gate, datetime]]:
        query = select(provider_gates, func.clock_timestamp().label("now")).order_by(provider_gates.c.key)
        return [(_gate(row), row["now"]) for row in (await self._connection.execute(query)).mappings()]


def _gate(row: RowMapping) -> Gate:
    values: dict[str, Any] = dict(row)
    del values["now"]
    return Gate(**values)
