"""Perennials whose flowers stand on stems over leaves: coneflower, peony, allium, anemone, spurge."""

import numpy as np

from yarda.garden.flora.foliage import arc, leaves
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
    sideways,
    unit,
    varied,
)
from yarda.garden.flora.straps import on_stalks
from yarda.garden.shapes import Floats


def stemmed(
    rng: Rng,
    *,
    radius: float,
    height: float,
    colour: str,
    fresh: str,
    leaf: float,
    leaf_shape: float = 0.4,
    leaf_count: int = 700,
    foliage: float = 0.55,
    stems: int = 24,
    flower: str = "",
    heart: str = "#e8c84a",
    bloom: str = "daisy",
    bloom_size: float = 0.08,
    bloom_count: int = 16,
) -> Parts:
    """A bushy clump of leafy stems up to the share `foliage` of its height, and flower heads above."""
    angle = rng.uniform(0, 2 * np.pi, stems)
    reach = radius * np.sqrt(rng.random(stems))
    up = leaning(angle, 0.75 * reach / radius * min(1.0, radius / (height * foliage)))
    base = around(angle, reach * 0.35)
    length = height * foliage * rng.uniform(0.75, 1.05, stems)
    of = rng.integers(0, stems, leaf_count)
    share = rng.uniform(0.12, 1, (leaf_count, 1))
    where = arc(base[of], up[of], length=length[of][:, None], droop=np.full((leaf_count, 1), 0.12), share=share)
    out = _outward(rng, leaf_count, where)
    tone = (0.45 + 0.55 * share[:, 0])[:, None]
    shades = varied(rng, linear(colour), count=leaf_count, value=0.18, hue=0.05) * tone
    young = varied(rng, linear(fresh), count=leaf_count, value=0.12, hue=0.04)
    shades = blend(shades, young, (rng.random(leaf_count) < 0.3) * share[:, 0] * 0.7)
    long = leaf * rng.uniform(0.75, 1.2, leaf_count)
    side = sideways(out) + rng.normal(size=(leaf_count, 3)) * 0.4
    sheet = leaves(where, out, side=side, length=long, width=long * leaf_shape, colours=shades)
    parts: Parts = {Part.LEAF: merge([sheet, _stalks(rng, base, up, length)])}
    if flower:
        parts[Part.FLOWER] = on_stalks(
            rng,
            radius=radius,
            height=height,
            count=bloom_count,
            lean=0.3 * min(1.0, 1.5 * radius / height),
            bloom=bloom,
            size=bloom_size,
            colour=flower,
            heart=heart,
            thick=0.006,
        )
    return parts


def _outward(rng: Rng, count: int, where: Floats) -> Floats:
    level = where * np.array([1, 1, 0])
    return unit(unit(level) * 0.7 + rng.normal(size=(count, 3)) * 0.7 + np.array([0, 0, 0.3]))


def _stalks(rng: Rng, base: Floats, up: Floats, length: Floats) -> Mesh:
    count = len(base)
    shades = varied(rng, linear("#5f7a42"), count=count)
    return leaves(base, up, side=sideways(up), length=length, width=0.008, colours=shades, fold=0.0, curl=0.0)
