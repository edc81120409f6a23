"""Reads over all rows: readiness, measurements and the audit of every invariant."""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from yarda.db import migrate
from yarda.db.attempts import PostgresAttempts
from yarda.db.generations import PostgresGenerations
from yarda.db.invariants import INVARIANTS
from yarda.db.tallies import PostgresTallies
from yarda.db.unit_of_work import Database
from yarda.pipeline.measure import Measurements
from yarda.pipeline.ports import Tally

OVERDUE = "15 minutes"
"""An unfinished area older than this is shown to the operator."""
RECENT = "10 minutes"
LONGEST_CALL = "5 minutes"

AREAS = "SELECT status, count(*) FROM generation_areas GROUP BY status"
UNFINISHED = f"""
    SELECT status, extract(epoch FROM now() - min(queued_at)),
           count(*) FILTER (WHERE queued_at < now() - interval '{OVERDUE}')
    FROM generation_areas WHERE status IN ('pending', 'processing') GROUP BY status
"""
CALLS = "SELECT provider, outcome, count(*), coalesce(sum(cost_usd), 0) FROM attempts GROUP BY provider, outcome"
RECENT_CALLS = f"""
    SELECT provider, outcome, count(*) FROM attempts
    WHERE finished_at > now() - interval '{RECENT}'
      AND started_at > now() - interval '{RECENT}' - interval '{LONGEST_CALL}'
    GROUP BY provider, outcome
"""
STAGE_SECONDS = """
    WITH newest AS (SELECT id FROM generations ORDER BY created_at DESC LIMIT 50),
    entered AS (
        SELECT area ->> 'id' AS area, area ->> 'stage' AS stage, min(e.created_at) AS at
        FROM newest JOIN events e ON e.generation_id = newest.id
            CROSS JOIN jsonb_array_elements(e.snapshot -> 'areas') AS area
        GROUP BY 1, 2),
    spent AS (
        SELECT stage, extract(epoch FROM lead(at) OVER (PARTITION BY area ORDER BY at) - at) AS seconds
        FROM entered)
    SELECT stage, percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY seconds)
    FROM spent WHERE seconds IS NOT NULL GROUP BY stage
"""
OBJECTS = """
    SELECT unnest(ARRAY[full_key, large_key, thumb_key]), id FROM images UNION ALL
    SELECT object_key, id FROM photos UNION ALL
    SELECT garden_key, id FROM generation_areas WHERE garden_key IS NOT NULL
"""
AUDIT_LOCK = 7_209_343

LiveAreas = Callable[[AsyncConnection], Awaitable[set[str]]]


class PostgresInspector:
    """Plays the `Inspector` port. `jobs_by_status` and `live_areas` ask the job engine."""

    def __init__(
        self,
        database: Database,
        *,
        live_areas: LiveAreas,
        queue_depth: Callable[[AsyncConnection], Awaitable[tuple[dict[str, int], float]]],
    ) -> None:
        self._database = database
        self._live_areas = live_areas
        self._queue_depth = queue_depth

    async def check(self) -> None:
        async with self._database.connect() as connection:
            await migrate.check(connection)

    async def measure(self) -> Measurements:
        async with self._database.connect() as connection:
            jobs, oldest = await self._queue_depth(connection)
            unfinished = await _all(connection, UNFINISHED)
            calls = await _all(connection, CALLS)
            tallies = await PostgresTallies(connection).read()
            violated, audited_at = tallies.get(Tally.INVARIANTS_VIOLATED, (0, 0.0))
            return Measurements(
                areas_by_status={row[0]: int(row[1]) for row in await _all(connection, AREAS)},
                oldest_area_seconds={row[0]: float(row[1]) for row in unfinished},
                overdue_areas=sum(int(row[2]) for row in unfinished),
                areas_rescued=tallies.get(Tally.AREAS_RESCUED, (0, 0.0))[0],
                jobs_by_status=jobs,
                oldest_job_seconds=oldest,
                calls_by_outcome={(row[0], row[1]): int(row[2]) for row in calls},
                recent_calls_by_outcome={
                    (row[0], row[1]): int(row[2]) for row in await _all(connection, RECENT_CALLS)
                },
                cost_usd_by_provider=_sum_by_provider([(row[0], float(row[3])) for row in calls]),
                spend_today_usd=float(await PostgresAttempts(connection).look_at_spend_usd()),
                seconds_by_provider=(await PostgresGenerations(connection).measured_times()).by_provider,
                seconds_by_stage={
                    row[0]: (float(row[1][0]), float(row[1][1]), float(row[1][2]))
                    for row in await _all(connection, STAGE_SECONDS)
                },
                invariants_violated=violated,
                audited_at=audited_at,
            )

    async def list_objects(self) -> dict[str, str]:
        async with self._database.connect() as connection:
            return {row[0]: str(row[1]) for row in await _all(connection, OBJECTS)}

    async def audit_rows(self) -> list[str]:
        async with self._database.connect() as connection:
            return await self._violations(connection)

    async def audit_alone(self) -> list[str]:
        async with self._database.connect() as connection:
            mine = await connection.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": AUDIT_LOCK})
            if not mine.scalar_one():
                return []
            found = await self._violations(connection)
            await PostgresTallies(connection).set(Tally.INVARIANTS_VIOLATED, len(found))
            return found

    async def _violations(self, connection: AsyncConnection) -> list[str]:
        found = []
        for sentence, query in INVARIANTS.items():
            found += [sentence.format(row[0]) for row in await _all(connection, query)]
        lost = await self._areas_without_jobs(connection)
        if lost:  # an area that ended between the two looks is not lost
            lost &= await self._areas_without_jobs(connection)
        return found + [f"area {area} is unfinished and has no job" for area in sorted(lost)]

    async def _areas_without_jobs(self, connection: AsyncConnection) -> set[str]:
        rows = await _all(connection, "SELECT id FROM generation_areas WHERE status IN ('pending', 'processing')")
        unfinished = {str(row[0]) for row in rows}
        return unfinished - await self._live_areas(connection) if unfinished else set()


async def _all(connection: AsyncConnection, query: str) -> list[Any]:
    return list((await connection.execute(text(query))).all())


def _sum_by_provider(costs: list[tuple[str, float]]) -> dict[str, float]:
    totals: dict[str, float] = {}
    for provider, cost in costs:
        totals[provider] = totals.get(provider, 0.0) + cost
    return totals
