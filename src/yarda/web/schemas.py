"""The contract's JSON, as pydantic sees it."""

from datetime import datetime
from typing import Annotated, Any, Self
from urllib.parse import urlencode
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from yarda.domain.attempt import Attempt
from yarda.domain.catalog import AreaName, Growth, Season, StyleName
from yarda.domain.credit import LedgerEntry
from yarda.domain.generation import Stage, Status
from yarda.domain.photo import KnownLength, Photo, PhotoId, Point, Polygon
from yarda.domain.place import CameraView, SourceKind
from yarda.domain.request import AUTO, AreaRequest, DesignRequest
from yarda.pipeline.look import Place
from yarda.pipeline.photos import Mark, PhotoCorrection
from yarda.pipeline.places import Sight

NO_NUL = r"^[^\x00]*$"
"""What no row can hold is refused before it gets there."""
Text = Annotated[str, Field(pattern=NO_NUL)]
Address = Annotated[str, Field(min_length=5, max_length=200, pattern=r"^\s*[^\s\x00][^\x00]{3,}[^\s\x00]\s*$")]
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
    custom_prompt: Text = Field("", max_length=500)
    preservation_strength: float = Field(0.5, ge=0, le=1, allow_inf_nan=False)
    season: Season = Field(Season.SUMMER, description="The time of the year in the picture.")
    growth: Growth = Field(Growth.MATURE, description="How long ago the garden in the picture was planted.")
    photo_id: UUID | None = None
    ground: PolygonsIn | None = Field(None, min_length=1)


Heading = Annotated[float, Field(ge=0, lt=360, allow_inf_nan=False)]
Pitch = Annotated[float, Field(ge=-15, le=10, allow_inf_nan=False)]
SightView = Annotated[float, Field(ge=20, le=120, allow_inf_nan=False)]


class ViewBody(BaseModel):
    """How the street camera is turned, in degrees; without a heading it faces the house."""

    model_config = _STRICT

    heading: Heading | None = Field(None, description="Clockwise from north.")
    pitch: Pitch = Field(0.0, description="Upwards.")
    fov: SightView = Field(80.0, description="Across the picture.")
    picture: Text | None = Field(None, max_length=200, description="The source's own name of a picture.")

    def to_domain(self) -> CameraView:
        return CameraView(heading=self.heading, pitch=self.pitch, fov=self.fov, picture=self.picture)


class PlaceQuery(BaseModel):
    """An address, and how to look at it."""

    model_config = _STRICT

    address: Address
    view: ViewBody = ViewBody()


class SightRead(BaseModel):
    """A picture there is of a place. `picture_url` fetches it, which may cost the operator something."""

    kind: SourceKind
    source: str
    captured: str | None
    attribution: str
    heading: float
    pitch: float
    fov: float
    picture: str
    picture_url: str


class PlaceRead(BaseModel):
    """What was found for an address; unless it is exact, a person should look whether it is the place."""

    address: str
    resolved_address: str
    location_accuracy: str
    is_partial_match: bool
    is_exact: bool
    attribution: str | None
    sights: list[SightRead]

    @classmethod
    def of(cls, place: Place) -> Self:
        found = place.location
        return cls(
            address=place.address,
            resolved_address=found.resolved_address,
            location_accuracy=found.accuracy.value,
            is_partial_match=found.is_partial,
            is_exact=found.is_exact,
            attribution=found.attribution,
            sights=[_sight(place.address, sight) for sight in place.sights],
        )


def _sight(address: str, sight: Sight) -> SightRead:
    turned = {"heading": round(sight.heading, 2) % 360, "pitch": sight.pitch, "fov": sight.fov}
    query = urlencode({"address": address, "kind": sight.kind.value, "picture": sight.picture, **turned})
    return SightRead(
        kind=sight.kind,
        source=sight.source,
        captured=sight.captured,
        attribution=sight.attribution,
        picture=sight.picture,
        picture_url=f"/places/picture?{query}",
        **turned,
    )


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

    address: Address | None = None
    address_confirmed: bool = Field(
        False,
        description="A person has seen what `POST /places` found. Without it, an address that is found only "
        "roughly is not drawn by a provider that costs credits.",
    )
    view: ViewBody = Field(ViewBody(), description="How the street camera of the address is turned.")
    photo_id: UUID | None = None
    areas: list[AreaCreate] = Field(min_length=1, max_length=5)
    provider: Text = Field(AUTO, max_length=50)
    guided: bool = Field(
        False, description="A photoreal design follows the painter's, and comes with its plan and plant list."
    )
    seed: int | None = Field(None, ge=0, lt=2**31)

    def to_request(self) -> DesignRequest:
        return DesignRequest(
            address=self.address,
            address_confirmed=self.address_confirmed,
            view=self.view.to_domain(),
            guided=self.guided,
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

    provider: Text | None = Field(None, max_length=50)


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
    guided: bool
    house_preserved: float | None = Field(
        description="The share of the house, and of all else outside the garden, that the provider had left as "
        "it was, 0 to 1; what it had altered is put back. null where that was not measured."
    )
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
    view: ViewBody | None = Field(description="How the street camera of the address is turned; null without one.")
    credits: int
    seed: int
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    estimated_completion: datetime | None
    kept_until: datetime | None = Field(None, description="When it is deleted with its pictures; none: never.")
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


class CallDetail(CallRead):
    """A call with what was sent and why it ended as it did."""

    prompt: str
    prompt_version: str
    reason: str | None

    @classmethod
    def of(cls, attempt: Attempt) -> Self:
        call = CallRead.of(attempt).model_dump()
        return cls(**call, prompt=attempt.prompt, prompt_version=attempt.prompt_version, reason=attempt.reason)


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
