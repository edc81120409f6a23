"""How soon an accepted area starts, on an idle worker."""

import asyncio
from pathlib import Path

from benchmarks.harness import Result, percentile, stage
from yarda.api import working

ROUNDS = 60


async def run(url: str, folder: Path) -> list[Result]:
    """From the return of the acceptance to the moment the provider is called."""
    loop = asyncio.get_running_loop()
    waits = []
    async with stage(url, folder) as scene, working(scene.running, concurrency=8):
        await asyncio.sleep(1)
        for _ in range(ROUNDS):
            accepted = await scene.running.studio.accept(scene.request(1), account=scene.account)
            began = loop.time()
            await scene.finish(accepted.id)
            waits.append((scene.provider.started[accepted.view["areas"][0]["id"]] - began) * 1000)
            await asyncio.sleep(0.05)
    p50, p99 = percentile(waits, 0.5), percentile(waits, 0.99)
    return [
        Result(
            what="enqueue to provider call, p50 / p99",
            goal="50 ms / –",
            measured=f"{p50:.0f} ms / {p99:.0f} ms",
            met=p50 <= 50,
            numbers={"p50_ms": p50, "p99_ms": p99},
        )
    ]
