"""How long 50 clients wait for their 201, over HTTP, from a `serve` that only answers."""

import asyncio
import os
import random
import sys
import time
from pathlib import Path

import httpx2

from benchmarks.harness import Result, percentile, picture
from yarda.domain.catalog import AreaName, StyleName

CLIENTS = 50
REQUESTS = 20
AREAS = tuple(AreaName)
STYLES = tuple(StyleName)


async def run(url: str, folder: Path) -> list[Result]:
    """Once with every client asking as fast as it is answered, once with a second between its requests."""
    command = [str(Path(sys.executable).with_name("yarda")), "serve", "--port", "0", "--workers", "0"]
    environment = os.environ | {"YARDA_DATABASE_URL": url, "YARDA_DATA_DIR": str(folder / "data")}
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode()
        address = next(word for word in line.split() if word.startswith("http"))
        flood, seconds = await _load(address, pause=0)
        calm, _ = await _load(address, pause=1)
    finally:
        process.terminate()
        await process.wait()
    p50, p99 = percentile(calm, 0.5) * 1000, percentile(calm, 0.99) * 1000
    full50, full99, rate = percentile(flood, 0.5) * 1000, percentile(flood, 0.99) * 1000, len(flood) / seconds
    return [
        Result(
            what=f"accept, {CLIENTS} clients, one request a second each, p50 / p99",
            goal="25 ms / 150 ms",
            measured=f"{p50:.0f} ms / {p99:.0f} ms",
            met=p50 <= 25 and p99 <= 150,
            numbers={"p50_ms": p50, "p99_ms": p99},
        ),
        Result(
            what=f"accept, {CLIENTS} clients without a pause, p50 / p99",
            goal="",
            measured=f"{full50:.0f} ms / {full99:.0f} ms, {rate:.0f} a second",
            numbers={"p50_ms": full50, "p99_ms": full99, "requests_per_s": rate},
        ),
    ]


async def _load(address: str, *, pause: float) -> tuple[list[float], float]:
    waits: list[float] = []
    limits = httpx2.Limits(max_connections=CLIENTS, max_keepalive_connections=CLIENTS)
    async with httpx2.AsyncClient(base_url=address, limits=limits, timeout=60) as http:
        photo = (await http.post("/photos", files={"photo": ("yard.jpg", picture())})).json()["id"]

        async def client() -> None:
            await asyncio.sleep(pause * random.random())
            for _ in range(REQUESTS):
                area = {"area": random.choice(AREAS), "style": random.choice(STYLES)}
                body = {"photo_id": photo, "areas": [area]}
                began = time.perf_counter()
                answer = await http.post("/generations/multi", json=body)
                waits.append(time.perf_counter() - began)
                assert answer.status_code == 201, answer.text
                await asyncio.sleep(max(0.0, pause - waits[-1]))

        began = time.perf_counter()
        await asyncio.gather(*(client() for _ in range(CLIENTS)))
        return waits, time.perf_counter() - began
