"""Places as the contract's JSON, as pydantic sees it."""

from typing import Self
from urllib.parse import urlencode

from pydantic import BaseModel, Field

from yarda.domain.place import CameraView, SourceKind
from yarda.pipeline.look import Place
from yarda.pipeline.places import Sight
from yarda.web.schemas.shapes import STRICT, Address, Heading, Pitch, SightView, Text


class ViewBody(BaseModel):
    """How the street camera is turned, in degrees; without a heading it faces the house."""

    model_config = STRICT

    heading: Heading | None = Field(None, description="Clockwise from north.")
    pitch: Pitch = Field(0.0, description="Upwards.")
    fov: SightView = Field(80.0, description="Across the picture.")
    picture: Text | None = Field(None, max_length=200, description="The source's own name of a picture.")

    def to_domain(self) -> CameraView:
        return CameraView(heading=self.heading, pitch=self.pitch, fov=self.fov, picture=self.picture)


class PlaceQuery(BaseModel):
    """An address, and how to look at it."""

    model_config = STRICT

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
