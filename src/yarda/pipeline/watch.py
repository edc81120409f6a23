"""Follows a generation's event log to its end."""

import time
from collections.abc import AsyncIterator

from yarda.domain.credit import AccountId
from yarda.domain.generation import GenerationId, Status
from yarda.pipeline.ports import Event
from yarda.pipeline.tools import Tools

POLL_SECONDS = 1.0
HEARTBEAT_SECONDS = 15.0


async def watch_generation(
    generation: GenerationId, *, account: AccountId, after: int | None, tools: Tools
) -> AsyncIterator[Event | None]:
    """Every change after number `after`, in order and without gaps; None when it was quiet for 15 s.

    Without `after`, or with one that never was, it starts with the newest snapshot. It ends after a
    terminal state. Raises `GenerationNotFound` at its first step.
    """
    async with tools.open_work() as work:
        await work.generations.get(generation, account=account)
        latest = await work.events.latest(generation)
    last = after if after is not None and 0 <= after <= latest.number else latest.number - 1
    quiet_since = time.monotonic()
    while True:
        async with tools.open_work() as work:
            events = await work.events.list_after(generation, number=last)
        for event in events:
            yield event
            last, quiet_since = event.number, time.monotonic()
        newest = events[-1] if events else latest
        if newest.number == last and Status(newest.snapshot["status"]).is_terminal:
            return
        latest = newest
        if time.monotonic() - quiet_since >= HEARTBEAT_SECONDS:
            yield None
            quiet_since = time.monotonic()
        await tools.changes.wait(generation, seconds=POLL_SECONDS)
