"""Checks a Rendering before it becomes a Design."""

import asyncio
import hashlib
from dataclasses import dataclass

from yarda.domain.place import SourceKind
from yarda.errors import (
    DamagedReply,
    PhotoTooLarge,
    PhotoTooManyPixels,
    PhotoTooSmall,
    PhotoTypeUnsupported,
    PhotoUnreadable,
    PictureUnchanged,
)
from yarda.pipeline.picture_ports import PositionPolicy, Renditions
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
    """Encode foreign pictures anew in the limited child, see that it is the house, put it back, sign the picture.

    Raises `DamagedReply` when the bytes are no whole picture, and as `HouseKeeper` does.
    """
    if hashlib.sha256(rendering.image).digest() == hashlib.sha256(order.photo).digest():
        raise PictureUnchanged(provider, "the picture came back unchanged")
    try:
        image, mask, preserved = await _look(rendering, order, provider=provider, tools=tools)
        if order.attribution:
            image = await tools.gate.sign(image, order.attribution)
        renditions, mask_renditions = await asyncio.gather(
            tools.gate.make_renditions(image), _renditions(mask, tools=tools)
        )
    except _NO_PICTURE as error:
        raise DamagedReply(provider, f"not a whole picture: {error}") from error
    return CheckedDesign(
        image=image,
        renditions=renditions,
        edit_mask=mask,
        mask_renditions=mask_renditions,
        preserved=preserved,
    )


async def _look(
    rendering: Rendering, order: RenderOrder, *, provider: str, tools: Tools
) -> tuple[bytes, bytes | None, float | None]:
    """The picture to show, its edit mask, and how much of the house was preserved."""
    image = rendering.image
    if rendering.is_foreign:
        image = (await tools.gate.clean(image, position=PositionPolicy.DROP)).image
    if rendering.edit_mask is not None:
        return image, rendering.edit_mask, None
    if order.source is SourceKind.SATELLITE:
        await tools.house.check_new_view(image, seen=order.photo, provider=provider)
        return image, None, None
    judged = await tools.house.judge(
        image, photo=order.photo, ground=order.ground, keep_house=tools.keep_house, provider=provider
    )
    return judged.image, judged.edit_mask, judged.preserved


async def _renditions(mask: bytes | None, *, tools: Tools) -> Renditions | None:
    return await tools.gate.make_renditions(mask) if mask else None
