"""Leaves, blades and petals: many small sheets at once."""

import numpy as np

from yarda.garden.flora.mesh import Mesh, Rng, linear, merge, sideways, unit, varied
from yarda.garden.shapes import Floats


def column(values: Floats | float, count: int) -> Floats:
    """`values` as a column of `count` rows."""
    return np.broadcast_to(np.asarray(values, float), (count,))[:, None]


def leaves(
    base: Floats,
    direction: Floats,
    *,
    side: Floats,
    length: Floats | float,
    width: Floats | float,
    colours: Floats,
    fold: float = 0.25,
    curl: float = 0.15,
) -> Mesh:
    """Pointed leaves of four triangles, folded along the midrib and curled at the tip."""
    count = len(base)
    long, wide = column(length, count), column(width, count)
    ahead = unit(direction)
    across = unit(side - ahead * (side * ahead).sum(1, keepdims=True))
    up = np.cross(across, ahead)
    middle = base + ahead * long * 0.5
    left = middle + across * wide * 0.5 + up * wide * fold
    right = middle - across * wide * 0.5 + up * wide * fold
    tip = base + ahead * long - up * long * curl
    vertices = np.stack([base, left, right, tip, middle], 1).reshape(-1, 3)
    pattern = np.array([[0, 4, 1], [0, 2, 4], [1, 4, 3], [4, 2, 3]])
    return Mesh(
        vertices=vertices,
        faces=(np.arange(count)[:, None, None] * 5 + pattern).reshape(-1, 3),
        colours=np.repeat(colours, 5, 0),
    )


def diamonds(
    base: Floats,
    direction: Floats,
    *,
    side: Floats,
    length: Floats | float,
    width: Floats | float,
    colours: Floats,
) -> Mesh:
    """The cheapest leaf: two triangles."""
    count = len(base)
    long, wide = column(length, count), column(width, count)
    ahead = unit(direction)
    across = unit(side - ahead * (side * ahead).sum(1, keepdims=True))
    middle = base + ahead * long * 0.45
    corners = [base, middle + across * wide * 0.5, base + ahead * long, middle - across * wide * 0.5]
    pattern = np.array([[0, 1, 2], [0, 2, 3]])
    return Mesh(
        vertices=np.stack(corners, 1).reshape(-1, 3),
        faces=(np.arange(count)[:, None, None] * 4 + pattern).reshape(-1, 3),
        colours=np.repeat(colours, 4, 0),
    )


def arc(base: Floats, direction: Floats, *, length: Floats, droop: Floats, share: Floats | float) -> Floats:
    """Points at `share` of the way along blades that start straight and bend down under their weight."""
    level = direction * np.array([1.0, 1.0, 0.0])
    share = np.asarray(share)
    ahead = base + direction * length * share + level * length * droop * 0.35 * share**2
    return np.asarray(ahead - np.array([0.0, 0.0, 1.0]) * length * droop * share**2.2)


def blades(
    base: Floats,
    direction: Floats,
    *,
    length: Floats | float,
    width: Floats | float,
    droop: Floats | float,
    colours: Floats,
    tips: Floats | None = None,
    segments: int = 5,
    taper: float = 1.3,
    twist: Floats | float = 0.0,
) -> Mesh:
    """Curved tapering ribbons, shading from `colours` at the foot to `tips`."""
    count = len(base)
    ahead = unit(direction)
    long, wide, bend = column(length, count), column(width, count), column(droop, count)
    across = sideways(ahead)
    turn = column(twist, count)
    across = unit(across * np.cos(turn) + np.cross(ahead, across) * np.sin(turn))
    end = colours if tips is None else tips
    points, shades = [], []
    for share in np.linspace(0, 1, segments + 1):
        middle = arc(base, ahead, length=long, droop=bend, share=share)
        half = wide * 0.5 * max(1 - share**taper, 0.03) * min(1.0, 0.55 + share * 2)
        points += [middle - across * half, middle + across * half]
        shades += [colours * (1 - share) + end * share] * 2
    per_blade = 2 * (segments + 1)
    steps = 2 * np.arange(segments)[:, None, None]
    pattern = (steps + np.array([[0, 1, 3], [0, 3, 2]])).reshape(-1, 3)
    return Mesh(
        vertices=np.stack(points, 1).reshape(-1, 3),
        faces=(np.arange(count)[:, None, None] * per_blade + pattern).reshape(-1, 3),
        colours=np.stack(shades, 1).reshape(-1, 3),
    )


def flowers(
    rng: Rng, centres: Floats, facing: Floats, *, size: Floats | float, colour: str, heart: str = "#e8c84a"
) -> Mesh:
    """Open flowers of five petals around a small heart."""
    count = len(centres)
    across = unit(np.cross(facing, rng.normal(size=(count, 3))))
    up = np.cross(facing, across)
    wide = column(size, count)[:, 0]
    shades = varied(rng, linear(colour), count=count, value=0.12, hue=0.05)
    petals = []
    for turn in np.arange(5) * 2 * np.pi / 5:
        out = unit(across * np.cos(turn) + up * np.sin(turn) + facing * 0.35)
        side = np.cross(out, facing)
        shade = np.clip(shades * rng.uniform(0.85, 1.1), 0, 0.95)
        petals.append(diamonds(centres, out, side=side, length=wide * 0.55, width=wide * 0.5, colours=shade))
    yellow = varied(rng, linear(heart), count=count)
    raised = centres + facing * 0.004
    petals.append(diamonds(raised, across, side=up, length=wide * 0.2, width=wide * 0.2, colours=yellow))
    return merge(petals)


def roses(rng: Rng, centres: Floats, facing: Floats, *, size: Floats | float, colour: str) -> Mesh:
    """Double flowers: three rings of petals, the inner ones upright and darker."""
    count = len(centres)
    across = unit(np.cross(facing, rng.normal(size=(count, 3))))
    up = np.cross(facing, across)
    wide = column(size, count)[:, 0]
    shades = varied(rng, linear(colour), count=count, value=0.12, hue=0.04)
    petals = []
    for ring, (tilt, scale, number) in enumerate(((0.15, 1.0, 6), (0.6, 0.8, 5), (1.3, 0.6, 4))):
        for turn in np.arange(number) * 2 * np.pi / number + ring * 0.5:
            out = unit(across * np.cos(turn) + up * np.sin(turn) + facing * tilt)
            long = wide * 0.5 * scale
            shade = np.clip(shades * (1 - 0.16 * ring), 0, 0.95)
            side = np.cross(out, facing)
            petals.append(diamonds(centres, out, side=side, length=long, width=long * 1.04, colours=shade))
    return merge(petals)
