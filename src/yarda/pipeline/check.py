"""Checks a Rendering before it becomes a Design."""

import asyncio
import hashlib
from dataclasses import dataclass

from yarda.errors import (
    PhotoTooLarge,
    PhotoTooManyPixels,
    PhotoTooSmall,
    PhotoTypeUnsupported,
    PhotoUnreadable,
    UnusableReply,
)
from yarda.pipeline.ports import PositionPolicy, Renditions
from yarda.pipeline.provider import Rendering, RenderOrder
from yarda.pipeline.tools import Tools

_NO_PICTURE = (PhotoUnreadable, PhotoTooLarge, PhotoTooManyPixels, PhotoTooSmall, PhotoTypeUnsupported)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedDesign:
    """A picture that may be shown, with its smaller versions and its edit mask."""

    image: bytes
    renditions: Renditions
    edit_mask: bytes | None
    mask_renditions: Renditions | None
    preserved: float | None


async def check_rendering(
    rendering: Rendering, order: RenderOrder, *, provider: str, tools: Tools
) -> CheckedDesign:
    """Encode foreign pictures anew in the limited child, refuse what is no new picture, keep the house.

    Raises `UnusableReply` when the bytes are no whole picture, or the source picture again.
    """
    if hashlib.sha256(rendering.image).digest() == hashlib.sha256(order.photo).digest():
        raise UnusableReply(provider, "the picture came back unchanged")
    try:
        image, mask, preserved = rendering.image, rendering.edit_mask, None
        if rendering.is_foreign:
            image = (await tools.gate.clean(image, position=PositionPolicy.DROP)).image
        if mask is None and tools.keep_house:
            judged = await tools.house.judge(
                image, photo=order.photo, ground=order.ground, keep_house=tools.keep_house, provider=provider
            )
            image, mask, preserved = judged.image, judged.edit_mask, judged.preserved
        if order.attribution:
            image = await tools.gate.sign(image, order.attribution)
        renditions, mask_renditions = await asyncio.gather(
            tools.gate.make_renditions(image), _renditions(mask, tools=tools)
        )
    except _NO_PICTURE as error:
        raise UnusableReply(provider, f"not a whole picture: {error}") from error
    return CheckedDesign(
        image=image,
        renditions=renditions,
        edit_mask=mask,
        mask_renditions=mask_renditions,
        preserved=preserved,
    )


async def _renditions(mask: bytes | None, *, tools: Tools) -> Renditions | None:
    return await tools.gate.make_renditions(mask) if mask else None
