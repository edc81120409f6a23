"""Shrubs: clipped balls and hedges, loose mounds with flowers, hydrangeas, columns."""

import numpy as np

from yarda.garden.flora.foliage import diamonds, flowers, leaves, roses
from yarda.garden.flora.mesh import Mesh, Part, Parts, Rng, blend, linear, merge, on_sphere, ripple, unit, varied
from yarda.garden.flora.solids import berries, box, sphere, tube
from yarda.garden.shapes import Floats

FRESH = "#8fb04a"


def _leafed(rng: Rng, points: Floats, outward: Floats, *, leaf: float, colours: Floats, shape: float) -> Mesh:
    count = len(points)
    direction = unit(outward * 0.7 + rng.normal(size=(count, 3)) * 0.6 + np.array([0, 0, 0.22]))
    length = leaf * rng.uniform(0.8, 1.25, count)
    return leaves(
        points,
        direction,
        side=rng.normal(size=(count, 3)),
        length=length,
        width=length * shape,
        colours=colours,
    )


def clipped_ball(
    rng: Rng,
    *,
    radius: float,
    height: float,
    colour: str,
    leaf: float = 0.032,
    squareness: float = 2.3,
    lumps: float = 0.05,
    leaf_count: int = 6500,
    fresh: str = FRESH,
    flower: str = "",
    flower_count: int = 0,
    flower_size: float = 0.03,
) -> Parts:
    """A dense shrub sheared to a superellipsoid around a dark core, perhaps dotted with flowers."""
    out = on_sphere(rng, leaf_count)
    reach = (np.abs(out) ** squareness).sum(1) ** (-1 / squareness)
    depth = rng.uniform(0.78**3, 1.0, leaf_count) ** (1 / 3)
    size = np.array([radius, radius, height / 2])
    outward = unit(np.sign(out) * np.abs(out * reach[:, None]) ** (squareness - 1) / size + 1e-9)
    points = out * (reach * depth)[:, None] * size
    points += outward * (lumps * radius * ripple(rng, points / radius, frequency=0.8, octaves=3))[:, None]
    points[:, 2] += height / 2
    kept = points[:, 2] > 0.02
    points, outward, depth = points[kept], outward[kept], (depth[kept] - 0.78) / 0.22
    count = len(points)
    shades = varied(rng, linear(colour), count=count, value=0.2, hue=0.05) * (0.45 + 0.55 * depth)[:, None]
    shades = blend(shades, linear(fresh), (rng.random(count) < 0.25) * depth * 0.7)
    core = sphere(size * (0.74, 0.74, 0.74), at=(0, 0, height / 2), colour=linear(colour) * 0.3)
    sheet = _leafed(rng, points, outward, leaf=leaf, colours=shades, shape=0.62)
    parts: Parts = {Part.LEAF: sheet, Part.SOLID: core}
    if flower_count:
        chosen = rng.choice(np.flatnonzero((depth > 0.6) & (points[:, 2] > height * 0.25)), flower_count)
        where = points[chosen] + outward[chosen] * 0.025
        parts[Part.FLOWER] = flowers(rng, where, outward[chosen], size=flower_size, colour=flower)
    return parts


def hedge(
    rng: Rng,
    *,
    length: float,
    width: float,
    height: float,
    colour: str,
    leaf: float = 0.034,
    leaf_count: int = 7000,
) -> Parts:
    """A clipped length of hedge along x."""
    size = np.array([length, width, height])
    share = np.array([width * height, length * height, length * width])
    axis = rng.choice(3, leaf_count, p=share / share.sum())
    sign = rng.choice([-1.0, 1.0], leaf_count)
    place = rng.uniform(-1, 1, (leaf_count, 3))
    every = np.arange(leaf_count)
    place[every, axis] = sign * rng.uniform(0.9, 1.0, leaf_count)
    outward = np.zeros((leaf_count, 3))
    outward[every, axis] = sign
    points = place * size / 2 + np.array([0, 0, height / 2])
    points += outward * (0.02 * ripple(rng, points, frequency=1.3, octaves=3))[:, None]
    kept = points[:, 2] > 0.02
    points, outward = points[kept], outward[kept]
    shades = varied(rng, linear(colour), count=len(points), value=0.2, hue=0.05)
    shades = blend(shades, linear(FRESH), (rng.random(len(points)) < 0.25) * 0.6)
    core = box((0, 0, height / 2), size * (0.88, 0.85, 0.9), colour=linear(colour) * 0.2)
    return {Part.LEAF: _leafed(rng, points, outward, leaf=leaf, colours=shades, shape=0.62), Part.SOLID: core}


def mound(
    rng: Rng,
    *,
    radius: float,
    height: float,
    colour: str,
    fresh: str,
    leaf: float,
    leaf_shape: float = 0.5,
    leaf_count: int = 2800,
    openness: float = 0.35,
    flower: str = "",
    flower_count: int = 0,
    flower_size: float = 0.04,
    bloom: str = "open",
    fruit: str = "",
    fruit_count: int = 0,
    fruit_size: float = 0.01,
) -> Parts:
    """A loose shrub of overlapping lobes, with open or double flowers and fruit on the outside."""
    lobes = on_sphere(rng, 9) * np.array([radius * 0.5, radius * 0.5, height * 0.22])
    lobes = lobes + np.array([0, 0, height * 0.55])
    sizes = rng.uniform(0.42, 0.6, 9) * radius
    of = rng.integers(0, 9, leaf_count)
    out = on_sphere(rng, leaf_count)
    reach = rng.uniform(openness, 1, leaf_count) ** 0.5
    squash = np.array([1, 1, 0.85 * height / (2 * radius) + 0.35])
    points = lobes[of] + out * (sizes[of] * reach)[:, None] * squash
    points[:, 2] = np.maximum(points[:, 2], 0.03 + 0.08 * rng.random(leaf_count))
    heart = np.array([0, 0, height * 0.45])
    depth = np.linalg.norm((points - heart) / np.array([radius, radius, height * 0.55]), axis=1).clip(0, 1)
    shades = varied(rng, linear(colour), count=leaf_count, value=0.2) * (0.35 + 0.65 * depth**1.3)[:, None]
    young = varied(rng, linear(fresh), count=leaf_count, value=0.1, hue=0.04)
    shades = blend(shades, young, (rng.random(leaf_count) < 0.3) * 0.7 * depth)
    parts: Parts = {Part.LEAF: _leafed(rng, points, out, leaf=leaf, colours=shades, shape=leaf_shape)}
    parts[Part.SOLID] = _stems(lobes)
    if flower_count:
        outside = np.flatnonzero((depth > 0.72) & (points[:, 2] > height * 0.3))
        chosen = rng.choice(outside, min(flower_count, len(outside)), replace=False)
        facing = unit(points[chosen] - heart + np.array([0, 0, 0.15]))
        draw = roses if bloom == "double" else flowers
        size = flower_size * rng.uniform(0.75, 1.15, len(chosen))
        parts[Part.FLOWER] = draw(rng, points[chosen] + facing * 0.03, facing, size=size, colour=flower)
    if fruit_count:
        chosen = rng.choice(np.flatnonzero(depth > 0.7), fruit_count)
        parts[Part.FRUIT] = berries(rng, points[chosen] + out[chosen] * fruit_size, size=fruit_size, colour=fruit)
    return parts


def _stems(lobes: Floats) -> Mesh:
    paths = (np.array([lobe * 0, lobe * 0.5, lobe]) for lobe in lobes)
    bark = linear("#6b5644")
    return merge(tube(path, np.array([0.014, 0.01, 0.006]), colour=bark, sides=5) for path in paths)


def hydrangea(rng: Rng, *, radius: float, height: float, flower: str, heads: int = 18) -> Parts:
    """A broad-leaved mound under round heads of small flowers."""
    parts = mound(
        rng,
        radius=radius,
        height=height,
        colour="#4d7a35",
        fresh="#7fa850",
        leaf=0.1,
        leaf_shape=0.62,
        leaf_count=1500,
    )
    out = on_sphere(rng, heads)
    out[:, 2] = np.abs(out[:, 2]) * 0.8 + 0.15
    centres = np.array([0, 0, height * 0.45]) + unit(out) * np.array([radius, radius, height * 0.6])
    per_head = 110
    facing = on_sphere(rng, heads * per_head)
    size = np.repeat(0.085 * rng.uniform(0.8, 1.2, heads), per_head)
    places = np.repeat(centres, per_head, 0) + facing * size[:, None] * np.array([1, 1, 0.8])
    shades = np.repeat(varied(rng, linear(flower), count=heads, value=0.1, hue=0.08), per_head, 0)
    shades = np.clip(shades * np.exp(rng.normal(0, 0.1, (len(shades), 1))), 0, 0.95)
    across = unit(np.cross(facing, rng.normal(size=facing.shape)))
    up = np.cross(facing, across)
    petals = []
    for turn in np.arange(4) * np.pi / 2:
        ahead = unit(across * np.cos(turn) + up * np.sin(turn) + facing * 0.2)
        side = np.cross(ahead, facing)
        petals.append(diamonds(places, ahead, side=side, length=0.018, width=0.018, colours=shades))
    return {**parts, Part.FLOWER: merge(petals)}


def upright_column(rng: Rng, *, radius: float, height: float, colour: str, leaf_count: int = 9000) -> Parts:
    """A narrow conifer such as an Italian cypress."""
    level = rng.random(leaf_count) ** 0.9
    girth = np.clip(np.minimum(1, level * 9) ** 0.5 * (1 - level) ** 0.55 * 1.35, 0, 1)
    angle = rng.uniform(0, 2 * np.pi, leaf_count)
    depth = np.sqrt(rng.uniform(0.55, 1, leaf_count))
    lumps = 1 + 0.14 * np.sin(angle * 3 + level * 9) + 0.1 * np.sin(angle * 5 - level * 17)
    reach = girth * radius * depth * lumps
    points = np.stack([reach * np.cos(angle), reach * np.sin(angle), 0.06 + level * (height - 0.1)], 1)
    upward = np.stack([np.cos(angle) * 0.45, np.sin(angle) * 0.45, np.ones(leaf_count)], 1)
    direction = unit(upward + rng.normal(size=(leaf_count, 3)) * 0.3)
    shade = 0.4 + 0.6 * ((depth - 0.74) / 0.26).clip(0, 1)
    sheet = leaves(
        points,
        direction,
        side=rng.normal(size=(leaf_count, 3)),
        length=0.10 * rng.uniform(0.7, 1.2, leaf_count),
        width=0.038,
        colours=varied(rng, linear(colour), count=leaf_count, value=0.22, hue=0.05) * shade[:, None],
        fold=0.2,
        curl=0.0,
    )
    trunk = tube(np.array([[0, 0, 0], [0, 0, height * 0.3]]), np.array([0.05, 0.04]), colour=linear("#5a4636"))
    core = sphere(
        (radius * 0.6, radius * 0.6, height * 0.44), at=(0, 0, height * 0.46), colour=linear(colour) * 0.2
    )
    return {Part.LEAF: sheet, Part.SOLID: merge([trunk, core])}
