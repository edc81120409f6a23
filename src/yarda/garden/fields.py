"""The zones of a garden as signed-distance fields over the site: positive inside, in metres."""

from dataclasses import dataclass, replace

import numpy as np

from yarda.garden.flora.mesh import Rng
from yarda.garden.model import Zone, ZoneKind
from yarda.garden.shapes import Floats
from yarda.garden.site import FAR, Site
from yarda.garden.styles import Along, Bed, Course, Creek, Island, Style, Surface

PATH_AREAS = ("front_yard", "walkway", "backyard")
WALKWAY_WIDER = 1.3
TERRACE_DEPTH, TERRACE_HALF_WIDTH = 3.4, 2.6
POOL_HALF = (2.9, 1.5)
COPING = 0.35
DECK = 1.1
CLEAR_OF_PATH = 0.06


@dataclass(frozen=True, slots=True, kw_only=True)
class PathLine:
    """The middle of the way as points (n, 2), its width, and every cell's distance to it."""

    points: Floats
    width: float
    distance: Floats


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
        if name == "ground":
            covered = [zone.inside for zone in self.zones_in_order if zone.kind is not ZoneKind.GROUND]
            return np.minimum.reduce([free, *(-inside for inside in covered)])
        named = [zone.inside for zone in self.zones_in_order if zone.name == name]
        return np.minimum(free, np.maximum.reduce(named)) if named else np.full(free.shape, -FAR)


def design_fields(style: Style, site: Site, *, area: str, rng: Rng, preservation: float) -> Fields:
    """Lay the zones of a style out on the site."""
    path = _path(style, site, area=area, rng=rng) if area in PATH_AREAS else None
    built = np.full(site.edge.shape, -FAR)
    if path is not None:
        built = path.width / 2 + CLEAR_OF_PATH - path.distance
    special = _terrace(style, site) if area == "patio" else _pool(style, site) if area == "pool_area" else []
    for zone in special:
        built = np.maximum(built, zone.inside)
    deep = 1.35 - 0.7 * preservation
    zones = [Field(name="ground", kind=ZoneKind.GROUND, surface=style.ground, inside=np.full(built.shape, FAR))]
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
    return Fields(site=site, zones_in_order=tuple(zones), path=path, built=built, islands=tuple(islands))


def _path(style: Style, site: Site, *, area: str, rng: Rng) -> PathLine | None:
    """From the middle of the near ground to the middle of the house side."""
    x, z = site.grid.centres()
    near = site.ground & (z < np.percentile(z[site.ground], 8))
    start = np.array([float(np.median(x[near])), float(z[site.ground].min()) - 0.4])
    middle = float(np.median(site.back_line[:, 0]))
    end = site.back_line[np.argmin(np.abs(site.back_line[:, 0] - middle))]
    if np.linalg.norm(end - start) < 2.0:
        return None
    along = end - start
    across = np.array([along[1], -along[0]]) / np.linalg.norm(along)
    bow = {Course.STRAIGHT: (0.0, 0.0), Course.CURVED: (0.1, 0.1), Course.WINDING: (0.16, -0.13)}[
        style.path.course
    ]
    side = 1.0 if rng.random() < 0.5 else -1.0
    reach = min(float(np.linalg.norm(along)), 8.0)
    knots = [
        start,
        start + along * 0.35 + across * bow[0] * reach * side,
        start + along * 0.7 + across * bow[1] * reach * side,
        end,
    ]
    points = _smooth(np.array(knots))
    width = style.path.width * (WALKWAY_WIDER if area == "walkway" else 1.0)
    return PathLine(points=points, width=width, distance=site.grid.distance_to(points))


def _smooth(knots: Floats, *, per_span: int = 90) -> Floats:
    """A Catmull-Rom curve through the knots."""
    padded = np.concatenate([[2 * knots[0] - knots[1]], knots, [2 * knots[-1] - knots[-2]]])
    t = np.linspace(0, 1, per_span, endpoint=False)[:, None]
    spans = []
    for p0, p1, p2, p3 in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        spans.append(
            0.5
            * (
                2 * p1
                + (p2 - p0) * t
                + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
                + (-p0 + 3 * p1 - 3 * p2 + p3) * t**3
            )
        )
    return np.concatenate([*spans, knots[-1:]])


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
    distance = site.grid.distance_to(_smooth(knots))
    inside = creek.width / 2 + 0.09 * site.grid.noise(rng, scale=0.7) - distance
    return Field(name="creek", kind=ZoneKind.BED, surface=creek.surface, inside=np.minimum(inside, -built))


def _terrace(style: Style, site: Site) -> list[Field]:
    """A paved place in front of the house, turned with it."""
    x, _ = site.grid.centres()
    cx = float(np.median(site.back_line[:, 0]))
    inside = np.minimum(TERRACE_DEPTH - site.house, TERRACE_HALF_WIDTH - np.abs(x - cx))
    if not ((inside > 0) & site.ground).any():
        return []
    return [Field(name="terrace", kind=ZoneKind.TERRACE, surface=style.terrace, inside=inside, angle=site.angle)]


def _pool(style: Style, site: Site) -> list[Field]:
    """A rectangular pool with coping and a paved surround where it fits, else a terrace."""
    x, z = site.grid.centres()
    room = np.where(site.ground & (z > 3.0), site.edge, 0.0)
    row, column = np.unravel_index(int(room.argmax()), room.shape)
    cx, cz = float(x[row, column]), float(z[row, column])
    half = np.array(POOL_HALF)
    u = (x - cx) * np.cos(site.angle) + (z - cz) * np.sin(site.angle)
    v = (z - cz) * np.cos(site.angle) - (x - cx) * np.sin(site.angle)
    for scale in (1.0, 0.85, 0.7, 0.55):
        basin = np.minimum(half[0] * scale - np.abs(u), half[1] * scale - np.abs(v))
        outline = basin > -COPING
        if (site.edge[outline] > 0.1).mean() > 0.97 and half[1] * scale > 0.75:
            surround = Field(
                name="terrace", kind=ZoneKind.TERRACE, surface=style.terrace, inside=basin + DECK, angle=site.angle
            )
            stone = replace(style.terrace, material="limestone", edge="", edge_width=0.0)
            coping = replace(surround, name="coping", surface=stone, inside=basin + COPING)
            water = Field(
                name="pool", kind=ZoneKind.POOL, surface=Surface(material="water"), inside=basin, angle=site.angle
            )
            return [surround, coping, water]
    return _terrace(style, site)
