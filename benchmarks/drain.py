"""How fast a full queue empties, against the job engine with nothing to do; and what memory does meanwhile."""

import asyncio
import time
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import psutil
from sqlalchemy import text

from benchmarks.harness import Result, Stage, stage
from yarda import jobs
from yarda.api import working
from yarda.pipeline.ports import Done, Verdict

AREAS = 2000
FOREIGN = 300
CONCURRENCY = 8


async def run(url: str, folder: Path) -> list[Result]:
    """The bare engine; the pipeline with nothing to look at in the pictures; the same with foreign ones."""
    bare = await _drain_bare(url)
    async with stage(url, folder, foreign=False) as scene:
        seconds, (at_half, at_end) = await _drain_areas(scene, AREAS)
    async with stage(url, folder) as scene:
        foreign_seconds, _ = await _drain_areas(scene, FOREIGN)
    ratio = bare / seconds
    return [
        Result(
            what=f"bare engine, {AREAS} empty jobs, {CONCURRENCY} at a time",
            goal="",
            measured=f"{AREAS / bare:.0f} jobs/s",
        ),
        Result(
            what=f"{AREAS} areas, instant provider, tiny pictures",
            goal="≥ 0.5 of the bare engine",
            measured=f"{AREAS / seconds:.0f} areas/s, {ratio:.3f} of it",
            met=ratio >= 0.5,
        ),
        Result(
            what=f"{FOREIGN} areas, instant provider, foreign pictures of 640 × 427",
            goal="",
            measured=f"{FOREIGN / foreign_seconds:.1f} areas/s",
        ),
        Result(
            what=f"memory after {AREAS // 2} and {AREAS} areas",
            goal="flat (< 5 %)",
            measured=f"{at_half / 2**20:.0f} MiB, {at_end / 2**20:.0f} MiB",
            met=(at_end - at_half) / at_half < 0.05,
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
    working = asyncio.create_task(
        jobs.run_jobs(
            database_url=url, handle=handle, concurrency=CONCURRENCY, lease_seconds=15, stopping=stopping
        )
    )
    await over.wait()
    seconds = time.perf_counter() - began
    stopping.set()
    await working
    await connection.close()
    return seconds


async def _drain_areas(scene: Stage, areas: int) -> tuple[float, tuple[int, int]]:
    """Accept so many, then work: seconds, and resident bytes halfway and at the end."""
    for _ in range(areas // 5):
        await scene.running.studio.accept(scene.request(5), account=scene.account)
    before = await _count_completed(scene)
    process = psutil.Process()
    halfway = 0
    began = time.perf_counter()
    async with working(scene.running, concurrency=CONCURRENCY):
        while True:
            await asyncio.sleep(0.2)
            done = await _count_completed(scene) - before
            if not halfway and done >= areas // 2:
                halfway = process.memory_info().rss
            if done >= areas:
                return time.perf_counter() - began, (halfway, process.memory_info().rss)


async def _count_completed(scene: Stage) -> int:
    async with scene.running.database.connect() as connection:
        found = await connection.execute(text("SELECT count(*) FROM generation_areas WHERE status = 'completed'"))
        return int(found.scalar_one())
