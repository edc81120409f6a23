"""Whether a worker process grows with the areas it has carried."""

from pathlib import Path

import psutil

from benchmarks.harness import Drawing, Result, stage
from benchmarks.worker import worker_process

WARM_UP = 200
STEP = 500
LIMIT = 1.10


async def run(url: str, folder: Path) -> list[Result]:
    """Resident memory of a process that only works, after its warm-up and after each 500 areas more."""
    resident = []
    async with stage(url, folder, drawing=Drawing.KEPT) as scene, worker_process(url, folder) as pid:
        process = psutil.Process(pid)
        for areas in (WARM_UP, STEP, STEP):
            before = await scene.count_completed()
            await scene.fill(areas)
            await scene.completed(before + areas)
            resident.append(process.memory_info().rss / 2**20)
    growth = resident[-1] / resident[0]
    shown = ", ".join(f"{mib:.0f}" for mib in resident)
    return [
        Result(
            what=f"a worker's memory after {WARM_UP} areas, and {STEP} and {2 * STEP} later",
            goal="grows by less than 10 %",
            measured=f"{shown} MiB ({growth - 1:+.1%})",
            met=growth < LIMIT,
            numbers={f"mib_{at}": mib for at, mib in enumerate(resident)} | {"growth": growth - 1},
        )
    ]
