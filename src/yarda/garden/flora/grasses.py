"""Grasses and flowering perennials: tussocks, lavenders, spires, poppies, ground covers."""

import numpy as np

from yarda.garden.flora.foliage import arc, blades, column, diamonds, flowers, leaves
from yarda.garden.flora.mesh import (
    Mesh,
    Part,
    Parts,
    Rng,
    around,
    blend,
    leaning,
    linear,
    merge,
    on_sphere,
    sideways,
    unit,
    varied,
)
from yarda.garden.shapes import Floats


def tussock(
    rng: Rng,
    *,
    radius: float,
    height: float,
    colour: str,
    tip: str,
    blade_count: int = 800,
    droop: float = 0.55,
    width: float = 0.008,
    spread: float = 0.75,
    plumes: int = 0,
    plume_colour: str = "#bfa878",
) -> Parts:
    """A clump of arching blades, perhaps with feathery plumes above."""
    angle = rng.uniform(0, 2 * np.pi, blade_count)
    base = around(angle, radius * 0.22 * np.sqrt(rng.random(blade_count)))
    tilt = np.abs(rng.normal(0, spread * 0.5, blade_count)) + 0.05
    sheet = blades(
        base,
        leaning(angle + rng.normal(0, 0.5, blade_count), tilt),
        length=height * rng.uniform(0.55, 1.15, blade_count) * (1 + 0.25 * tilt),
        width=width * rng.uniform(0.7, 1.3, blade_count),
        droop=droop * rng.uniform(0.5, 1.4, blade_count) * (0.4 + tilt),
        colours=varied(rng, linear(colour), count=blade_count, value=0.2, hue=0.07) * 0.75,
        tips=varied(rng, linear(tip), count=blade_count, value=0.15, hue=0.05),
        segments=6,
        taper=1.2,
        twist=rng.uniform(-1.2, 1.2, blade_count),
    )
    if not plumes:
        return {Part.LEAF: sheet}
    plume = _plumes(rng, radius=radius, height=height, count=plumes, colour=plume_colour)
    return {Part.LEAF: sheet, Part.FLOWER: plume}


def _plumes(rng: Rng, *, radius: float, height: float, count: int, colour: str) -> Mesh:
    direction = leaning(rng.uniform(0, 2 * np.pi, count), np.abs(rng.normal(0, 0.2, count)))
    base = around(rng.uniform(0, 2 * np.pi, count), radius * 0.15 * rng.random(count))
    length = height * rng.uniform(1.2, 1.55, count)
    shade = varied(rng, linear(colour), count=count)
    stems = blades(
        base,
        direction,
        length=length,
        width=0.005,
        droop=0.1,
        colours=varied(rng, linear("#9a9a5a"), count=count),
        tips=shade,
        segments=4,
    )
    bristles = 70
    share = rng.uniform(0.70, 1, (count, bristles))
    long = np.repeat(column(length, count), bristles, 0)
    along = np.repeat(direction, bristles, 0)
    bend = np.full_like(long, 0.1)
    where = arc(np.repeat(base, bristles, 0), along, length=long, droop=bend, share=share.reshape(-1, 1))
    total = count * bristles
    fat = (np.sin(np.clip((share - 0.7) / 0.3, 0, 1) * np.pi) * 0.7 + 0.3).ravel()
    heads = diamonds(
        where,
        unit(along * 1.5 + rng.normal(size=(total, 3)) * 0.42),
        side=rng.normal(size=(total, 3)),
        length=0.065 * fat + 0.02,
        width=0.009,
        colours=varied(rng, linear(colour), count=total, value=0.15, hue=0.04),
    )
    return merge([stems, heads])


def lavender(
    rng: Rng,
    *,
    radius: float,
    height: float,
    flower: str,
    colour: str = "#8fa08a",
    blade_count: int = 900,
    stems: int = 120,
) -> Parts:
    """A grey mound of narrow leaves under a halo of flower spikes."""
    out = on_sphere(rng, blade_count)
    out[:, 2] = np.abs(out[:, 2])
    depth = rng.uniform(0.3, 1, blade_count)[:, None]
    base = out * depth * np.array([radius * 0.85, radius * 0.85, height * 0.5])
    direction = unit(out * np.array([0.6, 0.6, 1]) + rng.normal(size=out.shape) * 0.3 + np.array([0, 0, 0.5]))
    shades = varied(rng, linear(colour), count=blade_count, value=0.18, hue=0.04) * (0.5 + 0.5 * depth)
    length = rng.uniform(0.08, 0.15, blade_count)
    mound = blades(
        base, direction, length=length, width=0.008, droop=0.15, colours=shades, tips=shades * 1.15, segments=3
    )
    tilt = np.sqrt(rng.random(stems)) * 0.85
    direction = leaning(rng.uniform(0, 2 * np.pi, stems), tilt)
    base = direction * np.array([radius * 0.35, radius * 0.35, 0.1])
    length = (height + 0.12) * rng.uniform(0.85, 1.15, stems) * (1 - 0.12 * tilt)
    green = varied(rng, linear("#7f9478"), count=stems)
    stalks = blades(base, direction, length=length, width=0.004, droop=0.05, colours=green, segments=3)
    per = 26
    long, along = np.repeat(column(length, stems), per, 0), np.repeat(direction, per, 0)
    share = rng.uniform(0.76, 1.0, (stems * per, 1))
    where = arc(np.repeat(base, per, 0), along, length=long, droop=np.full_like(long, 0.05), share=share)
    bloom = diamonds(
        where + rng.normal(0, 0.005, where.shape),
        unit(along * 0.7 + rng.normal(size=where.shape) * 0.6),
        side=rng.normal(size=where.shape),
        length=0.02,
        width=0.013,
        colours=varied(rng, linear(flower), count=len(where), value=0.25, hue=0.08),
    )
    return {Part.LEAF: mound, Part.FLOWER: merge([stalks, bloom])}


def _basal_leaves(rng: Rng, *, radius: float, height: float, leaf: float, colour: str) -> Mesh:
    count = 260
    angle = rng.uniform(0, 2 * np.pi, count)
    reach = radius * np.sqrt(rng.random(count))
    level = rng.random(count) * height * 0.35 * (1 - reach / radius * 0.6) + 0.02
    direction = unit(np.stack([np.cos(angle), np.sin(angle), rng.uniform(0, 1, count)], 1))
    shade = (0.55 + 0.45 * reach / radius)[:, None]
    return leaves(
        around(angle, reach, level),
        direction,
        side=sideways(direction) + rng.normal(size=(count, 3)) * 0.3,
        length=leaf * 2 * rng.uniform(0.7, 1.2, count),
        width=leaf * 0.7,
        colours=varied(rng, linear(colour), count=count, value=0.18, hue=0.05) * shade,
    )


def spires(
    rng: Rng,
    *,
    radius: float,
    height: float,
    flower: str,
    stems: int,
    colour: str = "#5f8a45",
    leaf: float = 0.07,
    bloom: float = 0.5,
    floret: float = 0.035,
) -> Parts:
    """Upright flower spires over basal leaves: delphinium, foxglove, salvia, catmint."""
    mound = _basal_leaves(rng, radius=radius, height=height, leaf=leaf, colour=colour)
    reach = radius * 0.65 * np.sqrt(rng.random(stems))
    angle = rng.uniform(0, 2 * np.pi, stems)
    base = around(angle, reach)
    direction = leaning(angle, 0.12 * reach / radius + rng.normal(0, 0.05, stems))
    length = height * rng.uniform(0.75, 1.1, stems)
    green = varied(rng, linear("#6f8f50"), count=stems)
    stalks = blades(base, direction, length=length, width=0.01, droop=0.02, colours=green, segments=3)
    per = 90
    share = 1 - bloom * rng.random((stems, per))
    taper = (((1 - share) / bloom) ** 0.5 * 0.8 + 0.2).ravel()
    turn = rng.uniform(0, 2 * np.pi, (stems, per))
    out = np.stack([np.cos(turn), np.sin(turn), np.full_like(turn, -0.25)], -1).reshape(-1, 3)
    where = (base[:, None] + direction[:, None] * (length[:, None] * share)[..., None]).reshape(-1, 3)
    heads = leaves(
        where + out * (floret * taper * 0.45)[:, None],
        unit(out),
        side=rng.normal(size=where.shape),
        length=floret * taper,
        width=floret * 0.8 * taper,
        colours=varied(rng, linear(flower), count=stems * per, value=0.2, hue=0.07),
        fold=0.4,
        curl=0.3,
    )
    return {Part.LEAF: mound, Part.FLOWER: merge([stalks, heads])}


def poppies(
    rng: Rng, *, radius: float, height: float, flower: str, colour: str = "#8fae86", flower_count: int = 26
) -> Parts:
    """Cup flowers on thin stems over fine foliage."""
    count = 520
    angle = rng.uniform(0, 2 * np.pi, count)
    base = around(angle, radius * np.sqrt(rng.random(count)), rng.random(count) * 0.05)
    direction = unit(around(angle, 0.5, 1.0) + rng.normal(size=(count, 3)) * 0.4)
    shades = varied(rng, linear(colour), count=count, value=0.2, hue=0.05)
    length = rng.uniform(0.08, 0.17, count)
    fine = blades(base, direction, length=length, width=0.006, droop=0.3, colours=shades, segments=3)
    base = around(rng.uniform(0, 2 * np.pi, flower_count), radius * np.sqrt(rng.random(flower_count)))
    up = unit(np.array([0, 0, 1.0]) + rng.normal(size=(flower_count, 3)) * 0.15)
    tall = height * rng.uniform(0.7, 1.1, flower_count)
    green = varied(rng, linear(colour), count=flower_count)
    stalks = blades(base, up, length=tall, width=0.004, droop=0.0, colours=green, segments=2)
    across = unit(np.cross(up, rng.normal(size=up.shape)))
    other = np.cross(up, across)
    shades = varied(rng, linear(flower), count=flower_count, value=0.1, hue=0.05)
    cups = []
    for turn in np.arange(4) * np.pi / 2:
        out = unit(across * np.cos(turn) + other * np.sin(turn) + up * 0.9)
        side = np.cross(out, up)
        top = base + up * tall[:, None]
        cups.append(leaves(top, out, side=side, length=0.045, width=0.05, colours=shades, fold=0.1, curl=-0.15))
    return {Part.LEAF: fine, Part.FLOWER: merge([stalks, *cups])}


def ground_cover(
    rng: Rng,
    *,
    radius: float,
    height: float,
    colour: str,
    fresh: str,
    leaf: float = 0.016,
    leaf_count: int = 1500,
    flower: str = "",
    flower_count: int = 0,
    flower_size: float = 0.018,
) -> Parts:
    """A low mat with a lobed outline."""
    angle = rng.uniform(0, 2 * np.pi, leaf_count)
    share = rng.random(leaf_count)
    edge = 1 + 0.18 * np.sin(3 * angle + rng.uniform(0, 6)) + 0.1 * np.sin(5 * angle + rng.uniform(0, 6))
    level = height * (1 - share**1.5) * rng.uniform(0.6, 1, leaf_count) + 0.005
    points = around(angle, radius * np.sqrt(share) * edge, level)
    direction = unit(rng.normal(size=(leaf_count, 3)) * 0.7 + np.array([0, 0, 0.9]))
    shades = varied(rng, linear(colour), count=leaf_count, value=0.2, hue=0.05)
    shades = blend(shades, linear(fresh), (rng.random(leaf_count) < 0.35) * 0.7)
    length = leaf * rng.uniform(0.7, 1.3, leaf_count)
    side = rng.normal(size=(leaf_count, 3))
    mat: Parts = {Part.LEAF: leaves(points, direction, side=side, length=length, width=leaf * 0.6, colours=shades)}
    if flower_count:
        mat[Part.FLOWER] = _dotted(rng, points, count=flower_count, size=flower_size, colour=flower)
    return mat


def _dotted(rng: Rng, points: Floats, *, count: int, size: float, colour: str) -> Mesh:
    chosen = points[rng.choice(len(points), min(count, len(points)), replace=False)]
    facing = unit(rng.normal(size=chosen.shape) * 0.3 + np.array([0, 0, 1.0]))
    return flowers(rng, chosen + np.array([0, 0, 0.012]), facing, size=size, colour=colour)
