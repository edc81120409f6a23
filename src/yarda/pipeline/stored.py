"""Pictures in the object store and the rows that point to them.

Equal bytes are one object, so a picture may be deleted while the same picture is being stored. Whoever
deletes looks again afterwards and puts back what a row needs by then; whoever stores looks once its row is
committed and puts back what is gone. One of the two comes last, and it sees the other.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import uuid4

from yarda.domain.credit import AccountId
from yarda.domain.generation import GenerationId
from yarda.domain.photo import ImageId
from yarda.errors import StorageUnavailable
from yarda.pipeline.picture_ports import Renditions
from yarda.pipeline.ports import Image
from yarda.pipeline.tools import Tools


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPicture:
    """A picture whose objects are written, and their bytes until its row is committed."""

    image: Image
    data: dict[str, bytes]


async def confirm_stored(stored: Mapping[str, bytes], *, tools: Tools) -> None:
    """Call when the rows that need these objects are committed."""
    for key, data in stored.items():
        if await tools.objects.size_of(key) is None:
            await tools.objects.put(data)


async def store_picture(
    image: bytes,
    renditions: Renditions,
    *,
    kind: str,
    account: AccountId,
    tools: Tools,
    generation: GenerationId | None = None,
) -> StoredPicture:
    """Put the picture in its three sizes where they can be read, and describe them; adds no row."""
    sizes = (image, renditions.large, renditions.thumb)
    full, large, thumb = await asyncio.gather(*(tools.objects.put(data) for data in sizes))
    described = Image(
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
    return StoredPicture(image=described, data=dict(zip((full, large, thumb), sizes, strict=True)))


async def delete_unused(keys: Iterable[str], *, tools: Tools) -> int:
    """Delete the objects that no row points to. Returns how many."""
    deleted = 0
    for key in keys:
        if await _is_used(key, tools=tools):
            continue
        try:
            data = await tools.objects.get(key)
        except StorageUnavailable:  # gone already, or damaged: nothing to put back
            data = None
        await tools.objects.delete(key)
        deleted += 1
        if data is not None and await _is_used(key, tools=tools):
            await tools.objects.put(data)
    return deleted


async def _is_used(key: str, *, tools: Tools) -> bool:
    async with tools.open_work() as work:
        return await work.images.is_object_used(key)
