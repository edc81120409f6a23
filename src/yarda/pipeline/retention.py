"""Deletes what may not be kept any longer, and what deleted accounts left."""

import structlog

from yarda.domain.photo import PhotoId
from yarda.errors import GenerationNotFound
from yarda.pipeline.remove import delete_generation, delete_photo_rows
from yarda.pipeline.stored import delete_unused
from yarda.pipeline.tools import Tools

ACTOR = "retention"

log = structlog.get_logger()


async def delete_expired(*, tools: Tools) -> int:
    """Designs and unused photos, with their pictures. Safe to run twice at once. Returns how many."""
    async with tools.open_work() as work:
        generations = await work.retention.list_expired_generations()
    for generation, account in generations:
        try:
            await delete_generation(generation, account=account, actor=ACTOR, tools=tools)
        except GenerationNotFound:  # another process was here
            continue
    async with tools.open_work() as work:
        photos = await work.retention.list_expired_photos(tools.retention)
    for photo in photos:
        await _delete_photo(photo, tools=tools)
    if generations or photos:
        log.info("expired_deleted", generations=len(generations), photos=len(photos))
    return len(generations) + len(photos)


async def _delete_photo(photo_id: PhotoId, *, tools: Tools) -> None:
    async with tools.open_work() as work:
        keys = await delete_photo_rows(photo_id, work=work)
    await delete_unused(sorted(keys), tools=tools)
