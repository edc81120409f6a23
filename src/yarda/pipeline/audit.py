"""Checks every invariant: the rows among themselves, then the rows against object store and spool."""

from datetime import timedelta
from enum import StrEnum

from yarda.errors import StorageUnavailable
from yarda.pipeline.measure import Inspector
from yarda.pipeline.sweep import ORPHAN_AGE
from yarda.pipeline.tools import Tools

OVERDUE = ORPHAN_AGE + timedelta(hours=3)
"""By then the sweep, which runs every hour, has removed what nobody needs."""


class Depth(StrEnum):
    """How closely the audit looks at objects."""

    PRESENT = "present"
    """Each is there, and is not empty."""
    WHOLE = "whole"
    """Each is read, and its bytes have the hash that it is named by."""


async def audit(depth: Depth, *, inspector: Inspector, tools: Tools) -> list[str]:
    """Every violated invariant in one sentence each; empty when all hold."""
    found = await inspector.audit_rows()
    found += await _compare_objects(inspector=inspector, tools=tools)
    if depth is Depth.WHOLE:
        found += await _read_objects(inspector=inspector, tools=tools)
    kept = tools.spool.list_older_than(OVERDUE)
    return found + [f"the spool of this machine keeps the reply {name} for longer than a day" for name in kept]


async def _compare_objects(*, inspector: Inspector, tools: Tools) -> list[str]:
    """What rows need and the store lacks, and what the store has and no row needs."""
    needed, now = await inspector.list_objects(), tools.clock()
    missing, orphans = set(needed), set()
    async for stored in tools.objects.list_all():
        if stored.size:
            missing.discard(stored.key)
        if stored.key not in needed and stored.is_older(OVERDUE, now=now):
            orphans.add(stored.key)
    if missing or orphans:  # what came or went between the two looks is neither
        needed = await inspector.list_objects()
    return [
        *[
            f"picture {needed[key]} has no object {key}"
            for key in sorted(missing & set(needed))
            if not await tools.objects.size_of(key)
        ],
        *[
            f"object {key} belongs to nothing and was not removed"
            for key in sorted(orphans - set(needed))
            if await tools.objects.size_of(key) is not None
        ],
    ]


async def _read_objects(*, inspector: Inspector, tools: Tools) -> list[str]:
    found = []
    for key, picture in sorted((await inspector.list_objects()).items()):
        try:
            await tools.objects.get(key)
        except StorageUnavailable as error:
            if await tools.objects.size_of(key):
                found.append(f"the object {key} of picture {picture} cannot be read: {error}")
    return found
