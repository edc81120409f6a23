"""Small pictures of one's own yard in every style, to choose by."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from yarda.domain.catalog import AreaName, StyleName
from yarda.domain.credit import AccountId
from yarda.domain.photo import PhotoId
from yarda.pipeline.planner import Preview, PreviewOrder
from yarda.pipeline.tools import Tools


async def draw_previews(
    photo_id: PhotoId, *, account: AccountId, area: AreaName, first: StyleName | None, tools: Tools
) -> AsyncGenerator[Preview, None]:
    """Every style, `first` before the others. Raises `PhotoNotFound` at its first step, then `ProviderError`."""
    async with tools.open_work() as work:
        photo = await work.photos.get(photo_id, account=account)
    styles = sorted(StyleName, key=lambda style: style is not first)
    order = PreviewOrder(
        photo=await tools.objects.get(photo.object_key),
        area=area,
        styles=tuple(styles),
        ground=photo.ground.polygons,
        keep_in_front=photo.keep_in_front,
        horizon_y=photo.horizon.y,
        focal_length_35mm=photo.focal_length_35mm,
        known_length=photo.known_length,
        house_edge=photo.house_edge,
    )
    async with aclosing(tools.previewer.draw_previews(order)) as previews:
        async for preview in previews:
            yield preview
