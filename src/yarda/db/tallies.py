"""Numbers that no other row tells, in Postgres: counted up, or set, with the time of the last change."""

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from yarda.db.tables import tallies
from yarda.pipeline.ports import Tally


class PostgresTallies:
    """Plays the `Tallies` port."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def count_up(self, tally: Tally) -> None:
        await self._write(tally, 1, then=tallies.c.count + 1)

    async def set(self, tally: Tally, count: int) -> None:
        await self._write(tally, count, then=count)

    async def read(self) -> dict[str, tuple[int, float]]:
        """Each number that was ever written, with the seconds since the epoch of its last change."""
        at = func.extract("epoch", tallies.c.changed_at)
        found = await self._connection.execute(select(tallies.c.name, tallies.c.count, at))
        return {name: (int(count), float(changed)) for name, count, changed in found}

    async def _write(self, tally: Tally, first: int, *, then: object) -> None:
        now = func.clock_timestamp()
        await self._connection.execute(
            upsert(tallies)
            .values(name=tally.value, count=first, changed_at=now)
            .on_conflict_do_update(index_elements=["name"], set_={"count": then, "changed_at": now})
        )
