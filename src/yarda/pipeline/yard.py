"""The whole yard in one picture: all areas of a photo, drawn when somebody first looks, and kept."""

import asyncio
import json
from collections.abc import Sequence
from weakref import WeakValueDictionary

import structlog

from yarda.domain.credit import AccountId
from yarda.domain.generation import Area, Generation, GenerationId, find_areas_together
from yarda.domain.photo import ImageId
from yarda.errors import GenerationNotFound, NoYard, ProviderError, YardNotDrawn
from yarda.pipeline.gather import find_photo, open_photo
from yarda.pipeline.order import compose_order
from yarda.pipeline.stored import confirm_stored, delete_unused, store_picture
from yarda.pipeline.tools import Tools

KIND = "yard"
log = structlog.get_logger()


class YardPictures:
    """Draws each yard once, however many ask at the same time."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._drawing: WeakValueDictionary[GenerationId, asyncio.Lock] = WeakValueDictionary()

    async def get(self, generation_id: GenerationId, *, account: AccountId) -> ImageId:
        """The picture's id. Raises `GenerationNotFound`, and `NoYard` where areas cannot be shown together."""
        lock = self._drawing.setdefault(generation_id, asyncio.Lock())
        async with lock:
            async with self._tools.open_work() as work:
                generation = await work.generations.get(generation_id, account=account)
                images = await work.images.list_for(generation_id)
            areas = find_areas_together(generation)
            if not areas:
                raise NoYard("areas are shown together once all of a photo, two or more, are drawn as concepts")
            kind = f"{KIND} {' '.join(str(area.images.design) for area in areas if area.images)}"
            for image in images:
                if image.kind == kind:
                    return image.id
            return await _draw(generation, areas, kind=kind, tools=self._tools)


async def _draw(generation: Generation, areas: Sequence[Area], *, kind: str, tools: Tools) -> ImageId:
    first = areas[0]
    assert first.images is not None
    assert first.images.garden is not None
    async with tools.open_work() as work:
        photo = await find_photo(first, work=work)
    imagery = await open_photo(photo, tools=tools)
    try:
        rendering = await tools.planner.draw_yard(compose_order(generation, first, imagery))
    except ProviderError as error:
        raise YardNotDrawn("the painter could not draw the whole yard; try again") from error
    if rendering.garden != json.loads(await tools.objects.get(first.images.garden)):
        raise NoYard("the photo was corrected since: design the areas again to see them together")
    renditions = await tools.gate.make_renditions(rendering.image)
    picture = await store_picture(
        rendering.image, renditions, kind=kind, account=generation.account, generation=generation.id, tools=tools
    )
    try:
        async with tools.open_work() as work:
            await work.generations.lock(generation.id, account=generation.account)
            await work.images.add(picture.image)
    except GenerationNotFound:
        await delete_unused(picture.data, tools=tools)
        raise
    await confirm_stored(picture.data, tools=tools)
    log.info("yard_drawn", generation_id=str(generation.id))
    return picture.image.id
