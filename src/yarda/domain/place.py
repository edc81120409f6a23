"""Where a yard is, and from where it is looked at."""

import math
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from yarda.domain.catalog import AreaName
from yarda.errors import InvalidRequest

Position = tuple[float, float]
"""Latitude and longitude in degrees, WGS 84."""


class Accuracy(StrEnum):
    """How well an address was found, in the words of Google's geocoder; only ROOFTOP is one house."""

    ROOFTOP = "ROOFTOP"
    RANGE_INTERPOLATED = "RANGE_INTERPOLATED"
    GEOMETRIC_CENTER = "GEOMETRIC_CENTER"
    APPROXIMATE = "APPROXIMATE"


class SourceKind(StrEnum):
    """From where the yard is seen in an Area's source picture."""

    PHOTO = "photo"
    STREET = "street"
    SATELLITE = "satellite"


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """What a geocoder found for an address. `source` is the geocoder, `attribution` what it asks to show.

    The position is None once the geocoder's terms forbid keeping it.
    """

    position: Position | None
    resolved_address: str
    accuracy: Accuracy
    is_partial: bool = False
    source: str
    place_id: str | None = None
    attribution: str | None = None

    @property
    def is_exact(self) -> bool:
        """One house, without doubt; anything less is shown to a person before it costs something."""
        return self.accuracy is Accuracy.ROOFTOP and not self.is_partial


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraView:
    """How a person turned the street camera; what is None is chosen: the nearest picture, facing the house.

    Degrees: `heading` clockwise from north, `pitch` upwards, `fov` across the picture.
    """

    heading: float | None = None
    pitch: float = 0.0
    fov: float = 80.0
    picture: str | None = None

    def check(self) -> None:
        """Raises `InvalidRequest`."""
        if self.heading is not None and not 0 <= self.heading < 360:
            raise InvalidRequest("view.heading: degrees from 0 to under 360, clockwise from north", field="view")
        if not -15 <= self.pitch <= 10:
            raise InvalidRequest("view.pitch: degrees from -15 to 10", field="view")
        if not 20 <= self.fov <= 120:
            raise InvalidRequest("view.fov: degrees from 20 to 120", field="view")


FACING_THE_HOUSE = CameraView()
KINDS: dict[AreaName, SourceKind] = {
    AreaName.FRONT_YARD: SourceKind.STREET,
    AreaName.WALKWAY: SourceKind.STREET,
    AreaName.BACKYARD: SourceKind.SATELLITE,
    AreaName.PATIO: SourceKind.SATELLITE,
    AreaName.POOL_AREA: SourceKind.SATELLITE,
}
"""What an area is drawn from when there is only an address: what the street sees, or what a satellite sees."""

KEEP_POSITION: dict[str, timedelta] = {"google": timedelta(days=30), "nominatim": timedelta(days=180)}
"""How long each geocoder's terms let its positions be kept."""


def bearing(start: Position, end: Position) -> float:
    """Initial great-circle bearing from one place to another, degrees clockwise from north, 0 to under 360."""
    (lat_1, lng_1), (lat_2, lng_2) = (tuple(map(math.radians, place)) for place in (start, end))
    across = lng_2 - lng_1
    east = math.sin(across) * math.cos(lat_2)
    north = math.cos(lat_1) * math.sin(lat_2) - math.sin(lat_1) * math.cos(lat_2) * math.cos(across)
    return math.degrees(math.atan2(east, north)) % 360


def distance_m(start: Position, end: Position) -> float:
    """Metres between two near places, on a sphere of the Earth's mean radius."""
    (lat_1, lng_1), (lat_2, lng_2) = (tuple(map(math.radians, place)) for place in (start, end))
    half = math.sin((lat_2 - lat_1) / 2) ** 2
    half += math.cos(lat_1) * math.cos(lat_2) * math.sin((lng_2 - lng_1) / 2) ** 2
    return 2 * 6_371_008.8 * math.asin(min(1.0, math.sqrt(half)))
