"""Repairs what a crash left behind."""

from datetime import timedelta

import structlog

from yarda.errors import ServiceUnavailableError
from yarda.pipeline.stored import delete_unused
from yarda.pipeline.tools import Tools

ORPHAN_AGE = timedelta(hours=24)

log = structlog.get_logger()


async def requeue_lost_areas(*, tools: Tools) -> int:
    """Queue every unfinished area that has no live job. Returns how many."""
    async with tools.open_work() as work:
        unfinished = await work.generations.list_unfinished()
        if not unfinished:
            return 0
        live = await work.jobs.areas_with_live_jobs()
        lost = [(area, account) for area, account in unfinished if area not in live]
        turns = [await work.generations.take_turn(area, account=account) for area, account in lost]
        queued = [
            area
            for (area, _), priority in zip(lost, turns, strict=True)
            if await work.jobs.requeue_area(area, priority=priority)
        ]
    for area in queued:
        log.warning("area_requeued", area_id=str(area))
    return len(queued)


async def remove_orphans(*, tools: Tools) -> int:
    """Delete objects that no row has pointed to for a day. Returns how many."""
    removed, now = 0, tools.clock()
    async for stored in tools.objects.list_all():
        if not stored.is_older(ORPHAN_AGE, now=now):
            continue
        try:
            removed += await delete_unused([stored.key], tools=tools)
        except ServiceUnavailableError:
            continue
    if removed:
        log.info("orphans_removed", objects=removed)
    return removed
