"""Canes and wands: bamboo, horsetail, ocotillo."""

import numpy as np

from yarda.garden.flora.foliage import arc, diamonds, leaves
from yarda.garden.flora.mesh import Mesh, Part, Parts, Rng, around, leaning, linear, merge, unit, varied
from yarda.garden.flora.solids import tube
from yarda.garden.shapes import Floats


def _cane(
    rng: Rng, line: Floats, *, girth: float, colour: str, band: str, nodes: int, taper: float, sides: int
) -> Mesh:
    """A tapering tube along `line`, darker or swollen at its nodes."""
    share = np.linspace(0, 1, len(line))
    tone = varied(rng, linear(colour), count=1, value=0.12, hue=0.04)[0]
    made = tube(line, girth * (1 - taper * share), colour=tone, sides=sides)
    if not band:
        return made
    ring = np.arange(len(line)) % max(2, len(line) // nodes) == 0
    shades = np.where(np.repeat(ring, sides)[:, None], linear(band), made.colours)
    return Mesh(vertices=made.vertices, faces=made.faces, colours=shades)


def bamboo(
    rng: Rng,
    *,
    radius: float,
    height: float,
    colour: str,
    fresh: str,
    cane: str = "#8f9a4a",
    canes: int = 34,
    girth: float = 0.009,
    leaf: float = 0.1,
    leaf_count: int = 90,
    droop: float = 0.5,
) -> Parts:
    """A clump of arching canes with fine leaves over their upper two thirds."""
    angle = rng.uniform(0, 2 * np.pi, canes)
    reach = np.sqrt(rng.random(canes))
    base = around(angle, radius * 0.32 * reach)
    ahead = leaning(angle + rng.normal(0, 0.3, canes), 0.05 + 0.3 * reach * rng.uniform(0.5, 1.2, canes))
    length = (height * 1.12 * rng.uniform(0.68, 1.0, canes))[:, None]
    bend = (droop * rng.uniform(0.2, 0.9, canes) * (0.3 + reach))[:, None]
    steps = np.linspace(0, 1, 15)[None, :, None]
    lines = arc(base[:, None], ahead[:, None], length=length[:, None], droop=bend[:, None], share=steps)
    wood = merge(
        _cane(rng, line, girth=girth, colour=cane, band="#d8d0a0", nodes=6, taper=0.7, sides=5) for line in lines
    )
    of = np.repeat(np.arange(canes), leaf_count)
    share = rng.uniform(0.25, 1.0, (len(of), 1)) ** 0.8
    where = arc(base[of], ahead[of], length=length[of], droop=bend[of], share=share)
    twig = rng.normal(size=where.shape) * np.array([1, 1, 0.5]) * leaf * 0.9
    where = where + twig
    out = unit(twig / leaf + rng.normal(size=where.shape) * 0.5 + np.array([0, 0, -0.35]))
    pale = varied(rng, linear(fresh), count=len(of), value=0.12, hue=0.04)
    deep = varied(rng, linear(colour), count=len(of), value=0.2, hue=0.05)
    young = (rng.random((len(of), 1)) < 0.3) * 0.8
    long = leaf * rng.uniform(0.7, 1.2, len(of))
    sheet = leaves(
        where,
        out,
        side=rng.normal(size=where.shape),
        length=long,
        width=long * 0.14,
        colours=deep * (1 - young) + pale * young,
        fold=0.1,
        curl=0.2,
    )
    return {Part.LEAF: sheet, Part.SOLID: wood}


def wands(
    rng: Rng,
    *,
    radius: float,
    height: float,
    colour: str,
    count: int = 20,
    girth: float = 0.012,
    splay: float = 0.35,
    foot: float = 0.1,
    band: str = "",
    nodes: int = 8,
    leaf: float = 0.02,
    leaf_colour: str = "",
    leaf_count: int = 60,
    flower: str = "",
    flower_size: float = 0.18,
) -> Parts:
    """Unbranched stems rising from a narrow foot: bare and banded, or leafy and tipped with flowers."""
    angle = np.arange(count) * 2.39996 + rng.normal(0, 0.2, count)
    share = np.sqrt((np.arange(count) + 0.5) / count)
    base = around(angle, radius * foot * share)
    ahead = leaning(angle, splay * share * rng.uniform(0.75, 1.15, count))
    length = (height / np.cos(splay * 0.5) * rng.uniform(0.72, 1.0, count))[:, None]
    bend = np.full((count, 1), -0.12 * min(1.0, splay * 2))
    steps = np.linspace(0, 1, 25)[None, :, None]
    lines = arc(base[:, None], ahead[:, None], length=length[:, None], droop=bend[:, None], share=steps)
    lines = lines + np.cumsum(rng.normal(0, 0.004 * height * splay, lines.shape), 1) * np.array([1, 1, 0.3])
    thick = girth * rng.uniform(0.8, 1.15, count)
    wood = merge(
        _cane(rng, line, girth=wide, colour=colour, band=band, nodes=nodes, taper=0.5, sides=6)
        for line, wide in zip(lines, thick, strict=True)
    )
    parts: Parts = {Part.SOLID: wood}
    if leaf_colour:
        parts[Part.LEAF] = _along(rng, lines, leaf=leaf, colour=leaf_colour, per=leaf_count, girth=girth)
    if flower:
        parts[Part.FLOWER] = _tips(rng, lines, size=flower_size, colour=flower)
    return parts


def _along(rng: Rng, lines: Floats, *, leaf: float, colour: str, per: int, girth: float) -> Mesh:
    count, steps = lines.shape[:2]
    of = np.repeat(np.arange(count), per)
    at = rng.integers(2, steps - 1, len(of))
    mix = rng.random((len(of), 1))
    where = lines[of, at - 1] * (1 - mix) + lines[of, at] * mix
    out = rng.normal(size=where.shape) * np.array([1, 1, 0.4])
    shades = varied(rng, linear(colour), count=len(of), value=0.2, hue=0.05)
    side = rng.normal(size=where.shape)
    return leaves(where + unit(out) * girth * 0.7, out, side=side, length=leaf, width=leaf * 0.5, colours=shades)


def _tips(rng: Rng, lines: Floats, *, size: float, colour: str) -> Mesh:
    per = 60
    top = np.repeat(lines[:, -1], per, 0)
    up = np.repeat(unit(lines[:, -1] - lines[:, -3]), per, 0)
    share = rng.random((len(top), 1))
    ahead = unit(up * 0.8 + rng.normal(size=top.shape) * 0.6)
    shades = varied(rng, linear(colour), count=len(top), value=0.15, hue=0.05)
    side = rng.normal(size=top.shape)
    long = size * 0.28 * (1.15 - share[:, 0])
    return diamonds(top + up * size * (share - 0.35), ahead, side=side, length=long, width=0.012, colours=shades)
