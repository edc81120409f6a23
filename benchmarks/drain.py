"""How fast a full queue empties, against the job engine with nothing to do."""

import asyncio
import time
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg

from benchmarks.harness import Drawing, Result, Stage, stage
from yarda import jobs
from yarda.api import working
from yarda.pipeline.ports import Done, Verdict

AREAS = 2000
FOREIGN = 300
CONCURRENCY = 8


async def run(url: str, folder: Path) -> list[Result]:
    """The bare engine; the pipeline with nothing to look at in the pictures; the same with foreign ones."""
    bare = AREAS / await _drain_bare(url)
    async with stage(url, folder, drawing=Drawing.TINY) as scene:
        tiny = AREAS / await _drain_areas(scene, AREAS)
    async with stage(url, folder, drawing=Drawing.FOREIGN) as scene:
        foreign = FOREIGN / await _drain_areas(scene, FOREIGN)
    return [
        Result(
            what=f"bare engine, {AREAS} empty jobs, one process, {CONCURRENCY} at a time",
            goal="",
            measured=f"{bare:.0f} jobs/s",
            numbers={"jobs_per_s": bare},
        ),
        Result(
            what=f"{AREAS} areas of five a generation, instant provider, tiny pictures, the same process",
            goal="≥ 0.5 of the bare engine",
            measured=f"{tiny:.1f} areas/s, {tiny / bare:.3f} of it",
            met=tiny / bare >= 0.5,
            numbers={"areas_per_s": tiny, "share": tiny / bare},
        ),
        Result(
            what=f"{FOREIGN} areas, instant provider, foreign pictures of 640 × 427",
            goal="",
            measured=f"{foreign:.1f} areas/s",
            numbers={"areas_per_s": foreign},
        ),
    ]


async def _drain_bare(url: str) -> float:
    left = AREAS
    over = asyncio.Event()
    stopping = asyncio.Event()

    async def handle(_: UUID) -> Verdict:
        nonlocal left
        left -= 1
        if left == 0:
            over.set()
        return Done()

    connection = await asyncpg.connect(url)
    async with connection.transaction():
        for _ in range(AREAS):
            await jobs.enqueue_area(connection, uuid4(), priority=0)
    began = time.perf_counter()
    engine = jobs.run_jobs(
        database_url=url,
        handlers={jobs.DESIGN_AREA: handle},
        concurrency=CONCURRENCY,
        lease_seconds=15,
        stopping=stopping,
    )
    running = asyncio.create_task(engine)
    await over.wait()
    seconds = time.perf_counter() - began
    stopping.set()
    await running
    await connection.close()
    return seconds


async def _drain_areas(scene: Stage, areas: int) -> float:
    """Accept so many, then work: seconds until the last is completed."""
    before = await scene.count_completed()
    await scene.fill(areas)
    began = time.perf_counter()
    async with working(scene.running, concurrency=CONCURRENCY):
        await scene.completed(before + areas)
        return time.perf_counter() - began
