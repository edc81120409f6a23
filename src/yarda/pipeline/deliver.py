"""Stores a Design and finishes its Area: objects first, then one guarded transaction."""

import asyncio
from uuid import uuid4

import structlog

from yarda.domain.credit import AccountId
from yarda.domain.generation import DesignImages, GenerationId, Stage
from yarda.domain.photo import ImageId
from yarda.errors import ClaimLost, GenerationNotFound
from yarda.pipeline.claim import Claim
from yarda.pipeline.ports import Image, Renditions
from yarda.pipeline.render import Drawn
from yarda.pipeline.settle import capture_credits
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
    images = tuple(image for image in (design, mask) if image)
    try:
        await _finish(drawn, images, claim, tools=tools)
    except (ClaimLost, GenerationNotFound):
        await _take_back(images, tools=tools)
        raise
    log.info("area_completed", provider=drawn.provider, **claim.names)
    await tools.spool.discard(drawn.attempt)


async def _finish(drawn: Drawn, images: tuple[Image, ...], claim: Claim, *, tools: Tools) -> None:
    design, mask = images[0], images[1] if len(images) > 1 else None
    async with claim.change() as change:
        for image in images:
            await change.work.images.add(image)
        price = tools.providers.prices[drawn.provider]
        await capture_credits(change.generation, change.area, price=price, work=change.work)
        made = DesignImages(design=design.id, edit_mask=mask.id if mask else None)
        change.area = change.area.completed(made, claim=claim.number, now=tools.clock())


async def _take_back(images: tuple[Image, ...], *, tools: Tools) -> None:
    """Remove objects that were stored for a design that is not wanted any more."""
    keys = {key for image in images for key in (image.full, image.large, image.thumb)}
    async with tools.open_work() as work:
        unused = [key for key in sorted(keys) if not await work.images.is_object_used(key)]
    for key in unused:
        await tools.objects.delete(key)


async def store_picture(
    image: bytes,
    renditions: Renditions,
    *,
    kind: str,
    account: AccountId,
    tools: Tools,
    generation: GenerationId | None = None,
) -> Image:
    """Put the picture in its three sizes where they can be read, and describe them; adds no row."""
    sizes = (image, renditions.large, renditions.thumb)
    full, large, thumb = await asyncio.gather(*(tools.objects.put(data) for data in sizes))
    return Image(
        id=ImageId(uuid4()),
        account=account,
        generation=generation,
        kind=kind,
        full=full,
        large=large,
        thumb=thumb,
        media_type=renditions.media_type,
        width=renditions.width,
        height=renditions.height,
        created_at=tools.clock(),
    )
