"""Stored pictures, to their owner only."""

from typing import Annotated

from fastapi import APIRouter, Header, Response

from yarda.pipeline.pictures import PictureSize
from yarda.web.deps import CurrentAccount, CurrentStudio, ImagePath
from yarda.web.problems import responses

HEADERS = {
    "Cache-Control": "private, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}

router = APIRouter(prefix="/images", tags=["images"])


@router.head("/{image_id}", include_in_schema=False)
@router.get(
    "/{image_id}",
    response_class=Response,
    responses={200: {"content": {"image/png": {}, "image/jpeg": {}}}, **responses(404, 422)},
)
async def get_image(
    image: ImagePath,
    account: CurrentAccount,
    studio: CurrentStudio,
    size: PictureSize = PictureSize.FULL,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """A picture: full, large (1600 px longest side) or thumb (400 px)."""
    info = await studio.find_picture(image, account=account, size=size)
    etag = f'"{info.etag}"'
    headers = HEADERS | {"ETag": etag}
    if if_none_match and (etag in if_none_match or if_none_match.strip() == "*"):
        return Response(status_code=304, headers=headers)
    picture = await studio.get_picture(image, account=account, size=size)
    return Response(picture.data, media_type=picture.media_type, headers=headers)
