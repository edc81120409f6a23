"""Photos as the contract's JSON, as pydantic sees it."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from yarda.domain.photo import KnownLength, Photo, Point
from yarda.pipeline.photos import Mark, PhotoCorrection
from yarda.web.schemas.shapes import STRICT, Finite, PointIn, PolygonsIn, polygons_of


class GroundRead(BaseModel):
    polygons: list[list[Point]]
    confidence: float


class HorizonRead(BaseModel):
    y: float
    confidence: float


class KnownLengthBody(BaseModel):
    """Two points whose distance is known; a door is 2.03 m."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    start: PointIn = Field(alias="from")
    end: PointIn = Field(alias="to")
    metres: float = Field(gt=0, le=100, allow_inf_nan=False)

    def to_domain(self) -> KnownLength:
        return KnownLength(start=self.start, end=self.end, metres=self.metres)


class PhotoRead(BaseModel):
    """A photo and what is known of its geometry, in its pixels."""

    id: UUID
    image_url: str
    width: int
    height: int
    media_type: str
    sha256: str
    captured_at: datetime | None
    position: tuple[float, float] | None
    ground: GroundRead
    keep_in_front: list[list[Point]]
    horizon: HorizonRead
    known_length: KnownLengthBody | None
    house_edge: list[Point] | None

    @classmethod
    def of(cls, photo: Photo) -> Self:
        known = photo.known_length
        return cls(
            id=photo.id,
            image_url=f"/images/{photo.image}",
            width=photo.width,
            height=photo.height,
            media_type=photo.media_type,
            sha256=photo.sha256,
            captured_at=photo.captured_at,
            position=photo.position,
            ground=GroundRead(
                polygons=[list(p) for p in photo.ground.polygons], confidence=photo.ground.confidence
            ),
            keep_in_front=[list(p) for p in photo.keep_in_front],
            horizon=HorizonRead(y=photo.horizon.y, confidence=photo.horizon.confidence),
            known_length=known and KnownLengthBody(start=known.start, end=known.end, metres=known.metres),
            house_edge=None if photo.house_edge is None else list(photo.house_edge),
        )


class HorizonBody(BaseModel):
    model_config = STRICT

    y: Finite


class GroundBody(BaseModel):
    model_config = STRICT

    polygons: PolygonsIn = Field(min_length=1)


class PhotoPatch(BaseModel):
    """Corrections of a photo's geometry; what is left out stays. `null` removes `known_length` or `house_edge`,
    and `[]` removes every polygon of `keep_in_front`."""

    model_config = STRICT

    ground: PolygonsIn | GroundBody | None = None
    keep_in_front: PolygonsIn | None = None
    horizon: HorizonBody | Finite | None = None
    known_length: KnownLengthBody | None = Field(
        None,
        description="Upright with its lower end on the ground, or lying on it; sets the scale. null: none.",
    )
    house_edge: Annotated[list[PointIn], Field(min_length=2, max_length=50)] | None = Field(
        None,
        description="Where the house meets the ground, as a line; without it the ground's far border. null: none.",
    )

    def to_correction(self) -> PhotoCorrection:
        ground = self.ground.polygons if isinstance(self.ground, GroundBody) else self.ground
        known = None if self.known_length is None else self.known_length.to_domain()
        edge = None if self.house_edge is None else tuple(self.house_edge)
        return PhotoCorrection(
            ground=None if ground is None else polygons_of(ground),
            keep_in_front=None if self.keep_in_front is None else polygons_of(self.keep_in_front),
            horizon_y=self.horizon.y if isinstance(self.horizon, HorizonBody) else self.horizon,
            known_length=known if "known_length" in self.model_fields_set else Mark.KEEP,
            house_edge=edge if "house_edge" in self.model_fields_set else Mark.KEEP,
        )
