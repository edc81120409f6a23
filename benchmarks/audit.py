"""How long the audit of the rows takes on a large database."""

import time
from pathlib import Path

import asyncpg

from benchmarks.harness import Result, stage
from yarda.api import working

AREAS = 100_000
LIMIT_S = 1.0
"""A tenth of what a million areas may take."""

COPIES = AREAS // 5
CHARGED = (
    "UPDATE generation_areas SET credits = 1",
    "UPDATE attempts SET credits = 1",
    *(
        "INSERT INTO ledger (account_id, kind, from_book, to_book, credits, generation_id, area_id, run, reason) "
        f"SELECT account_id, '{kind}', '{source}', '{to}', 1, generation_id, area_id, run, '' FROM attempts"
        for kind, source, to in (("hold", "available", "held"), ("capture", "held", "spent"))
    ),
    "INSERT INTO ledger (account_id, kind, from_book, to_book, credits, reason) "
    f"SELECT DISTINCT account_id, 'grant', 'issued', 'available', {2 * AREAS}, '' FROM attempts",
)
"""As if each picture had cost a credit."""
COPIED = (
    f"CREATE TABLE copies AS SELECT gen_random_uuid() AS generation FROM generate_series(1, {COPIES})",
    "CREATE TABLE area_copies AS SELECT c.generation, a.id AS original, gen_random_uuid() AS area "
    "FROM copies c, generation_areas a",
)
COLUMNS = (
    "SELECT attname FROM pg_attribute "
    "WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = ''"
)
OF_GENERATION = "CROSS JOIN copies c"
OF_AREA = "JOIN area_copies c ON c.original = o.area_id"
TABLES: tuple[tuple[str, dict[str, str], str], ...] = (
    ("generations", {"id": "c.generation", "idempotency_key": "NULL"}, OF_GENERATION),
    (
        "generation_areas",
        {"id": "c.area", "generation_id": "c.generation"},
        "JOIN area_copies c ON c.original = o.id",
    ),
    ("events", {"generation_id": "c.generation"}, OF_GENERATION),
    ("attempts", {"id": "gen_random_uuid()", "area_id": "c.area", "generation_id": "c.generation"}, OF_AREA),
    ("ledger", {"area_id": "c.area", "generation_id": "c.generation"}, OF_AREA),
)
"""Each table's rows are those of one finished generation, under new names."""


async def run(url: str, folder: Path) -> list[Result]:
    """One finished generation of five areas is copied with its events, calls and entries; then all is audited."""
    async with stage(url, folder) as scene:
        async with working(scene.running, concurrency=8):
            accepted = await scene.running.studio.accept(scene.request(5), account=scene.account)
            await scene.finish(accepted.id)
        await _copy(url)
        inspector = scene.running.studio._inspector
        began = time.perf_counter()
        found = await inspector.audit_rows()
        seconds = time.perf_counter() - began
    assert found == [], found[:3]
    return [
        Result(
            what=f"audit of all rows of {AREAS:,} areas in {COPIES:,} generations",
            goal=f"≤ {LIMIT_S:.0f} s (1 M areas in 10 s)",
            measured=f"{seconds:.1f} s",
            met=seconds <= LIMIT_S,
            numbers={"seconds": seconds},
        )
    ]


async def _copy(url: str) -> None:
    connection = await asyncpg.connect(url)
    for statement in (*CHARGED, *COPIED):
        await connection.execute(statement)
    for table, changes, joined in TABLES:
        columns = [row["attname"] for row in await connection.fetch(COLUMNS, table)]
        values = ", ".join(changes.get(column, f"o.{column}") for column in columns)
        await connection.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} o {joined}"
        )
    await connection.execute("DROP TABLE copies, area_copies")
    await connection.execute("ANALYZE")
    await connection.close()
