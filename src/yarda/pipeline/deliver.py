"""Stores a Design and finishes its Area: objects first, then one guarded transaction."""

import json
from datetime import datetime

import structlog

from yarda.domain.generation import DesignImages, Stage
from yarda.errors import ClaimLost, GenerationNotFound
from yarda.pipeline.claim import Claim
from yarda.pipeline.render import Drawn
from yarda.pipeline.settle import capture_credits
from yarda.pipeline.stored import StoredPicture, confirm_stored, delete_unused, store_picture
from yarda.pipeline.tools import Tools

log = structlog.get_logger()


async def deliver(drawn: Drawn, claim: Claim, *, tools: Tools) -> None:
    """Nothing is shown, spent or recorded unless the claim still stands at the end."""
    await claim.advance(Stage.STORING)
    checked, account, generation = drawn.design, claim.generation.account, claim.generation.id
    design = await store_picture(
        checked.image, checked.renditions, kind="design", tools=tools, account=account, generation=generation
    )
    mask = None
    if checked.edit_mask is not None and checked.mask_renditions is not None:
        mask = await store_picture(
            checked.edit_mask,
            checked.mask_renditions,
            kind="edit_mask",
            tools=tools,
            account=account,
            generation=generation,
        )
    garden = await _store_garden(drawn, tools=tools)
    pictures = tuple(picture for picture in (design, mask) if picture)
    stored = {key: data for picture in pictures for key, data in picture.data.items()} | garden
    try:
        await _finish(drawn, pictures, claim, garden=next(iter(garden), None), now=tools.clock())
    except (ClaimLost, GenerationNotFound):
        await delete_unused(stored, tools=tools)
        raise
    await confirm_stored(stored, tools=tools)
    log.info("area_completed", provider=drawn.provider, **claim.names)
    await tools.spool.discard(drawn.attempt)


async def _store_garden(drawn: Drawn, *, tools: Tools) -> dict[str, bytes]:
    """The scene's object by its key; nothing where the provider makes no scene."""
    if drawn.garden is None:
        return {}
    scene = json.dumps(drawn.garden, sort_keys=True).encode()
    return {await tools.objects.put(scene): scene}


async def _finish(
    drawn: Drawn, pictures: tuple[StoredPicture, ...], claim: Claim, *, garden: str | None, now: datetime
) -> None:
    images = [picture.image for picture in pictures]
    design, mask = images[0], images[1] if len(images) > 1 else None
    async with claim.change() as change:
        for image in images:
            await change.work.images.add(image)
        await capture_credits(change.generation, change.area, price=drawn.credits, work=change.work)
        unmet = tuple(str(wish) for wish in (drawn.garden or {}).get("unmet", ()))
        made = DesignImages(
            design=design.id,
            edit_mask=mask.id if mask else None,
            garden=garden,
            unmet=unmet,
            preserved=drawn.design.preserved,
        )
        change.area = change.area.completed(made, claim=claim.number, now=now)
