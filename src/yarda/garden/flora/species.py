"""The species and ornaments, as data, and the meshes that draw them."""

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

import numpy as np

from yarda.garden.catalog import Table, build, list_tables, read_table
from yarda.garden.errors import InvalidCatalog
from yarda.garden.flora.generators import GENERATORS
from yarda.garden.flora.growing import grown_size, younger
from yarda.garden.flora.mesh import Mesh, Part, Parts, merge
from yarda.garden.flora.seasonal import Habit, LeafHabit, in_season
from yarda.garden.seasons import Growth, Season

VARIANTS = 3
THIN = (Part.LEAF, Part.FLOWER)
LYING = 0.006
F = TypeVar("F", bound="Form")


class Water(StrEnum):
    """How much a plant needs in a dry summer, once established."""

    VERY_LOW = "very low"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Sun(StrEnum):
    """Where a plant thrives."""

    SUN = "sun"
    SUN_TO_PART_SHADE = "sun to part shade"
    SUN_TO_SHADE = "sun to shade"
    PART_SHADE = "part shade"
    SHADE = "shade"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How something placed in the garden looks: its measures in metres and the mesh that draws it."""

    common: str
    """The common name; no two species share one."""
    spread: float
    """Across, in metres, as it is drawn and planted: grown, and clipped where it is kept clipped."""
    height: float
    """In metres, likewise."""
    generator: str
    """The mesh that draws it; see the list below."""
    shape: Mapping[str, Any]
    """The generator's own measures; see the list below."""
    tree: bool = False
    """Whether it has a trunk; a tree keeps its proportions when it is scaled."""

    def __post_init__(self) -> None:
        if self.spread <= 0 or self.height <= 0:
            raise ValueError("spread and height must be positive")
        if self.generator not in GENERATORS:
            raise ValueError(f"generator {self.generator!r} is not one of {', '.join(sorted(GENERATORS))}")
        try:
            inspect.signature(GENERATORS[self.generator]).bind(None, **self.shape)
        except TypeError as error:
            raise ValueError(f"shape of {self.generator}: {error}") from error

    def draw(self, *, key: str, variant: int) -> Parts:
        """The whole mesh of a variant, with flowers and fruit; the same key and variant always give the same."""
        parts = GENERATORS[self.generator](np.random.default_rng([*key.encode(), variant]), **self.shape)
        return {part: _above_ground(mesh) if part in THIN else mesh for part, mesh in parts.items()}

    def dress(self, parts: Parts, *, season: Season, rng: np.random.Generator) -> Parts:
        """What of it shows in a season."""
        return parts

    def grow(
        self, *, key: str, variant: int, season: Season = Season.SUMMER, growth: Growth = Growth.MATURE
    ) -> Parts:
        """The mesh of one of a few variants in a season, ready to be scaled by `grown`."""
        rng = np.random.default_rng([*key.encode(), variant, *season.encode()])
        parts = self.dress(self.draw(key=key, variant=variant), season=season, rng=rng)
        return _as_seen(younger(parts, min(self.grown(growth)), rng=rng))

    def grown(self, growth: Growth) -> tuple[float, float]:
        """The shares of spread and height that it has reached."""
        return 1.0, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Species(Form):
    """A plant, with what a gardener asks about it."""

    botanical: str
    """Genus and epithet, or genus and 'Cultivar'."""
    water: Water
    """How much it needs in a dry summer, once established."""
    sun: Sun
    """Where it thrives."""
    zones: tuple[int, int]
    """USDA hardiness zones, coldest and warmest."""
    flowers: tuple[int, ...]
    """The months it flowers in, 1 to 12, in the northern hemisphere; empty when it is not grown for flowers."""
    flower_colour: str = ""
    """A word such as "violet"; needed when it flowers."""
    fruits: tuple[int, ...] = ()
    """The months its fruit shows in."""
    leaf_habit: LeafHabit
    """Whether leaves stay the winter."""
    autumn_colour: str = ""
    """What leaves turn to, as an sRGB code such as "#c8501e"; needed for deciduous plants."""
    stands_in_winter: bool = False
    """Whether a herbaceous plant is left standing dry, as grasses are, rather than cut back."""
    blooms_bare: bool = False
    """Whether it flowers in spring before its leaves."""
    years_to_maturity: float
    """From planting until it has the size given here."""
    grows_to: tuple[float, float] | None = None
    """Height and spread in metres after decades, unpruned, where that is well beyond the size given here."""
    toxic_to_pets: bool
    """Whether eating it can harm dogs or cats."""
    toxicity: str = ""
    """What about it is harmful, in a few words."""
    native: str
    """Where it comes from; "garden origin" for hybrids."""
    suits: tuple[str, ...]
    """The styles in whose tradition it stands."""
    source: str
    """The reference in which these facts can be checked."""

    @property
    def radius(self) -> float:
        """Half the spread."""
        return self.spread / 2

    def __post_init__(self) -> None:
        Form.__post_init__(self)
        if not all(1 <= month <= 12 for month in (*self.flowers, *self.fruits)):
            raise ValueError("flowers and fruits are months, 1 to 12")
        if not 1 <= self.zones[0] <= self.zones[1] <= 13:
            raise ValueError("zones are hardiness zones from low to high, 1 to 13")
        if bool(self.flowers) != bool(self.flower_colour):
            raise ValueError("flower_colour and flowers go together: give both or neither")
        if self.autumn_colour and not re.fullmatch(r"#[0-9a-fA-F]{6}", self.autumn_colour):
            raise ValueError("autumn_colour is an sRGB code such as #c8501e")
        if self.leaf_habit is LeafHabit.DECIDUOUS and not self.autumn_colour:
            raise ValueError("leaf_habit is deciduous, so autumn_colour is needed")
        if not 0 < self.years_to_maturity <= 100:
            raise ValueError("years_to_maturity is above 0 and at most 100")
        if not self.source or not self.native:
            raise ValueError("source and native cannot be empty")

    def dress(self, parts: Parts, *, season: Season, rng: np.random.Generator) -> Parts:
        """Its flowers, fruit and leaves as they are in that season."""
        habit = Habit(
            leaf_habit=self.leaf_habit,
            flowers=self.flowers,
            fruits=self.fruits,
            autumn_colour=self.autumn_colour,
            stands_in_winter=self.stands_in_winter,
            blooms_bare=self.blooms_bare,
            spread=self.spread,
        )
        return in_season(parts, habit=habit, season=season, rng=rng)

    def grown(self, growth: Growth) -> tuple[float, float]:
        """By `grown_size`, from the years it takes."""
        return grown_size(
            spread=self.spread,
            height=self.height,
            tree=self.tree,
            years_to_maturity=self.years_to_maturity,
            growth=growth,
        )


def _above_ground(mesh: Mesh) -> Mesh:
    """Leaves that hang lower than the ground lie on it."""
    return replace(mesh, vertices=np.maximum(mesh.vertices, np.array([-np.inf, -np.inf, LYING])))


def _as_seen(parts: Parts) -> Parts:
    """Flowers are lit as leaves are, and fruit as wood is."""
    merged: dict[Part, list[Part]] = {Part.LEAF: [Part.LEAF, Part.FLOWER], Part.SOLID: [Part.SOLID, Part.FRUIT]}
    seen: Parts = {part: mesh for part, mesh in parts.items() if part is Part.FLESH}
    for part, sources in merged.items():
        found = [parts[source] for source in sources if source in parts]
        if found:
            seen[part] = merge(found)
    return seen


@cache
def measure(key: str, variant: int) -> tuple[float, float]:
    """The height of a variant's whole mesh, and the radius that holds nearly all of it."""
    parts = get_form(key).draw(key=key, variant=variant)
    tall = max(float(mesh.vertices[:, 2].max()) for mesh in parts.values())
    level = np.concatenate([np.hypot(*mesh.vertices[:, :2].T) for mesh in parts.values()])
    return max(tall, 1e-3), max(float(np.percentile(level, 97)), 1e-3)


@cache
def species() -> Mapping[str, Species]:
    """All plants by id. Raises InvalidCatalog when a file is wrong or two entries have the same id."""
    found: dict[str, Species] = {}
    places: dict[str, str] = {}
    for name in list_tables("species"):
        table = read_table(f"species/{name}.toml")
        for key, plant in _forms(Species, table).items():
            if key in found:
                raise InvalidCatalog(f"{table.place(key)}: {key!r} is already in {places[key]}")
            found[key], places[key] = plant, table.place(key)
    return found


@cache
def ornaments_catalog() -> Mapping[str, Form]:
    """All ornaments by id."""
    return _forms(Form, read_table("ornaments.toml"))


def get_form(key: str) -> Form:
    """The species or ornament with this id."""
    form = species().get(key) or ornaments_catalog().get(key)
    if form is None:
        raise InvalidCatalog(f"{key!r} is neither a species nor an ornament")
    return form


def _forms(kind: type[F], table: Table) -> dict[str, F]:
    for key, entry in table.items():
        if not isinstance(entry, Mapping):
            raise InvalidCatalog(f"{table.place(key)}: {key} must be a table")
    return {key: build(kind, entry, where=key) for key, entry in table.items()}


def clearance(radius: float) -> float:
    """How far a plant's centre keeps from every border of the ground, in metres."""
    return min(0.85 * radius, 0.6)
