"""What five areas together cost over their slowest one, with a provider of a fixed second."""

import statistics
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.harness import Result, Stage, stage
from yarda.api import working

ROUNDS = 7


async def run(url: str, folder: Path) -> list[Result]:
    """A generation's time against its slowest area's own, and against a generation of one area."""
    async with stage(url, folder, seconds=1.0) as scene, working(scene.running, concurrency=8):
        await _one(scene, areas=5)
        five = [await _one(scene, areas=5) for _ in range(ROUNDS)]
        one = [await _one(scene, areas=1) for _ in range(ROUNDS)]
    total, alone = statistics.median(total for total, _ in five), statistics.median(total for total, _ in one)
    ratio = statistics.median(total / slowest for total, slowest in five)
    return [
        Result(
            what="5 areas, provider of 1 s: generation over its slowest area",
            goal="≤ 1.15 ×",
            measured=f"{ratio:.2f} ×",
            met=ratio <= 1.15,
            numbers={"ratio": ratio},
        ),
        Result(
            what="the same from the request to the end",
            goal="≤ 1.15 s",
            measured=f"{total:.2f} s",
            met=total <= 1.15,
            numbers={"five_areas_s": total},
        ),
        Result(
            what="the same over a generation of one area",
            goal="",
            measured=f"{total / alone:.2f} × ({total:.2f} s over {alone:.2f} s)",
            numbers={"one_area_s": alone},
        ),
    ]


async def _one(scene: Stage, *, areas: int) -> tuple[float, float]:
    """Seconds from the request to the terminal state, and of the slowest area from its start to its end."""
    began = time.perf_counter()
    accepted = await scene.running.studio.accept(scene.request(areas), account=scene.account)
    await scene.finish(accepted.id)
    seconds = time.perf_counter() - began
    view = await scene.running.studio.get_generation(accepted.id, account=scene.account)
    return seconds, max(_seconds(area) for area in view["areas"])


def _seconds(area: dict[str, Any]) -> float:
    return (
        datetime.fromisoformat(area["completed_at"]) - datetime.fromisoformat(area["started_at"])
    ).total_seconds()
