"""Hands out stored pictures to their owner."""

from dataclasses import dataclass
from enum import StrEnum

from yarda.domain.credit import AccountId
from yarda.domain.photo import ImageId
from yarda.pipeline.tools import Tools


class PictureSize(StrEnum):
    """Full as drawn; large has a longest side of at most 1600 pixels, thumb of 400."""

    FULL = "full"
    LARGE = "large"
    THUMB = "thumb"


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureInfo:
    """What is known before the bytes are read. `etag` is the content hash, so it never changes."""

    key: str
    media_type: str
    etag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    data: bytes
    media_type: str
    etag: str


async def find_picture(image_id: ImageId, *, account: AccountId, size: PictureSize, tools: Tools) -> PictureInfo:
    """Raises `ImageNotFound` for an unknown picture and for somebody else's alike."""
    async with tools.open_work() as work:
        image = await work.images.get(image_id, account=account)
    key = {PictureSize.FULL: image.full, PictureSize.LARGE: image.large, PictureSize.THUMB: image.thumb}[size]
    media_type = image.media_type if size is PictureSize.FULL else "image/jpeg"
    return PictureInfo(key=key, media_type=media_type, etag=key.rsplit("/", 1)[-1])


async def get_picture(image_id: ImageId, *, account: AccountId, size: PictureSize, tools: Tools) -> Picture:
    """Raises `ImageNotFound`, or `StorageUnavailable` when the object cannot be read whole."""
    info = await find_picture(image_id, account=account, size=size, tools=tools)
    return Picture(data=await tools.objects.get(info.key), media_type=info.media_type, etag=info.etag)
