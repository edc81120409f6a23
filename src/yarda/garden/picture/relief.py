"""Small things on the ground near the camera: blades, pebbles and chips, faded out with distance."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from yarda.garden.design.site import CELL, Grid, Site
from yarda.garden.flora.foliage import blades, diamonds
from yarda.garden.flora.mesh import LEAF_GAIN, Mesh, Part, Parts, Rng, linear, merge, unit
from yarda.garden.flora.solids import sphere
from yarda.garden.materials import PAD, Relief, get_material, get_texture
from yarda.garden.model import Garden, ZoneKind
from yarda.garden.shapes import Floats

PATCH = 0.36
PIECES = 3
"""A patch is laid in so many pieces each way where a border runs through it."""
KINDS = 3
THINNEST = 3
"""Each step of thinning halves what lies on a patch."""
REACH = {Relief.GRASS: 11.0, Relief.PEBBLES: 7.0, Relief.COBBLES: 9.0, Relief.CHIPS: 8.0}
FULL = 0.35
"""The share of the reach within which nothing is thinned."""
BRIGHTNESS = {Relief.GRASS: 2.1, Relief.PEBBLES: 1.08, Relief.COBBLES: 1.1, Relief.CHIPS: 1.6}
"""How bright relief is made over its material, so that with its own shade it looks as bright; measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One of the few meshes that patches share: the least of what is laid, and how thin and how large."""

    material: str
    kind: int
    thin: int
    size: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """A square of relief of a material, set at a place on the ground."""

    shape: Shape
    x: float
    z: float
    turn: float
    rise: float
    """How much of its full height it has."""


def patch_parts(shape: Shape) -> Parts:
    """The mesh of a patch; the same shape always gives the same."""
    rng = np.random.default_rng([*shape.material.encode(), shape.kind, shape.thin, round(shape.size * 100)])
    area = shape.size**2 / 2**shape.thin

    def count(density: float) -> int:
        return max(1, round(density * area))

    match get_material(shape.material).relief:
        case Relief.GRASS:
            return {Part.LEAF: _as_bright(_grass(rng, shape, count=count(3400)), shape, gain=1 / LEAF_GAIN)}
        case Relief.CHIPS:
            return {Part.FLESH: _as_bright(_chips(rng, shape, count=count(2300)), shape)}
        case Relief.COBBLES:
            return {Part.SOLID: _as_bright(_pebbles(rng, shape, size=0.042, count=count(355)), shape)}
        case _:
            return {Part.SOLID: _as_bright(_pebbles(rng, shape, size=0.0105, count=count(3240)), shape)}


def place_patches(garden: Garden, site: Site, fields: tuple[Floats, ...]) -> Iterator[Patch]:
    """Patches over every zone with relief, never under a later zone; thinner and lower with distance."""
    rng = np.random.default_rng([garden.seed, 77])
    for number, zone in enumerate(garden.zones):
        if zone.kind in (ZoneKind.KEPT, ZoneKind.POOL):
            continue
        relief = get_material(zone.material).relief
        if relief is Relief.NONE:
            continue
        clear = np.minimum.reduce([fields[number], *(-later for later in fields[number + 1 :])])
        clear = np.minimum(clear, site.edge)
        yield from _lay(zone.material, site, clear, reach=REACH[relief], rng=rng)


def _lay(material: str, site: Site, clear: Floats, *, reach: float, rng: Rng) -> Iterator[Patch]:
    grid = site.grid
    right = grid.left + grid.columns * CELL
    far = min(grid.near + grid.rows * CELL, reach)
    whole = _centres(grid.left, right, grid.near, far, step=PATCH)
    room = _sampled(grid, clear, whole)
    split = whole[(room <= PATCH * 0.52) & (room > -PATCH * 0.5)]
    step = PATCH / PIECES
    shifts = (np.array([(i, j) for i in range(PIECES) for j in range(PIECES)]) - (PIECES - 1) / 2) * step
    pieces = (split[:, None] + shifts[None]).reshape(-1, 2)
    pieces = pieces[_sampled(grid, clear, pieces) > step * 0.45]
    for places, size in ((whole[room > PATCH * 0.52], PATCH), (pieces, step)):
        u, _ = site.camera.to_photo(places[:, 0], places[:, 1])
        draws = rng.random((len(places), 3))
        kinds = rng.integers(KINDS, size=len(places))
        fade = np.clip((reach - places[:, 1]) / (reach * (1 - FULL)), 0, 1)
        halvings = -np.log2(np.maximum(fade, 1e-3))
        thin = np.floor(halvings + draws[:, 0]).astype(int)
        shown = (thin <= THINNEST) & (u > -80) & (u < site.camera.width_px + 80)
        for i in np.flatnonzero(shown):
            yield Patch(
                shape=Shape(material=material, kind=int(kinds[i]), thin=int(thin[i]), size=size),
                x=float(places[i, 0]),
                z=float(places[i, 1]),
                turn=float(draws[i, 1] * 360),
                rise=float((0.3 + 0.7 * fade[i]) * (0.8 + 0.4 * draws[i, 2])),
            )


def _sampled(grid: Grid, field: Floats, places: Floats) -> Floats:
    if not len(places):
        return np.zeros(0)
    some = np.array_split(places, 1 + len(places) // 8192)  # OpenCV takes no longer columns than 32767
    return np.concatenate([grid.sample(field, *part.T) for part in some])


def _centres(left: float, right: float, near: float, far: float, *, step: float) -> Floats:
    x, z = np.meshgrid(np.arange(left, right, step), np.arange(near, max(far, near), step))
    return np.stack([x.ravel(), z.ravel()], 1)


def _as_bright(mesh: Mesh, shape: Shape, *, gain: float = 1.0) -> Mesh:
    """The mesh in the mean colour of the material's tile."""
    if not len(mesh.faces):
        return mesh
    corners = mesh.vertices[mesh.faces]
    areas = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    mean = np.average(mesh.colours[mesh.faces].mean(1), axis=0, weights=areas + 1e-12)
    wanted = get_texture(shape.material).levels[-1][PAD:-PAD, PAD:-PAD].mean((0, 1))
    factor = wanted / np.maximum(mean, 1e-3) * BRIGHTNESS[get_material(shape.material).relief] * gain
    return Mesh(vertices=mesh.vertices, faces=mesh.faces, colours=np.clip(mesh.colours * factor, 0.002, 0.95))


def _scattered(rng: Rng, count: int, *, size: float) -> Floats:
    return np.c_[rng.uniform(-size / 2, size / 2, (count, 2)), np.zeros(count)]


def _grass(rng: Rng, kind: Shape, *, count: int) -> Mesh:
    shape = get_material(kind.material).shape
    turn, lean = rng.uniform(0, 2 * np.pi, count), np.abs(rng.normal(0, 0.45, count))
    ahead = np.stack([np.sin(lean) * np.cos(turn), np.sin(lean) * np.sin(turn), np.cos(lean)], -1)
    mix = rng.random((count, 1)) ** 1.2
    tips = linear(shape["blade"]) * (1 - mix) + linear(shape["tip"]) * mix
    tips = tips * np.exp(rng.normal(0, 0.2, (count, 1)))
    tips[rng.random(count) < 0.05] = linear("#b3a468")
    length = rng.uniform(0.022, 0.05, count)
    return blades(
        _scattered(rng, count, size=kind.size),
        ahead,
        length=length,
        width=0.0052,
        droop=0.5,
        colours=tips * 0.7,
        tips=tips,
        segments=2,
    )


def _chips(rng: Rng, kind: Shape, *, count: int) -> Mesh:
    base = _scattered(rng, count, size=kind.size) + np.array([0, 0, 1]) * rng.uniform(0, 0.022, (count, 1))
    palette = np.array([linear(colour) for colour in get_material(kind.material).shape["colours"]])
    colours = palette[rng.integers(0, len(palette), count)] * np.exp(rng.normal(0, 0.2, (count, 1)))
    return diamonds(
        base,
        unit(rng.normal(size=(count, 3)) * np.array([1, 1, 0.25])),
        side=rng.normal(size=(count, 3)) * np.array([1, 1, 0.3]),
        length=rng.uniform(0.03, 0.07, count),
        width=rng.uniform(0.01, 0.022, count),
        colours=colours,
    )


def _pebbles(rng: Rng, kind: Shape, *, size: float, count: int) -> Mesh:
    texture = get_texture(kind.material).levels[2][2:-2, 2:-2].reshape(-1, 3).astype(float)
    mean = texture.mean(0)
    stones = []
    for x, y, _ in _scattered(rng, count, size=kind.size):
        measure = size * np.exp(rng.normal(0, 0.35)) * np.array([1, rng.uniform(0.6, 1), rng.uniform(0.5, 0.8)])
        colour = texture[rng.integers(len(texture))] * 0.35 + mean * 0.85
        stones.append(
            sphere(measure.tolist(), at=(x, y, measure[2] * 0.35), colour=np.clip(colour, 0.02, 0.8), level=1)
        )
    return merge(stones)
