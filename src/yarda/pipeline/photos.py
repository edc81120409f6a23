"""Takes photos in through the upload gate, and takes corrections of their geometry."""

from dataclasses import dataclass, replace
from enum import Enum
from uuid import uuid4

from yarda.domain.credit import AccountId
from yarda.domain.photo import (
    Ground,
    Horizon,
    KnownLength,
    Photo,
    PhotoId,
    Point,
    Polygon,
    check_horizon,
    check_polygons,
)
from yarda.errors import InvalidRequest
from yarda.pipeline.picture_ports import PositionPolicy
from yarda.pipeline.stored import confirm_stored, store_picture
from yarda.pipeline.tools import Tools


class Mark(Enum):
    """What becomes of a mark that is not set anew."""

    KEEP = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoCorrection:
    """What a person says about a photo's geometry; what is left out stays as it is.

    None removes a mark: the known length, the house edge. No polygons at all removes what is kept in front.
    """

    ground: tuple[Polygon, ...] | None = None
    keep_in_front: tuple[Polygon, ...] | None = None
    horizon_y: float | None = None
    known_length: KnownLength | Mark | None = Mark.KEEP
    house_edge: tuple[Point, ...] | Mark | None = Mark.KEEP


async def add_photo(raw: bytes, *, account: AccountId, position: PositionPolicy, tools: Tools) -> Photo:
    """Clean, store and measure a photo.

    Raises the upload gate's `RequestError`s, and `ServiceUnavailableError` when nothing can be stored now.
    """
    await tools.objects.check()
    clean = await tools.gate.clean(raw, position=position)
    renditions = await tools.gate.make_renditions(clean.image)
    proposal = await tools.proposer.propose(clean.image)
    stored = await store_picture(clean.image, renditions, kind="photo", account=account, tools=tools)
    image = stored.image
    photo = Photo(
        id=PhotoId(uuid4()),
        account=account,
        image=image.id,
        object_key=image.full,
        width=clean.width,
        height=clean.height,
        media_type=clean.media_type,
        sha256=clean.sha256,
        created_at=tools.clock(),
        captured_at=clean.captured_at,
        focal_length_35mm=clean.focal_length_35mm,
        position=clean.position,
        ground=proposal.ground,
        horizon=proposal.horizon,
    )
    async with tools.open_work() as work:
        await work.images.add(image)
        await work.photos.add(photo)
    await confirm_stored(stored.data, tools=tools)
    return photo


async def correct_photo(
    photo_id: PhotoId, correction: PhotoCorrection, *, account: AccountId, tools: Tools
) -> Photo:
    """Raises `PhotoNotFound`, or `InvalidRequest` naming the field."""
    async with tools.open_work() as work:
        photo = await work.photos.get(photo_id, account=account)
        _check(correction, photo)
        photo = _corrected(photo, correction)
        _check_scale(photo, tools=tools)
        await work.photos.save(photo)
    return photo


def _corrected(photo: Photo, correction: PhotoCorrection) -> Photo:
    ground, horizon_y = correction.ground, correction.horizon_y
    return replace(
        photo,
        ground=photo.ground if ground is None else Ground(polygons=ground, confidence=1.0),
        horizon=photo.horizon if horizon_y is None else Horizon(y=horizon_y, confidence=1.0),
        keep_in_front=photo.keep_in_front if correction.keep_in_front is None else correction.keep_in_front,
        known_length=photo.known_length if correction.known_length is Mark.KEEP else correction.known_length,
        house_edge=photo.house_edge if correction.house_edge is Mark.KEEP else correction.house_edge,
    )


def _check_scale(photo: Photo, *, tools: Tools) -> None:
    """The length and the eye level must agree on a camera that somebody could have held."""
    if photo.known_length is not None:
        tools.proposer.measure_eye_height(
            photo.known_length,
            size_px=(photo.width, photo.height),
            horizon_y=photo.horizon.y,
            focal_length_35mm=photo.focal_length_35mm,
        )


def _check(correction: PhotoCorrection, photo: Photo) -> None:
    size = {"width": photo.width, "height": photo.height}
    if correction.ground is not None:
        check_polygons(correction.ground, field="ground", **size)
    if correction.keep_in_front:
        check_polygons(correction.keep_in_front, field="keep_in_front", **size)
    if correction.horizon_y is not None:
        check_horizon(correction.horizon_y, height=photo.height)
    known = correction.known_length
    if isinstance(known, KnownLength):
        check_polygons(((known.start, known.end, known.start),), field="known_length", **size)
        if not 0.05 <= known.metres <= 100 or known.start == known.end:
            raise InvalidRequest(
                "known_length: two different points, 0.05 to 100 metres apart", field="known_length"
            )
    edge = correction.house_edge
    if isinstance(edge, tuple):
        if not 2 <= len(edge) <= 50:
            raise InvalidRequest("house_edge: 2 to 50 points", field="house_edge")
        check_polygons(((*edge, edge[0]),), field="house_edge", **size)
