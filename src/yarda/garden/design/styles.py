"""Styles as data: what a garden of each style is made of, in rules that a gardener can read and change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from yarda.garden.brief import AREAS
from yarda.garden.catalog import build, list_tables, read_table
from yarda.garden.errors import InvalidCatalog, UnknownStyle
from yarda.garden.flora.species import get_form
from yarda.garden.materials import get_material


class Along(StrEnum):
    """What a bed or a row follows."""

    HOUSE = "house"
    BORDER = "border"
    PATH = "path"
    TERRACE = "terrace"


class Course(StrEnum):
    """How a path runs."""

    NONE = "none"
    """There is none."""
    STRAIGHT = "straight"
    CURVED = "curved"
    WINDING = "winding"


class SlabShape(StrEnum):
    """The outline of stepping stones."""

    SQUARE = "square"
    ROUND = "round"


class Outline(StrEnum):
    """The outline of a nook or a pool."""

    RECTANGLE = "rectangle"
    ROUND = "round"
    LAGOON = "lagoon"


class Place(StrEnum):
    """Where furnishings stand."""

    TERRACE = "terrace"
    NOOK = "nook"
    POOLSIDE = "poolside"
    DOOR = "door"
    """On both sides of the path's end."""
    OVER_PATH = "over_path"


class Prefer(StrEnum):
    """Where in its bed a drift is thickest."""

    ANYWHERE = "anywhere"
    HOUSE = "house"
    FRONT = "front"
    BACK = "back"
    """Against the house or the border, where tall plants stand behind low ones."""
    EDGE = "edge"
    """Along the bed's own rim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """A material, what lines it and how wide the lining is in metres."""

    material: str
    edge: str = ""
    edge_width: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Slabs:
    """Stones laid along a path; measures in metres, `stagger` moves every other one aside."""

    shape: SlabShape
    colour: str
    width: float
    step: float
    gap: float
    height: float
    stagger: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PathRule:
    """The way from the front to the house; without a surface it is slabs laid in the ground."""

    course: Course
    width: float
    surface: Surface | None = None
    slabs: Slabs | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bed:
    """A planted strip `depth` metres deep, its edge wavering by `wobble`."""

    name: str
    along: Along
    depth: float
    surface: Surface
    wobble: float = 0.0
    areas: tuple[str, ...] = AREAS


@dataclass(frozen=True, slots=True, kw_only=True)
class Island:
    """Oval islands in the open ground, each with what is set in it; offsets are in metres."""

    count: int
    long: float
    wide: float
    surface: Surface
    members: tuple["Member", ...] = ()
    areas: tuple[str, ...] = AREAS


@dataclass(frozen=True, slots=True, kw_only=True)
class Creek:
    """A band of stones that wanders across the ground."""

    width: float
    surface: Surface
    areas: tuple[str, ...] = AREAS


@dataclass(frozen=True, slots=True, kw_only=True)
class Nook:
    """A small paved place to go to, `size` metres across; the path of a backyard leads there."""

    surface: Surface
    outline: Outline = Outline.ROUND
    size: float = 2.8
    areas: tuple[str, ...] = ("backyard",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Water of `long` by `wide` metres where there is room for it, smaller where there is less."""

    outline: Outline = Outline.RECTANGLE
    long: float = 6.0
    wide: float = 3.0
    coping: str = "limestone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One species or ornament of a group, beside the group's place; a `turn` not given is left to chance."""

    form: str
    x: float = 0.0
    z: float = 0.0
    scale: float = 1.0
    turn: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Furnishing:
    """A group that stands on a place, squared with it, once where there is room.

    x runs along the house and z away from the camera. Of the groups with one `instead` word only the first that
    finds room is set.
    """

    on: Place
    members: tuple[Member, ...]
    instead: str = ""
    areas: tuple[str, ...] = AREAS


@dataclass(frozen=True, slots=True, kw_only=True)
class Accent:
    """A group set once or a few times where it shows and has room: a tree, stones, a lantern by the path."""

    members: tuple[Member, ...]
    count: int = 1
    beside_path: float = 0.0
    areas: tuple[str, ...] = AREAS


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Plants in a line `offset` metres from what they follow, `spacing` apart."""

    species: str
    along: Along
    offset: float
    spacing: float
    scale: float = 1.0
    jitter: float = 0.02
    inside_beds: bool = True
    areas: tuple[str, ...] = AREAS


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """Plants and stones strewn over beds (or, with no bed named, over the open ground).

    `mix` gives each kind's weight, `density` how many per square metre, `most` the limit, and `spacing` how far
    neighbours keep apart as a share of their radii. Kinds come in groups about `group` metres across.
    """

    mix: Mapping[str, float]
    density: float
    most: int
    beds: tuple[str, ...] = ()
    spacing: float = 0.75
    margin: float = 0.55
    prefer: Prefer = Prefer.ANYWHERE
    scale: float = 1.0
    group: float = 1.3
    areas: tuple[str, ...] = AREAS


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """A named look: its grounds, its ways and its planting, in the order they are laid out."""

    id: str
    name: str
    ground: Surface
    path: PathRule
    terrace: Surface
    pool: Pool
    nook: Nook | None = None
    bold_ground: Surface | None = None
    """What a dramatic redesign lays instead of `ground`."""
    beds: tuple[Bed, ...] = ()
    islands: tuple[Island, ...] = ()
    creeks: tuple[Creek, ...] = ()
    accents: tuple[Accent, ...] = ()
    rows: tuple[Row, ...] = ()
    drifts: tuple[Drift, ...] = ()
    furnishings: tuple[Furnishing, ...] = ()

    def surfaces(self) -> Iterator[Surface]:
        """Every surface the style lays."""
        yield from (self.ground, self.terrace)
        for optional in (self.path.surface, self.bold_ground, self.nook and self.nook.surface):
            if optional:
                yield optional
        rules: list[Bed | Island | Creek] = [*self.beds, *self.islands, *self.creeks]
        for rule in rules:
            yield rule.surface

    def forms(self) -> Iterator[str]:
        """Every species and ornament the style names."""
        groups: list[Accent | Island | Furnishing] = [*self.accents, *self.islands, *self.furnishings]
        for group in groups:
            yield from (member.form for member in group.members)
        yield from (row.species for row in self.rows)
        for drift in self.drifts:
            yield from drift.mix


@cache
def styles() -> Mapping[str, Style]:
    """All styles by id. Raises InvalidCatalog when a file is wrong."""
    return {name: _load(name) for name in list_tables("styles")}


def get_style(style_id: str) -> Style:
    """The style with this id. Raises UnknownStyle."""
    try:
        return styles()[style_id]
    except KeyError:
        raise UnknownStyle(f"{style_id!r} is not one of {', '.join(styles())}") from None


def _load(name: str) -> Style:
    path = f"styles/{name}.toml"
    style = build(Style, read_table(path), where="", id=name)
    try:
        for surface in style.surfaces():
            get_material(surface.material)
        get_material(style.pool.coping)
        for form in style.forms():
            get_form(form)
    except InvalidCatalog as error:
        raise InvalidCatalog(f"{path}: {error}") from error
    beds = {bed.name for bed in style.beds} | {"island", "ground"}
    for drift in style.drifts:
        for bed in drift.beds:
            if bed not in beds:
                raise InvalidCatalog(f"{path}: a drift names the bed {bed!r}, which there is not")
    return style
