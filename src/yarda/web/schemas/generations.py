"""Requests and generations as the contract's JSON, as pydantic sees it."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from yarda.domain.catalog import AreaName, Growth, Season, StyleName
from yarda.domain.generation import Stage, Status
from yarda.domain.photo import PhotoId
from yarda.domain.request import AUTO, AreaRequest, DesignRequest
from yarda.web.schemas.places import ViewBody
from yarda.web.schemas.shapes import STRICT, Address, PolygonsIn, Text, polygons_of


class AreaCreate(BaseModel):
    """One area in one style."""

    model_config = STRICT

    area: AreaName
    style: StyleName
    custom_prompt: Text = Field("", max_length=500)
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

    model_config = STRICT

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
