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
CONCURRENCY = 8


async def run(url: str, folder: Path) -> list[Result]:
    """The bare engine first, then the whole pipeline with a provider that answers at once."""
    bare = await _drain_bare(url)
    async with stage(url, folder) as scene:
        await _accept(scene, AREAS // 5)
        seconds, memory = await _drain_areas(scene)
    ratio = bare / seconds
    at_half, at_end = memory
    growth = (at_end - at_half) / at_half
    return [
        Result(
            what=f"bare engine, {AREAS} empty jobs, {CONCURRENCY} at a time",
            goal="",
            measured=f"{AREAS / bare:.0f} jobs/s",
        ),
        Result(
            what=f"{AREAS} areas with an instant provider",
            goal="≥ 0.5 of the bare engine",
            measured=f"{AREAS / seconds:.0f} areas/s, {ratio:.2f} of it",
            met=ratio >= 0.5,
        ),
        Result(
            what=f"memory after {AREAS // 2} and {AREAS} areas",
            goal="flat (< 5 %)",
            measured=f"{at_half / 2**20:.0f} MiB, {at_end / 2**20:.0f} MiB",
            met=growth < 0.05,
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


async def _accept(scene: Stage, generations: int) -> None:
    for _ in range(generations):
        await scene.running.studio.accept(scene.request(5), account=scene.account)


async def _drain_areas(scene: Stage) -> tuple[float, tuple[int, int]]:
    """Seconds, and resident bytes halfway and at the end."""
    process = psutil.Process()
    halfway = 0
    began = time.perf_counter()
    async with working(scene.running, concurrency=CONCURRENCY):
        while True:
            await asyncio.sleep(0.2)
            done = await _count_completed(scene)
            if not halfway and done >= AREAS // 2:
                halfway = process.memory_info().rss
            if done >= AREAS:
                return time.perf_counter() - began, (halfway, process.memory_info().rss)


async def _count_completed(scene: Stage) -> int:
    async with scene.running.database.connect() as connection:
        found = await connection.execute(text("SELECT count(*) FROM generation_areas WHERE status = 'completed'"))
        return int(found.scalar_one())
