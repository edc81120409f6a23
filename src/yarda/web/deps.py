"""What routes ask for."""

from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, Header, Path, Request

from yarda.core import Studio
from yarda.domain.credit import AccountId
from yarda.domain.generation import AreaId, GenerationId
from yarda.domain.photo import ImageId, PhotoId
from yarda.errors import AreaNotFound, GenerationNotFound, ImageNotFound, PhotoNotFound


def get_studio(request: Request) -> Studio:
    return cast(Studio, request.app.state.studio)


CurrentStudio = Annotated[Studio, Depends(get_studio)]


async def get_account(studio: CurrentStudio) -> AccountId:
    """In local mode every request is the owner's."""
    return await studio.owner()


CurrentAccount = Annotated[AccountId, Depends(get_account)]


def parse_id(text: str, error: Exception) -> UUID:
    """An id that is none is as unknown as one that was never given out."""
    try:
        return UUID(text)
    except ValueError:
        raise error from None


async def _generation_id(generation_id: Annotated[str, Path(description="The generation's id.")]) -> GenerationId:
    return GenerationId(parse_id(generation_id, GenerationNotFound("there is no such design")))


async def _area_id(area_id: Annotated[str, Path(description="The area's id.")]) -> AreaId:
    return AreaId(parse_id(area_id, AreaNotFound("this design has no such area")))


async def _photo_id(photo_id: Annotated[str, Path(description="The photo's id.")]) -> PhotoId:
    return PhotoId(parse_id(photo_id, PhotoNotFound("there is no such photo; upload it first")))


async def _image_id(image_id: Annotated[str, Path(description="The picture's id.")]) -> ImageId:
    return ImageId(parse_id(image_id, ImageNotFound("there is no such picture")))


GenerationPath = Annotated[GenerationId, Depends(_generation_id)]
AreaPath = Annotated[AreaId, Depends(_area_id)]
PhotoPath = Annotated[PhotoId, Depends(_photo_id)]
ImagePath = Annotated[ImageId, Depends(_image_id)]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="Any unique text of up to 255 characters: one key, one generation.",
    ),
]
