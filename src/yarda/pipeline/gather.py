"""Finds the source picture of an Area, with its provenance and all that is known of its geometry."""

import asyncio
import math
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from yarda.domain.generation import Area, Generation, Provenance
from yarda.domain.photo import ImageId, KnownLength, Photo, Point, Polygon
from yarda.domain.place import Location, SourceKind
from yarda.errors import AddressInexact, PhotoNotFound
from yarda.pipeline.claim import Claim
from yarda.pipeline.look import fetch_sight, find_location, find_sight
from yarda.pipeline.places import Sight
from yarda.pipeline.ports import PassingPicture, UnitOfWork
from yarda.pipeline.stored import confirm_stored, store_picture
from yarda.pipeline.tools import Tools

FETCH_SECONDS = 40.0
"""After that long whoever fetches a picture is taken for dead, and another Area of the generation tries."""
LOOK_AGAIN_SECONDS = 0.25
FULL_FRAME_DIAGONAL_MM = 43.27


@dataclass(frozen=True, slots=True, kw_only=True)
class Imagery:
    """A source picture and what is known about it. `image` is None where it may not be kept."""

    picture: bytes
    media_type: str
    width: int
    height: int
    image: ImageId | None
    provenance: Provenance
    ground: tuple[Polygon, ...] = ()
    keep_in_front: tuple[Polygon, ...] = ()
    horizon_y: float | None = None
    focal_length_35mm: float | None = None
    pitch: float | None = None
    eye_height: float | None = None
    known_length: KnownLength | None = None
    house_edge: tuple[Point, ...] | None = None
    captured_at: datetime | None = None
    position: tuple[float, float] | None = None


async def gather_imagery(claim: Claim, *, tools: Tools) -> Imagery:
    """The Area's own photo, or the picture that its generation has of the address.

    Raises `PhotoNotFound`, `AddressNotFound`, `AddressInexact`, `NoImagery`, `ServiceUnavailableError`.
    """
    if claim.area.source is SourceKind.PHOTO:
        async with tools.open_work() as work:
            photo = await find_photo(claim.area, work=work)
        return await open_photo(photo, tools=tools)
    location = await _locate(claim, tools=tools)
    _check_exact(claim, location)
    return open_passing(await _picture_of(claim, location, tools=tools))


async def find_photo(area: Area, *, work: UnitOfWork) -> Photo:
    """Raises `PhotoNotFound` when the photo was deleted meanwhile."""
    photo = await work.photos.find(area.photo) if area.photo else None
    if photo is None:
        raise PhotoNotFound("the photo of this area was deleted; start a new design with another photo")
    return photo


async def open_photo(photo: Photo, *, tools: Tools) -> Imagery:
    """The photo's bytes, checked against their hash."""
    captured = photo.captured_at.date().isoformat() if photo.captured_at else None
    return Imagery(
        picture=await tools.objects.get(photo.object_key),
        media_type=photo.media_type,
        width=photo.width,
        height=photo.height,
        image=photo.image,
        provenance=Provenance(source="photo", captured=captured),
        ground=photo.ground.polygons,
        keep_in_front=photo.keep_in_front,
        horizon_y=photo.horizon.y,
        focal_length_35mm=photo.focal_length_35mm,
        known_length=photo.known_length,
        house_edge=photo.house_edge,
        captured_at=photo.captured_at,
        position=photo.position,
    )


def seed_of(generation: Generation, area: Area) -> int:
    """Each area draws from its own seed, so that two areas of a request do not repeat each other."""
    return (generation.seed + 7919 * area.position) % 2**31


async def _locate(claim: Claim, *, tools: Tools) -> Location:
    """Where the generation's address is, found once for all its areas."""
    known = claim.generation.location
    if known is not None and known.position is not None:
        return known
    assert claim.generation.address is not None
    location = await find_location(claim.generation.address, tools=tools)
    async with claim.change() as change:
        if change.generation.location != location:
            change.generation = change.generation.located(location)
    return location


def _check_exact(claim: Claim, location: Location) -> None:
    """What costs nothing may be drawn of a rough match; running an Area again says that it is the place."""
    if location.is_exact or claim.generation.address_confirmed or claim.area.run > 1 or not claim.area.credits:
        return
    raise AddressInexact(
        f"The address was found only roughly: {location.resolved_address} ({location.accuracy.value.lower()}"
        f"{', in part' if location.is_partial else ''}). Nothing was charged. If that is the place, try again; "
        "if not, write the address in full or add a photo of the yard."
    )


async def _picture_of(claim: Claim, location: Location, *, tools: Tools) -> PassingPicture:
    """Fetched by whichever Area comes first; the others wait for it."""
    generation, kind = claim.generation.id, claim.area.source
    while True:
        async with tools.open_work() as work:
            found = await work.passing_pictures.find(generation, kind)
            mine = found is None and await work.passing_pictures.take(generation, kind, seconds=FETCH_SECONDS)
        if found is not None:
            return found
        if mine:
            try:
                return await _fetch(claim, location, tools=tools)
            except BaseException:
                async with tools.open_work() as work:
                    await work.passing_pictures.give_up(generation, kind)
                raise
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def _fetch(claim: Claim, location: Location, *, tools: Tools) -> PassingPicture:
    generation, kind = claim.generation, claim.area.source
    source, sight = await find_sight(location, kind=kind, view=generation.view, tools=tools)
    clean = await fetch_sight(source, sight, tools=tools)
    facts: dict[str, Any] = {"width": clean.width, "height": clean.height, "media_type": clean.media_type}
    if kind is SourceKind.STREET:
        facts["ground"] = (await tools.proposer.propose(clean.image)).ground.polygons
    stored = None
    if sight.may_keep:
        renditions = await tools.gate.make_renditions(clean.image)
        stored = await store_picture(
            clean.image,
            renditions,
            kind="source",
            account=generation.account,
            generation=generation.id,
            tools=tools,
        )
        facts["image"] = str(stored.image.id)
    picture = PassingPicture(sight=sight, picture=clean.image, facts=facts)
    async with claim.change() as change:
        if stored is not None:
            await change.work.images.add(stored.image)
        await change.work.passing_pictures.put(generation.id, kind, picture)
    if stored is not None:
        await confirm_stored(stored.data, tools=tools)
    return picture


def open_passing(passing: PassingPicture) -> Imagery:
    """A picture of an address, with what is known of its camera."""
    sight, facts = passing.sight, passing.facts
    imagery = Imagery(
        picture=passing.picture,
        media_type=facts["media_type"],
        width=facts["width"],
        height=facts["height"],
        image=ImageId(UUID(facts["image"])) if "image" in facts else None,
        provenance=Provenance(source=sight.source, captured=sight.captured, attribution=sight.attribution),
    )
    if sight.kind is SourceKind.SATELLITE:
        return imagery
    return _with_camera(imagery, sight, ground=facts["ground"])


def _with_camera(imagery: Imagery, sight: Sight, *, ground: Any) -> Imagery:
    """A street camera is known: its lens from the field of view, its eye level from the pitch."""
    focal_px = imagery.width / 2 / math.tan(math.radians(sight.fov / 2))
    return replace(
        imagery,
        ground=tuple(tuple((float(x), float(y)) for x, y in polygon) for polygon in ground),
        horizon_y=imagery.height / 2 + focal_px * math.tan(math.radians(sight.pitch)),
        focal_length_35mm=focal_px * FULL_FRAME_DIAGONAL_MM / math.hypot(imagery.width, imagery.height),
        pitch=sight.pitch,
        eye_height=sight.eye_height,
    )
