"""The zones of a garden as signed-distance fields over the site: positive inside, in metres."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from yarda.garden.design.places import (
    COPING,
    Frame,
    beside_house,
    deck_of,
    fit_nook,
    fit_pool,
    fit_terrace,
    outline_inside,
    water_inside,
)
from yarda.garden.design.site import FAR, Site
from yarda.garden.design.styles import Along, Bed, Creek, Island, Place, Style, Surface
from yarda.garden.design.ways import PATH_AREAS, PathLine, find_path, smooth_line
from yarda.garden.flora.mesh import Rng
from yarda.garden.model import Zone, ZoneKind
from yarda.garden.shapes import Floats

KEEPS_LAYOUT, REDESIGNS = 0.7, 0.3
"""From and up to which preservation a design is subtle or dramatic."""
CLEAR_OF_PATH = 0.06
BED_MATERIAL = "mulch"
KEPT_BAND = 1.5
"""How deep the beds are that a subtle design lays along house and border where its style has none, in metres."""


class Extent(StrEnum):
    """How much of the yard is made anew."""

    SUBTLE = "subtle"
    """The layout stays: beds and plants are added to it."""
    BALANCED = "balanced"
    DRAMATIC = "dramatic"
    """Nothing stays: deeper beds, bolder ground, a place to sit."""


def extent_of(preservation: float) -> Extent:
    """What a preservation of 0 to 1 means."""
    if preservation >= KEEPS_LAYOUT:
        return Extent.SUBTLE
    return Extent.DRAMATIC if preservation <= REDESIGNS else Extent.BALANCED


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One zone: what it is made of and where it is."""

    name: str
    kind: ZoneKind
    surface: Surface
    inside: Floats
    angle: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """All zones in painting order; `built` is what nothing may grow on."""

    site: Site
    zones_in_order: tuple[Field, ...]
    path: PathLine | None
    built: Floats
    islands: tuple[tuple[float, float], ...]
    places: dict[Place, tuple[Frame, Floats]]
    """Where furnishings may stand: the frame they are squared with, and how far inside a point is."""

    def zones(self) -> tuple[Zone, ...]:
        """The zones as plain data."""
        found = []
        for zone in self.zones_in_order:
            rings = self.site.grid.trace(zone.inside)
            if rings:
                found.append(
                    Zone(
                        name=zone.name,
                        kind=zone.kind,
                        material=zone.surface.material,
                        rings=rings,
                        angle=zone.angle,
                        edge=zone.surface.edge,
                        edge_width=zone.surface.edge_width,
                    )
                )
        return tuple(found)

    def bed(self, name: str) -> Floats:
        """Where plants of that bed may stand; "ground" is what no bed covers, "island" all islands."""
        free = -self.built
        laid = [zone for zone in self.zones_in_order[1:] if zone.name == name]
        if name == "ground" and not laid:
            if self.zones_in_order[0].kind is ZoneKind.KEPT:
                return np.full(free.shape, -FAR)
            return np.minimum.reduce([free, *(-zone.inside for zone in self.zones_in_order[1:])])
        if not laid:
            return np.full(free.shape, -FAR)
        return np.minimum(free, np.maximum.reduce([zone.inside for zone in laid]))


def design_fields(style: Style, site: Site, *, area: str, rng: Rng, preservation: float) -> Fields:
    """Lay the zones of a style out on the site."""
    extent = extent_of(preservation)
    ground = style.ground if style.ground.material else Surface(material=BED_MATERIAL)
    style = _to_extent(style, extent)
    if not style.ground.material:
        style = replace(style, beds=_beds_on_kept(style, area=area, surface=ground))
    places: dict[Place, tuple[Frame, Floats]] = {}
    special = _built_places(style, site, area=area, rng=rng, places=places)
    goal = places[Place.NOOK][0] if Place.NOOK in places else None
    path = None
    if area in PATH_AREAS and extent is not Extent.SUBTLE:
        path = find_path(style.path, site, area=area, rng=rng, goal=goal if area == "backyard" else None)
    built = np.full(site.edge.shape, -FAR)
    if path is not None:
        built = path.width / 2 + CLEAR_OF_PATH - path.distance
    for zone in special:
        built = np.maximum(built, zone.inside)
    deep = 1.35 - 0.7 * preservation
    kind = ZoneKind.GROUND if style.ground.material else ZoneKind.KEPT
    zones = [Field(name="ground", kind=kind, surface=style.ground, inside=np.full(built.shape, FAR))]
    zones += [_creek(creek, site, rng=rng, built=built) for creek in style.creeks if area in creek.areas]
    for bed in style.beds:
        if area in bed.areas:
            zones.append(_bed(bed, site, rng=rng, path=path, built=built, special=special, deep=deep))
    islands: list[tuple[float, float]] = []
    for island in style.islands:
        if area in island.areas:
            zones += _islands(island, site, rng=rng, built=built, islands=islands)
    zones += special
    if path is not None and style.path.surface is not None:
        inside = path.width / 2 - path.distance
        zones.append(Field(name="path", kind=ZoneKind.PATH, surface=style.path.surface, inside=inside))
    return Fields(
        site=site, zones_in_order=tuple(zones), path=path, built=built, islands=tuple(islands), places=places
    )


def _to_extent(style: Style, extent: Extent) -> Style:
    """The style as it is laid out in a subtle, balanced or dramatic design."""
    match extent:
        case Extent.SUBTLE:
            return replace(style, ground=Surface(material=""), creeks=(), islands=(), nook=None)
        case Extent.DRAMATIC:
            nook = style.nook and replace(style.nook, areas=(*style.nook.areas, "front_yard"))
            return replace(style, ground=style.bold_ground or style.ground, nook=nook)
        case Extent.BALANCED:
            return style


def _beds_on_kept(style: Style, *, area: str, surface: Surface) -> tuple[Bed, ...]:
    """Where the photo's ground stays, a style that plants the open ground lays beds at its rim instead."""
    return tuple(bed for bed in style.beds if area in bed.areas) or tuple(
        Bed(name="ground", along=along, depth=KEPT_BAND, surface=surface, wobble=0.2)
        for along in (Along.BORDER, Along.HOUSE)
    )


def _built_places(
    style: Style, site: Site, *, area: str, rng: Rng, places: dict[Place, tuple[Frame, Floats]]
) -> list[Field]:
    if area == "patio":
        return _terrace(style, site, places=places)
    if area == "pool_area":
        return _pool(style, site, places=places)
    nook = style.nook
    if nook is None or area not in nook.areas:
        return []
    frame = fit_nook(nook, site, rng=rng, built=np.full(site.edge.shape, -FAR))
    if frame is None:
        return []
    inside = outline_inside(nook, frame, site)
    places[Place.NOOK] = (frame, inside)
    return [Field(name="nook", kind=ZoneKind.TERRACE, surface=nook.surface, inside=inside, angle=frame.angle)]


def _bed(
    bed: Bed,
    site: Site,
    *,
    rng: Rng,
    path: PathLine | None,
    built: Floats,
    special: list[Field],
    deep: float,
) -> Field:
    depth = bed.depth * deep + bed.wobble * site.grid.noise(rng, scale=1.2)
    match bed.along:
        case Along.HOUSE:
            inside = depth - site.house
        case Along.BORDER:
            inside = depth - site.edge
        case Along.PATH:
            inside = depth - np.maximum(path.distance - path.width / 2, 0) if path else np.full(depth.shape, -FAR)
        case Along.TERRACE:
            outer = np.maximum.reduce([zone.inside for zone in special]) if special else np.full(depth.shape, -FAR)
            inside = depth + outer
    return Field(name=bed.name, kind=ZoneKind.BED, surface=bed.surface, inside=np.minimum(inside, -built))


def _islands(
    island: Island, site: Site, *, rng: Rng, built: Floats, islands: list[tuple[float, float]]
) -> list[Field]:
    x, z = site.grid.centres()
    found = []
    reach = max(island.long, island.wide)
    for _ in range(island.count):
        room = np.minimum(np.minimum(site.edge, -built), 6.0)
        for px, pz in islands:
            room = np.minimum(room, np.hypot(x - px, z - pz) - reach * 1.6)
        room = np.where(site.ground & (z > 2.2), room + 0.35 * rng.random(room.shape), -1.0)
        if room.max() < reach * 0.75:
            break
        row, column = np.unravel_index(int(room.argmax()), room.shape)
        px, pz = float(x[row, column]), float(z[row, column])
        turn = rng.uniform(0, np.pi)
        u = (x - px) * np.cos(turn) + (z - pz) * np.sin(turn)
        v = (z - pz) * np.cos(turn) - (x - px) * np.sin(turn)
        oval = (1 - np.hypot(u / island.long, v / island.wide)) * min(island.long, island.wide)
        inside = np.minimum(oval + 0.05 * site.grid.noise(rng, scale=0.5), -built)
        found.append(Field(name="island", kind=ZoneKind.ISLAND, surface=island.surface, inside=inside))
        islands.append((px, pz))
    return found


def _creek(creek: Creek, site: Site, *, rng: Rng, built: Floats) -> Field:
    x, z = site.grid.centres()
    left, right = np.percentile(x[site.ground], [2, 98])
    near, far = np.percentile(z[site.ground], [12, 90])
    shares = rng.uniform(0.15, 0.85, 4)
    knots = np.stack([np.linspace(left - 1, right + 1, 4), near + (far - near) * shares], 1)
    distance = site.grid.distance_to(smooth_line(knots))
    inside = creek.width / 2 + 0.09 * site.grid.noise(rng, scale=0.7) - distance
    return Field(name="creek", kind=ZoneKind.BED, surface=creek.surface, inside=np.minimum(inside, -built))


def _terrace(style: Style, site: Site, *, places: dict[Place, tuple[Frame, Floats]]) -> list[Field]:
    """A paved place in front of the house, turned with it."""
    frame = fit_terrace(site)
    inside = beside_house(site) if frame is None else frame.inside(site)
    if not ((inside > 0) & site.ground).any():
        return []
    if frame is not None:
        places[Place.TERRACE] = (frame, inside)
    return [Field(name="terrace", kind=ZoneKind.TERRACE, surface=style.terrace, inside=inside, angle=site.angle)]


def _pool(style: Style, site: Site, *, places: dict[Place, tuple[Frame, Floats]]) -> list[Field]:
    """A pool with coping and a paved surround where it fits, else a terrace."""
    basin = fit_pool(style.pool, site)
    if basin is None:
        return _terrace(style, site, places=places)
    water = water_inside(style.pool, basin, site)
    deck = deck_of(basin)
    # Rounded pools have rounded decks: the paving follows the water and squares up where one lies down.
    paved = np.maximum(np.minimum(deck.inside(site), water + 2.6), water + 1.0)
    places[Place.POOLSIDE] = (deck, np.minimum(paved, -water - COPING))
    stone = replace(style.terrace, material=style.pool.coping, edge="", edge_width=0.0)
    return [
        Field(name="terrace", kind=ZoneKind.TERRACE, surface=style.terrace, inside=paved, angle=basin.angle),
        Field(name="coping", kind=ZoneKind.TERRACE, surface=stone, inside=water + COPING, angle=basin.angle),
        Field(name="pool", kind=ZoneKind.POOL, surface=Surface(material="water"), inside=water, angle=basin.angle),
    ]
