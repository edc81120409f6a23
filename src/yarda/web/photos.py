"""Photos over HTTP."""

from typing import Annotated

from fastapi import APIRouter, File, UploadFile, status
from starlette.datastructures import UploadFile as AnyUpload

from yarda.accounts.limits import UPLOADS
from yarda.errors import PhotoTooLarge
from yarda.web.deps import CurrentAccount, CurrentStudio, PhotoPath, limited
from yarda.web.problems import responses
from yarda.web.schemas.photos import PhotoPatch, PhotoRead

MAX_BYTES = 25 * 2**20

router = APIRouter(prefix="/photos", tags=["photos"])


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=PhotoRead,
    dependencies=[limited(UPLOADS)],
    responses=responses(413, 415, 422, 429),
)
async def create_photo(
    photo: Annotated[
        UploadFile,
        File(
            description="JPEG, PNG, WebP, AVIF or HEIC, up to 25 MB and 40 megapixels.",
            json_schema_extra={"format": "binary"},
        ),
    ],
    account: CurrentAccount,
    studio: CurrentStudio,
) -> PhotoRead:
    """Take a photo in: cleaned of metadata, with a proposal of ground and eye level."""
    return PhotoRead.of(await studio.add_photo(await read_upload(photo), account=account))


@router.patch("/{photo_id}", response_model=PhotoRead, responses=responses(404, 422))
async def correct_photo(
    photo: PhotoPath, body: PhotoPatch, account: CurrentAccount, studio: CurrentStudio
) -> PhotoRead:
    """Correct the photo's geometry."""
    return PhotoRead.of(await studio.correct_photo(photo, body.to_correction(), account=account))


@router.get("/{photo_id}", response_model=PhotoRead, responses=responses(404))
async def get_photo(photo: PhotoPath, account: CurrentAccount, studio: CurrentStudio) -> PhotoRead:
    """A photo and its geometry."""
    return PhotoRead.of(await studio.get_photo(photo, account=account))


async def read_upload(photo: AnyUpload) -> bytes:
    """The file's bytes. Raises `PhotoTooLarge` before reading more than is allowed."""
    raw = await photo.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise PhotoTooLarge("the file has more than 25 MB; send a smaller JPEG, PNG, WebP, AVIF or HEIC photo")
    return raw
