"""A provider that lets two calls a second through and answers 429 to the rest, for a minute, with two workers."""

import asyncio
from pathlib import Path

from tests.emulators.gemini import KEY, GeminiEmulator, Quota

from benchmarks.harness import Result, picture, settings_for
from yarda.api import working
from yarda.bootstrap import start
from yarda.domain.catalog import AreaName, StyleName
from yarda.domain.request import AreaRequest, DesignRequest

SECONDS = 60.0
RATE, BURST = 2.0, 2
CALL_SECONDS = 1.0
GENERATIONS = 30
MOST = 1.2


async def run(url: str, folder: Path) -> list[Result]:
    """Calls per slot that the provider had, and areas that failed, with hints when to come back and without."""
    return [await _storm(url, folder, tells=tells) for tells in (True, False)]


async def _storm(url: str, folder: Path, *, tells: bool) -> Result:
    quota = Quota(rate=RATE, burst=BURST, tells=tells)
    async with GeminiEmulator(delay=CALL_SECONDS) as gemini:
        gemini.quota = quota
        changes = {
            "gemini_api_key": KEY,
            "gemini_base_url": gemini.base_url,
            "gemini_model": "gemini-nano-banana-2.1" if tells else "gemini-3-pro-image",
        }
        settings = settings_for(url, folder, **changes)
        async with start(settings) as one, start(settings) as other:
            account = await one.studio.owner()
            photo = await one.studio.add_photo(picture(), account=account)
            areas = tuple(AreaRequest(area=area, style=StyleName.JAPANESE_ZEN) for area in AreaName)
            request = DesignRequest(areas=areas, photo_id=photo.id, provider="gemini")
            accepted = [(await one.studio.accept(request, account=account)).id for _ in range(GENERATIONS)]
            async with working(one, concurrency=8), working(other, concurrency=8):
                await asyncio.sleep(SECONDS)
                calls, slots = len(gemini.calls), quota.slots
                served = sum(call.outcome == "ok" for call in gemini.calls)
                for generation in accepted:
                    await one.studio.cancel(generation, account=account)
            measured = await one.studio.measure()
            violations = await one.studio.audit()
    failed = measured.areas_by_status.get("failed", 0)
    ratio = calls / slots
    how = "that say when to come back" if tells else "without a hint"
    return Result(
        what=f"{SECONDS:.0f} s of 429s {how}, 2 calls a second allowed, 150 areas: calls for each slot",
        goal="≤ 1.2, nothing failed",
        measured=f"{ratio:.2f} ({calls} calls, {slots:.0f} slots, {served} drawn), {failed} failed, "
        f"{len(violations)} violations",
        met=ratio <= MOST and failed == 0 and not violations,
        numbers={"ratio": ratio, "calls": calls, "slots": slots, "served": served, "failed": failed},
    )
