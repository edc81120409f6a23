"""What bodies without end cost a worker process in memory."""

import asyncio
from pathlib import Path

import psutil
from tests.emulators.gemini import KEY, GeminiEmulator

from benchmarks.harness import Result, picture, settings_for
from benchmarks.worker import worker_process
from yarda.bootstrap import start
from yarda.domain.catalog import AreaName, StyleName
from yarda.domain.request import AreaRequest, DesignRequest

BODY = 200 * 2**20
GENERATIONS = 4
LIMIT_MIB = 60
LOOK_EVERY = 0.02


async def run(url: str, folder: Path) -> list[Result]:
    """The most that a new worker, warmed up by some designs, grows while each call is answered with 200 MB."""
    async with GeminiEmulator() as gemini:
        changes = {"gemini_api_key": KEY, "gemini_base_url": gemini.base_url, "call_seconds": 60}
        settings = settings_for(url, folder, **changes)
        async with start(settings) as running, worker_process(url, folder, gemini=gemini.base_url) as pid:
            studio, account = running.studio, await running.studio.owner()
            photo = await studio.add_photo(picture(), account=account)
            areas = tuple(AreaRequest(area=area, style=StyleName.JAPANESE_ZEN) for area in AreaName)
            request = DesignRequest(areas=areas, photo_id=photo.id, provider="gemini")

            async def designed() -> None:
                accepted = [(await studio.accept(request, account=account)).id for _ in range(GENERATIONS)]
                for generation in accepted:
                    async for _ in studio.watch(generation, account=account):
                        pass

            await designed()
            process = psutil.Process(pid)
            before = process.memory_info().rss
            gemini.script.extend([f"huge:{BODY}"] * GENERATIONS * len(areas))
            peak, work = before, asyncio.create_task(designed())
            while not work.done():
                peak = max(peak, process.memory_info().rss)
                await asyncio.sleep(LOOK_EVERY)
            await work
            cut = sum(call.client_gone for call in gemini.calls)
    growth = (peak - before) / 2**20
    return [
        Result(
            what=f"a worker's memory while {cut} calls, eight at a time, are answered with 200 MB each",
            goal=f"grows by at most {LIMIT_MIB} MiB",
            measured=f"{before / 2**20:.0f} MiB, {growth:+.0f} MiB at the most",
            met=growth <= LIMIT_MIB and cut == GENERATIONS * len(AreaName),
            numbers={"before_mib": before / 2**20, "growth_mib": growth, "cut": cut},
        )
    ]
