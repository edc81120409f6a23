"""What the painter is asked for and what it gives back, as plain data."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Self, TypeAlias

from yarda.garden.catalog import build
from yarda.garden.errors import InvalidBrief, InvalidCatalog, UnknownArea
from yarda.garden.model import Garden
from yarda.garden.seasons import Growth, Season
from yarda.garden.shapes import Polygon

CONCEPT_VERSION = "2"
AREAS = ("front_yard", "backyard", "walkway", "patio", "pool_area")
FINAL_SAMPLES = 16
PREVIEW_SAMPLES = 4
CACHE_VARIABLE = "YARDA_PAINTER_CACHE"
"""Names the folder of `Limits.cache` to the painter's process."""
DEFAULT_LONGEST_SIDE_PX = 1536

OnProgress: TypeAlias = Callable[[float], None]
"""Told the share of the work that is done, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sun:
    """Where the sun stands: degrees right of behind the camera, degrees up, and its share of the light."""

    azimuth: float
    elevation: float
    strength: float

    def __post_init__(self) -> None:
        if not (5 <= self.elevation <= 90 and 0 <= self.strength <= 1):
            raise ValueError("the sun's elevation is 5 to 90 degrees, its strength 0 to 1")


DEFAULT_SUN = Sun(azimuth=-35.0, elevation=48.0, strength=0.72)
"""A fine day, from behind the left shoulder: where nothing tells more."""


class Shows(StrEnum):
    """What the picture of a brief with neighbours shows; the scene is the same."""

    AREA = "area"
    YARD = "yard"
    """All areas together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """Another area that was asked for on the same photo."""

    area: str
    style: str
    ground: tuple[Polygon, ...]
    custom_prompt: str = ""
    preservation: float = 0.5
    seed: int = 1

    def __post_init__(self) -> None:
        if self.area not in AREAS:
            raise UnknownArea(f"{self.area!r} is not one of {', '.join(AREAS)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """One picture to paint. `photo` is an upright JPEG or PNG; polygons, lines and the horizon are in its pixels.

    `captured_at` (ISO), `position` (latitude, longitude) and the camera's `bearing` (degrees from north) tell
    where the sun stood when `sun` is None. `eye_height` is in metres and known only from a measured length;
    `house_edge` is the line along which the house meets the ground, where somebody marked it, and `door`
    the foot of the door. `preservation` 1 keeps the yard's layout, 0 redesigns it.
    """

    photo: Path
    area: str
    style: str
    ground: tuple[Polygon, ...]
    keep_in_front: tuple[Polygon, ...] = ()
    horizon_y: float | None = None
    focal_length_35mm: float | None = None
    eye_height: float | None = None
    house_edge: Polygon | None = None
    door: tuple[float, float] | None = None
    season: Season = Season.SUMMER
    growth: Growth = Growth.MATURE
    custom_prompt: str = ""
    preservation: float = 0.5
    seed: int = 1
    samples: int = FINAL_SAMPLES
    longest_side_px: int | None = None
    sun: Sun | None = None
    neighbours: tuple[Neighbour, ...] = ()
    shows: Shows = Shows.AREA
    captured_at: str | None = None
    position: tuple[float, float] | None = None
    bearing: float | None = None

    def __post_init__(self) -> None:
        if self.area not in AREAS:
            raise UnknownArea(f"{self.area!r} is not one of {', '.join(AREAS)}")
        if not 0 <= self.preservation <= 1:
            raise InvalidBrief("preservation is 0 to 1")
        if not 1 <= self.samples <= 1024:
            raise InvalidBrief("samples are 1 to 1024")
        if self.seed < 0:
            raise InvalidBrief("the seed is 0 or more")
        if self.longest_side_px is not None and not 64 <= self.longest_side_px <= 4096:
            raise InvalidBrief("longest_side_px is 64 to 4096")
        if self.focal_length_35mm is not None and not 8 <= self.focal_length_35mm <= 300:
            raise InvalidBrief("focal_length_35mm is 8 to 300")
        self._check_facts()
        if self.eye_height is not None and not 0.2 <= self.eye_height <= 12:
            raise InvalidBrief("eye_height is 0.2 to 12 metres")

    def _check_facts(self) -> None:
        if self.position is not None and not (abs(self.position[0]) <= 90 and abs(self.position[1]) <= 180):
            raise InvalidBrief("position is a latitude and a longitude in degrees")
        if self.bearing is not None and not 0 <= self.bearing <= 360:
            raise InvalidBrief("bearing is 0 to 360 degrees")
        if self.captured_at is not None:
            try:
                datetime.fromisoformat(self.captured_at)
            except ValueError as error:
                raise InvalidBrief("captured_at is a time as ISO 8601 writes it") from error

    def to_json(self) -> str:
        """The brief as JSON; `from_json` gives it back."""
        return json.dumps(asdict(self) | {"photo": str(self.photo)})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote. Raises InvalidBrief, or UnknownArea, when something in it is wrong."""
        try:
            table: Any = json.loads(text)
            photo = Path(table.pop("photo"))
            return build(cls, table, where="brief", photo=photo)
        except (ValueError, KeyError, TypeError, AttributeError, InvalidCatalog) as error:
            raise InvalidBrief(f"the brief cannot be read: {error}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a painter's process may use. `threads` defaults to the processors of this machine, four at most.

    `cache` is a folder for what does not depend on the brief; about 130 MB, and safe to delete.
    """

    seconds: float = 120.0
    memory_bytes: int = 3 * 2**30
    threads: int = min(4, os.cpu_count() or 1)
    cache: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Painting:
    """A finished picture: the photo's size, and identical to it wherever the edit mask is 0."""

    image_png: bytes
    edit_mask_png: bytes
    garden: Garden
    version: str
    seconds: float
    stages: Mapping[str, float] = field(default_factory=dict)
    """Seconds by stage, in their order."""
