"""The garden as plain data, in metres: what is painted, and later drawn as a plan and counted in a list.

x runs to the right of the camera and z away from it. Zones are painted in their order; later ones cover earlier
ones. A zone's rings are filled by the even-odd rule.
"""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Self

from yarda.garden.catalog import build
from yarda.garden.errors import GardenError, InvalidCatalog
from yarda.garden.photo.camera import Camera
from yarda.garden.seasons import Growth, Season
from yarda.garden.shapes import Polygon


class ZoneKind(StrEnum):
    """What a zone is for."""

    KEPT = "kept"
    """The photo's own ground, which only new shadows touch; its material is empty."""
    GROUND = "ground"
    BED = "bed"
    ISLAND = "island"
    PATH = "path"
    TERRACE = "terrace"
    POOL = "pool"


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A piece of ground with one material; `angle` turns its pattern, `edge` names what lines it."""

    name: str
    kind: ZoneKind
    material: str
    rings: tuple[Polygon, ...]
    angle: float = 0.0
    edge: str = ""
    edge_width: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """One plant; `species` is an id of `species()`, `variant` picks one of its shapes."""

    species: str
    x: float
    z: float
    radius: float
    height: float
    rotation: float
    variant: int


class FeatureKind(StrEnum):
    """Built things: flat stones laid on the ground, and ornaments set on it."""

    SLAB = "slab"
    ORNAMENT = "ornament"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One built thing. A slab has an outline and a colour as its form; an ornament's form is its catalog id."""

    kind: FeatureKind
    form: str
    x: float
    z: float
    radius: float
    height: float
    rotation: float = 0.0
    variant: int = 0
    outline: Polygon = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Garden:
    """A designed garden and the camera that sees it."""

    style: str
    area: str
    seed: int
    camera: Camera
    ground: tuple[Polygon, ...]
    """In the photo's pixels, as it was asked for."""
    outline: tuple[Polygon, ...] = ()
    """The same from above, in metres."""
    zones: tuple[Zone, ...]
    plants: tuple[Plant, ...]
    features: tuple[Feature, ...]
    season: Season = Season.SUMMER
    growth: Growth = Growth.MATURE
    calibrated: bool = False
    """Whether a measured length set the scale; until then every dimension is approximate."""
    unmet: tuple[str, ...] = ()
    """What the wishes asked for and this garden does not have, in words for whoever asked."""

    def to_json(self) -> str:
        """The garden as JSON; `from_json` gives back an equal garden."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote. Raises GardenError when it is something else."""
        try:
            return build(cls, json.loads(text), where="garden")
        except (ValueError, TypeError, AttributeError, InvalidCatalog) as error:
            raise GardenError(f"the garden cannot be read: {error}") from error
