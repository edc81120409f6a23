"""Reads over all rows: readiness, measurements and the audit of every invariant."""

from collections.abc import Awaitable, Callable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from yarda.db import migrate
from yarda.db.generations import PostgresGenerations
from yarda.db.unit_of_work import Database
from yarda.pipeline.measure import Measurements
from yarda.pipeline.ports import Objects

OVERDUE = "15 minutes"
"""An unfinished area older than this is shown to the operator."""

INVARIANTS: dict[str, str] = {
    "generation {} has a status that does not follow from its areas": """
        SELECT g.id FROM generations g JOIN (
            SELECT generation_id,
                   count(*) AS n,
                   count(*) FILTER (WHERE status = 'pending') AS pending,
                   count(*) FILTER (WHERE status = 'processing') AS processing,
                   count(*) FILTER (WHERE status = 'completed') AS completed,
                   count(*) FILTER (WHERE status = 'failed') AS failed
            FROM generation_areas GROUP BY generation_id
        ) a ON a.generation_id = g.id
        WHERE g.status <> CASE
            WHEN a.pending = a.n THEN 'pending'
            WHEN a.pending + a.processing > 0 THEN 'processing'
            WHEN a.completed = a.n THEN 'completed'
            WHEN a.completed > 0 THEN 'partial_failed'
            WHEN a.failed > 0 THEN 'failed'
            ELSE 'cancelled' END""",
    "generation {} has no areas": """
        SELECT g.id FROM generations g
        WHERE NOT EXISTS (SELECT 1 FROM generation_areas a WHERE a.generation_id = g.id)""",
    "generation {} has a gap in its events, or its newest event is not its state": """
        SELECT g.id FROM generations g LEFT JOIN (
            SELECT generation_id, count(*) AS n, min(number) AS first, max(number) AS last
            FROM events GROUP BY generation_id
        ) e ON e.generation_id = g.id
        LEFT JOIN events l ON l.generation_id = g.id AND l.number = e.last
        WHERE e.n IS NULL OR e.first <> 1 OR e.last <> g.change OR e.n <> g.change
           OR l.snapshot ->> 'status' <> g.status""",
    "area {} is unfinished and its credits are not held": """
        SELECT a.id FROM generation_areas a
        WHERE a.status IN ('pending', 'processing') AND a.credits <> (
            SELECT coalesce(sum(CASE WHEN l.kind = 'hold' THEN l.credits ELSE -l.credits END), 0)
            FROM ledger l WHERE l.area_id = a.id AND l.run = a.run)""",
    "area {} is finished and its hold is not settled exactly": """
        SELECT area_id FROM ledger l WHERE area_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM generation_areas a
            WHERE a.id = l.area_id AND a.run = l.run AND a.status IN ('pending', 'processing'))
        GROUP BY area_id, run
        HAVING sum(CASE WHEN kind = 'hold' THEN credits ELSE -credits END) <> 0""",
    "purchase {} is paid without its credits, or has them without being paid": """
        SELECT p.id FROM purchases p LEFT JOIN ledger l ON l.once = 'purchase:' || p.id
        WHERE (p.status = 'paid') <> (l.id IS NOT NULL)
           OR l.credits <> p.credits OR l.account_id <> p.account_id""",
    "area {} was charged without being completed": """
        SELECT a.id FROM generation_areas a JOIN ledger l ON l.area_id = a.id AND l.kind = 'capture'
        WHERE l.run <> a.run OR a.status <> 'completed'""",
    "area {} is completed without its picture, or shows 100 % without being completed": """
        SELECT a.id FROM generation_areas a LEFT JOIN images i ON i.id = a.design_image_id
        WHERE (a.status = 'completed' AND (i.id IS NULL OR a.image_url IS NULL OR a.progress <> 100))
           OR (a.status <> 'completed' AND a.progress = 100)""",
    "area {} failed without saying why": """
        SELECT id FROM generation_areas WHERE (status = 'failed') <> (error_code IS NOT NULL)""",
    "account {} has a balance below zero": """
        SELECT account_id FROM ledger GROUP BY account_id
        HAVING sum(CASE WHEN to_book = 'available' THEN credits WHEN from_book = 'available' THEN -credits
                   ELSE 0 END) < 0
            OR sum(CASE WHEN to_book = 'held' THEN credits WHEN from_book = 'held' THEN -credits
                   ELSE 0 END) < 0""",
    "area {} had more than two paid calls in one run": """
        SELECT area_id FROM attempts WHERE billed GROUP BY area_id, run HAVING count(*) > 2""",
    "area {} is finished and one of its calls is still open": """
        SELECT t.area_id FROM attempts t JOIN generation_areas a ON a.id = t.area_id
        WHERE t.outcome = 'open' AND t.finished_at IS NULL
          AND a.status NOT IN ('pending', 'processing')
          AND a.completed_at < now() - interval '5 minutes'""",
}

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

PICTURES = """
    SELECT id, unnest(ARRAY[full_key, large_key, thumb_key]) FROM images UNION SELECT id, object_key FROM photos
    UNION SELECT id, garden_key FROM generation_areas WHERE garden_key IS NOT NULL
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
            by_status = await _pairs(connection, "SELECT status, count(*) FROM generation_areas GROUP BY status")
            calls = await connection.execute(
                text(
                    "SELECT provider, outcome, count(*), coalesce(sum(cost_usd), 0) "
                    "FROM attempts GROUP BY provider, outcome"
                )
            )
            rows = calls.all()
            overdue = await connection.execute(
                text(
                    "SELECT count(*) FROM generation_areas WHERE status IN ('pending', 'processing') "
                    f"AND queued_at < now() - interval '{OVERDUE}'"
                )
            )
            stages = await connection.execute(text(STAGE_SECONDS))
            return Measurements(
                areas_by_status=by_status,
                jobs_by_status=jobs,
                oldest_job_seconds=oldest,
                overdue_areas=int(overdue.scalar_one()),
                calls_by_outcome={(row[0], row[1]): int(row[2]) for row in rows},
                cost_usd_by_provider=_sum_by_provider([(row[0], float(row[3])) for row in rows]),
                seconds_by_provider=(await PostgresGenerations(connection).measured_times()).by_provider,
                seconds_by_stage={stage: (float(q[0]), float(q[1]), float(q[2])) for stage, q in stages},
            )

    async def audit(self, objects: Objects) -> list[str]:
        async with self._database.connect() as connection:
            found = await self._violations(connection)
            pictures = (await connection.execute(text(PICTURES))).all()
        return found + await _missing_objects([(str(row[0]), row[1]) for row in pictures], objects)

    async def audit_alone(self) -> list[str]:
        async with self._database.connect() as connection:
            mine = await connection.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": AUDIT_LOCK})
            return await self._violations(connection) if mine.scalar_one() else []

    async def _violations(self, connection: AsyncConnection) -> list[str]:
        found = []
        for sentence, query in INVARIANTS.items():
            rows = (await connection.execute(text(query))).all()
            found += [sentence.format(row[0]) for row in rows]
        lost = await self._areas_without_jobs(connection)
        if lost:  # an area that ended between the two looks is not lost
            lost &= await self._areas_without_jobs(connection)
        return found + [f"area {area} is unfinished and has no job" for area in sorted(lost)]

    async def _areas_without_jobs(self, connection: AsyncConnection) -> set[str]:
        rows = await connection.execute(
            text("SELECT id FROM generation_areas WHERE status IN ('pending', 'processing')")
        )
        unfinished = {str(row[0]) for row in rows}
        return unfinished - await self._live_areas(connection) if unfinished else set()


async def _pairs(connection: AsyncConnection, query: str) -> dict[str, int]:
    return {row[0]: int(row[1]) for row in await connection.execute(text(query))}


def _sum_by_provider(costs: list[tuple[str, float]]) -> dict[str, float]:
    totals: dict[str, float] = {}
    for provider, cost in costs:
        totals[provider] = totals.get(provider, 0.0) + cost
    return totals


async def _missing_objects(pictures: list[tuple[str, str]], objects: Objects) -> list[str]:
    known: dict[str, bool] = {}
    missing = []
    for picture, key in pictures:
        if key not in known:
            known[key] = await objects.size_of(key) is not None
        if not known[key]:
            missing.append(f"picture {picture} has no object {key}")
    return missing
