"""Small things on the ground near the camera: blades, pebbles and chips, faded out with distance."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from yarda.garden.flora.foliage import blades, diamonds
from yarda.garden.flora.mesh import Mesh, Part, Parts, Rng, linear, merge, unit
from yarda.garden.flora.solids import sphere
from yarda.garden.materials import Relief, get_material, get_texture
from yarda.garden.model import Garden, ZoneKind
from yarda.garden.shapes import Floats
from yarda.garden.site import Site

PATCH = 0.36
KINDS = 3
REACH = {Relief.GRASS: 10.0, Relief.PEBBLES: 5.5, Relief.COBBLES: 9.0, Relief.CHIPS: 6.5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """A square of relief of a material, set at a place on the ground."""

    material: str
    kind: int
    x: float
    z: float
    turn: float
    rise: float = 1.0
    """How much of its full height it has."""


def patch_parts(material: str, kind: int) -> Parts:
    """The mesh of one patch; the same material and kind always give the same."""
    rng = np.random.default_rng([*material.encode(), kind])
    match get_material(material).relief:
        case Relief.GRASS:
            return {Part.LEAF: _grass(rng, material)}
        case Relief.CHIPS:
            return {Part.FLESH: _chips(rng, material)}
        case Relief.COBBLES:
            return {Part.SOLID: _pebbles(rng, material, size=0.042, count=46)}
        case _:
            return {Part.SOLID: _pebbles(rng, material, size=0.0105, count=420)}


def place_patches(garden: Garden, site: Site, fields: tuple[Floats, ...]) -> Iterator[Patch]:
    """Patches over every zone with relief, thinner with distance, never under a later zone or over its border."""
    rng = np.random.default_rng([garden.seed, 77])
    camera = site.camera
    for number, zone in enumerate(garden.zones):
        if zone.kind in (ZoneKind.KEPT, ZoneKind.POOL):
            continue
        relief = get_material(zone.material).relief
        if relief is Relief.NONE:
            continue
        clear = np.minimum.reduce([fields[number], *(-later for later in fields[number + 1 :])])
        clear = np.minimum(clear, site.edge)
        reach = REACH[relief]
        for x in np.arange(site.grid.left, site.grid.left + site.grid.columns * 0.05, PATCH):
            for z in np.arange(site.grid.near, min(site.grid.near + site.grid.rows * 0.05, reach), PATCH):
                fade = np.clip((reach - z) / (reach * 0.45), 0, 1)
                u, _ = camera.to_photo(np.array(x), np.array(z))
                if rng.random() > fade or not -80 < float(u) < camera.width_px + 80:
                    continue
                if site.grid.at(clear, float(x), float(z)) > PATCH * 0.52:
                    yield Patch(
                        material=zone.material,
                        kind=int(rng.integers(KINDS)),
                        x=float(x),
                        z=float(z),
                        turn=float(rng.integers(4) * 90),
                    )


def _scattered(rng: Rng, count: int) -> Floats:
    return np.c_[rng.uniform(-PATCH / 2, PATCH / 2, (count, 2)), np.zeros(count)]


def _grass(rng: Rng, material: str) -> Mesh:
    count = int(5200 * PATCH**2)
    shape = get_material(material).shape
    turn, lean = rng.uniform(0, 2 * np.pi, count), np.abs(rng.normal(0, 0.45, count))
    ahead = np.stack([np.sin(lean) * np.cos(turn), np.sin(lean) * np.sin(turn), np.cos(lean)], -1)
    mix = rng.random((count, 1)) ** 1.2
    tips = linear(shape["blade"]) * (1 - mix) + linear(shape["tip"]) * mix
    tips = tips * np.exp(rng.normal(0, 0.2, (count, 1)))
    tips[rng.random(count) < 0.05] = linear("#b3a468")
    length = rng.uniform(0.022, 0.05, count)
    return blades(
        _scattered(rng, count),
        ahead,
        length=length,
        width=0.0052,
        droop=0.5,
        colours=tips * 0.7,
        tips=tips,
        segments=2,
    )


def _chips(rng: Rng, material: str) -> Mesh:
    count = int(2800 * PATCH**2)
    base = _scattered(rng, count) + np.array([0, 0, 1]) * rng.uniform(0, 0.022, (count, 1))
    palette = np.array([linear(colour) for colour in get_material(material).shape["colours"]])
    colours = palette[rng.integers(0, len(palette), count)] * np.exp(rng.normal(0, 0.2, (count, 1)))
    return diamonds(
        base,
        unit(rng.normal(size=(count, 3)) * np.array([1, 1, 0.25])),
        side=rng.normal(size=(count, 3)) * np.array([1, 1, 0.3]),
        length=rng.uniform(0.03, 0.07, count),
        width=rng.uniform(0.01, 0.022, count),
        colours=colours,
    )


def _pebbles(rng: Rng, material: str, *, size: float, count: int) -> Mesh:
    texture = get_texture(material).levels[2][2:-2, 2:-2].reshape(-1, 3).astype(float)
    mean = texture.mean(0)
    stones = []
    for x, y, _ in _scattered(rng, count):
        measure = size * np.exp(rng.normal(0, 0.35)) * np.array([1, rng.uniform(0.6, 1), rng.uniform(0.5, 0.8)])
        colour = texture[rng.integers(len(texture))] * 0.35 + mean * 0.85
        stones.append(
            sphere(measure.tolist(), at=(x, y, measure[2] * 0.35), colour=np.clip(colour, 0.02, 0.8), level=1)
        )
    return merge(stones)
