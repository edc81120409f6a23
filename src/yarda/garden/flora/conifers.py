"""Conifers that taper in tiers, and cushions of moss."""

import numpy as np

from yarda.garden.flora.foliage import blades, leaves
from yarda.garden.flora.mesh import Part, Parts, Rng, around, blend, linear, merge, on_sphere, unit, varied
from yarda.garden.flora.solids import sphere, tube

GOLDEN_ANGLE = 2.39996


def conifer(
    rng: Rng,
    *,
    radius: float,
    height: float,
    colour: str,
    fresh: str,
    bark: str = "#6a4632",
    branches: int = 120,
    needles: int = 130,
    needle: float = 0.07,
    needle_shape: float = 0.28,
    clear: float = 0.06,
    fullness: float = 0.75,
) -> Parts:
    """A tree of level branches around one leader: a conifer, or with broad leaves a columnar hornbeam."""
    share = ((np.arange(branches) + rng.random(branches)) / branches) ** 1.1
    level = height * (clear + (0.98 - clear) * share)
    angle = np.arange(branches) * GOLDEN_ANGLE + rng.normal(0, 0.25, branches)
    reach = radius * (1 - share) ** fullness * rng.uniform(0.75, 1.05, branches) + 0.03 * radius
    start = np.stack([np.zeros(branches), np.zeros(branches), level], 1)
    out = around(angle, 1.0, 0.12 - 0.25 * (1 - share))
    wood = [
        tube(
            np.stack([at, at + way * far * 0.5, at + way * far]),
            np.array([0.012, 0.008, 0.004]) * radius,
            colour=linear(bark),
            sides=4,
        )
        for at, way, far in zip(start, out, reach, strict=True)
    ]
    trunk = np.array([[0, 0, -0.02], [0, 0, height * 0.5], [0, 0, height * 0.96]])
    wood.append(tube(trunk, np.array([0.045, 0.028, 0.006]) * height**0.7, colour=linear(bark), sides=9))
    of = np.repeat(np.arange(branches), needles)
    along = rng.uniform(0.18, 1.0, (len(of), 1)) ** 0.75
    spray = on_sphere(rng, len(of)) * rng.random((len(of), 1)) ** 0.5
    wide = (reach[of] * 0.26 + 0.07 * radius)[:, None]
    where = start[of] + out[of] * reach[of][:, None] * along + spray * wide * np.array([1, 1, 0.7])
    where[:, 2] -= 0.06 * reach[of] * along[:, 0] ** 2
    direction = unit(out[of] * 0.6 + spray * 0.8 + rng.normal(size=where.shape) * 0.3 + np.array([0, 0, 0.15]))
    shade = (0.4 + 0.6 * along[:, 0] * np.clip(0.6 + spray[:, 2], 0.4, 1))[:, None]
    shades = varied(rng, linear(colour), count=len(of), value=0.2, hue=0.05) * shade
    young = varied(rng, linear(fresh), count=len(of), value=0.1, hue=0.04)
    shades = blend(shades, young, (rng.random(len(of)) < 0.3) * along[:, 0] * 0.7)
    sheet = leaves(
        where,
        direction,
        side=rng.normal(size=where.shape),
        length=needle * rng.uniform(0.7, 1.2, len(of)),
        width=needle * needle_shape,
        colours=shades,
        fold=0.3,
        curl=-0.1,
    )
    return {Part.LEAF: sheet, Part.SOLID: merge(wood)}


def cushion(
    rng: Rng, *, radius: float, height: float, colour: str, fresh: str, humps: int = 6, leaf_count: int = 9000
) -> Parts:
    """Domes of moss grown together, velvety with short upright leaves."""
    angle = np.arange(humps) * GOLDEN_ANGLE + rng.uniform(0, 6)
    far = radius * 0.62 * np.sqrt(np.arange(humps) / max(1, humps - 1)) * rng.uniform(0.8, 1.1, humps)
    centres = around(angle, far)
    wide = np.minimum(radius - far * 0.75, radius * 0.62) * rng.uniform(0.75, 1.0, humps)
    tall = height * (0.55 + 0.45 * wide / wide.max())
    cores = []
    for centre, across, up in zip(centres, wide, tall, strict=True):
        cores.append(sphere((across * 0.97, across * 0.97, up * 0.95), at=centre, colour=linear(colour) * 0.4))
    of = rng.choice(humps, leaf_count, p=wide**2 / (wide**2).sum())
    out = on_sphere(rng, leaf_count)
    out[:, 2] = np.abs(out[:, 2])
    size = np.stack([wide[of], wide[of], tall[of]], 1)
    where = centres[of] + out * size
    inside = (
        np.linalg.norm((where[:, None] - centres[None]) / np.stack([wide, wide, tall], 1)[None], axis=2) < 0.97
    ).any(1)
    where, out = where[~inside], out[~inside]
    count = len(where)
    normal = unit(out + np.array([0, 0, 0.4]) + rng.normal(size=(count, 3)) * 0.35)
    shades = varied(rng, linear(colour), count=count, value=0.18, hue=0.05) * (0.55 + 0.45 * out[:, 2:])
    tips = blend(shades, linear(fresh)[None], np.full(count, 0.55))
    fuzz = blades(where, normal, length=0.022, width=0.006, droop=0.1, colours=shades, tips=tips, segments=1)
    return {Part.LEAF: fuzz, Part.SOLID: merge(cores)}
