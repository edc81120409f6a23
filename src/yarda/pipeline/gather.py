"""Finds the source picture of an Area, with its provenance."""

from dataclasses import dataclass

from yarda.domain.generation import Area, Generation, Provenance
from yarda.domain.photo import Photo
from yarda.errors import PhotoNotFound
from yarda.pipeline.ports import UnitOfWork
from yarda.pipeline.tools import Tools


@dataclass(frozen=True, slots=True, kw_only=True)
class Imagery:
    """A source picture and what is known about it."""

    photo: Photo
    picture: bytes
    provenance: Provenance


async def find_photo(area: Area, *, work: UnitOfWork) -> Photo:
    """Raises `PhotoNotFound` when the photo was deleted meanwhile."""
    photo = await work.photos.find(area.photo) if area.photo else None
    if photo is None:
        raise PhotoNotFound("the photo of this area was deleted; start a new design with another photo")
    return photo


async def gather_imagery(photo: Photo, *, tools: Tools) -> Imagery:
    """The photo's bytes, checked against their hash."""
    captured = photo.captured_at.date().isoformat() if photo.captured_at else None
    return Imagery(
        photo=photo,
        picture=await tools.objects.get(photo.object_key),
        provenance=Provenance(source="photo", captured=captured),
    )


def seed_of(generation: Generation, area: Area) -> int:
    """Each area draws from its own seed, so that two areas of a request do not repeat each other."""
    return (generation.seed + 7919 * area.position) % 2**31
