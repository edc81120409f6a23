"""The contract's JSON, as pydantic sees it."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from yarda.domain.attempt import Attempt
from yarda.domain.catalog import AreaName, Growth, Season, StyleName
from yarda.domain.credit import LedgerEntry
from yarda.domain.generation import Stage, Status
from yarda.domain.photo import KnownLength, Photo, PhotoId, Point, Polygon
from yarda.domain.request import AUTO, AreaRequest, DesignRequest
from yarda.pipeline.photos import Mark, PhotoCorrection

Finite = Annotated[float, Field(allow_inf_nan=False, ge=-1e6, le=1e6)]
PointIn = tuple[Finite, Finite]
PolygonIn = Annotated[list[PointIn], Field(min_length=3, max_length=200)]
PolygonsIn = Annotated[list[PolygonIn], Field(max_length=32)]
_STRICT = ConfigDict(extra="forbid")


def polygons_of(value: list[list[PointIn]]) -> tuple[Polygon, ...]:
    return tuple(tuple(polygon) for polygon in value)


class AreaCreate(BaseModel):
    """One area in one style."""

    model_config = _STRICT

    area: AreaName
    style: StyleName
    custom_prompt: str = Field("", max_length=500)
    preservation_strength: float = Field(0.5, ge=0, le=1, allow_inf_nan=False)
    season: Season = Field(Season.SUMMER, description="The time of the year in the picture.")
    growth: Growth = Field(Growth.MATURE, description="How long ago the garden in the picture was planted.")
    photo_id: UUID | None = None
    ground: PolygonsIn | None = Field(None, min_length=1)


class GenerationCreate(BaseModel):
    """A design request; each area's source is its own photo, else the request's, else the address."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "photo_id": "6f1c2c6e-6f0a-4b53-9a55-0f3c1a8a7d11",
                "areas": [{"area": "front_yard", "style": "japanese_zen", "custom_prompt": "keep the oak"}],
                "provider": "auto",
            }
        },
    )

    address: str | None = Field(None, min_length=5, max_length=200)
    photo_id: UUID | None = None
    areas: list[AreaCreate] = Field(min_length=1, max_length=5)
    provider: str = Field(AUTO, max_length=50)
    seed: int | None = Field(None, ge=0, lt=2**31)

    def to_request(self) -> DesignRequest:
        return DesignRequest(
            address=self.address,
            photo_id=PhotoId(self.photo_id) if self.photo_id else None,
            provider=self.provider,
            seed=self.seed,
            areas=tuple(
                AreaRequest(
                    area=area.area,
                    style=area.style,
                    custom_prompt=area.custom_prompt,
                    preservation_strength=area.preservation_strength,
                    season=area.season,
                    growth=area.growth,
                    photo_id=PhotoId(area.photo_id) if area.photo_id else None,
                    ground=None if area.ground is None else polygons_of(area.ground),
                )
                for area in self.areas
            ),
        )


class RetryCreate(BaseModel):
    """Which provider draws the area this time; none: as before."""

    model_config = _STRICT

    provider: str | None = Field(None, max_length=50)


class ImageryRead(BaseModel):
    source: str
    captured: str | None
    attribution: str | None


class AreaErrorRead(BaseModel):
    code: str
    message: str
    retryable: bool


class AreaRead(BaseModel):
    id: UUID
    area: AreaName
    style: StyleName
    custom_prompt: str
    preservation_strength: float
    season: Season
    growth: Growth
    photo_id: UUID | None
    status: Status
    progress: int = Field(ge=0, le=100)
    stage: Stage
    provider: str | None
    image_url: str | None
    thumbnail_url: str | None
    edit_mask_url: str | None
    source_url: str | None
    plan_url: str | None = None
    unmet: list[str] = Field(description="What was wished for and could not be drawn; empty when nothing.")
    imagery: ImageryRead | None
    error: AreaErrorRead | None
    attempts: int
    credits: int
    queued_at: datetime
    started_at: datetime | None
    completed_at: datetime | None


class GenerationRead(BaseModel):
    """An accepted request and how far it is."""

    id: UUID
    status: Status
    address: str | None
    resolved_address: str | None
    location_accuracy: str | None
    credits: int
    seed: int
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    estimated_completion: datetime | None
    yard_url: str | None = Field(None, description="All areas of a photo in one picture, where there is one.")
    areas: list[AreaRead]


class GenerationPage(BaseModel):
    items: list[GenerationRead]
    next_cursor: str | None


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
    model_config = _STRICT

    y: Finite


class GroundBody(BaseModel):
    model_config = _STRICT

    polygons: PolygonsIn = Field(min_length=1)


class PhotoPatch(BaseModel):
    """Corrections of a photo's geometry; what is left out stays. `null` removes `known_length` or `house_edge`,
    and `[]` removes every polygon of `keep_in_front`."""

    model_config = _STRICT

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


class BalanceRead(BaseModel):
    balance: int
    held: int
    available: int


class EntryRead(BaseModel):
    id: int
    created_at: datetime
    kind: str
    credits: int
    generation_id: UUID | None
    area_id: UUID | None
    reason: str

    @classmethod
    def of(cls, entry: LedgerEntry) -> Self:
        return cls(
            id=entry.id,
            created_at=entry.created_at,
            kind=entry.kind.value,
            credits=entry.signed_credits,
            generation_id=entry.generation,
            area_id=entry.area,
            reason=entry.reason,
        )


class EntryPage(BaseModel):
    items: list[EntryRead]
    next_cursor: str | None


class CallRead(BaseModel):
    """One call to an image provider."""

    id: UUID
    area_id: UUID
    provider: str
    model: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    provider_reference: str | None
    request_sha256: str
    cost_usd: float | None

    @classmethod
    def of(cls, attempt: Attempt) -> Self:
        return cls(
            id=attempt.id,
            area_id=attempt.area,
            provider=attempt.provider,
            model=attempt.model,
            started_at=attempt.started_at,
            finished_at=attempt.finished_at,
            outcome=attempt.outcome.value,
            provider_reference=attempt.provider_reference,
            request_sha256=attempt.request_sha256,
            cost_usd=None if attempt.cost_usd is None else float(attempt.cost_usd),
        )


class CallList(BaseModel):
    items: list[CallRead]


class CatalogEntryRead(BaseModel):
    id: str
    name: str
    description: str
    preview_url: str | None = None


class Catalog(BaseModel):
    items: list[CatalogEntryRead]


View = dict[str, Any]
