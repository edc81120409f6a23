"""Fire bowls and tables; basins, fountains and bird baths with a still or falling sheet of water."""

import numpy as np

from yarda.garden.flora.mesh import Mesh, Part, Parts, Rng, linear, merge, ripple
from yarda.garden.flora.solids import box, rock, sphere, tube, turned
from yarda.garden.furnishings.joinery import board, boards, rod

WATER = "#31525a"


def _stony(rng: Rng, mesh: Mesh, *, grain: float = 0.12) -> Mesh:
    """The mesh with the uneven tone of stone."""
    tone = np.exp(grain * ripple(rng, mesh.vertices, frequency=3.2))[:, None]
    return Mesh(vertices=mesh.vertices, faces=mesh.faces, colours=np.clip(mesh.colours * tone, 0.01, 0.9))


def _stones(rng: Rng, *, count: int, reach: tuple[float, float], height: float, size: float, colour: str) -> Mesh:
    pieces = []
    for _ in range(count):
        x, y = rng.uniform(-1, 1, 2) * reach
        tone = linear(colour) * np.exp(rng.normal(0, 0.25))
        pieces.append(sphere(rng.uniform(0.7, 1.2, 3) * size, at=(x, y, height), colour=tone, level=1))
    return merge(pieces)


def fire_bowl(rng: Rng, *, colour: str, radius: float = 0.48) -> Parts:
    """A low round bowl with dark stones in it."""
    profile = [
        (0.0, 0.0),
        (0.45, 0.0),
        (0.8, 0.28),
        (1.0, 0.5),
        (1.0, 0.56),
        (0.9, 0.56),
        (0.75, 0.4),
        (0.0, 0.36),
    ]
    bowl = _stony(
        rng, turned([(r * radius, z * radius * 1.6) for r, z in profile], colour=linear(colour), sides=56)
    )
    coals = _stones(
        rng, count=34, reach=(radius * 0.55, radius * 0.55), height=radius * 0.66, size=0.05, colour="#2e2a27"
    )
    return {Part.SOLID: merge([bowl, coals])}


def fire_table(rng: Rng, *, colour: str, length: float = 1.5, width: float = 0.6, height: float = 0.42) -> Parts:
    """A block of concrete or steel with a trough of glass stones."""
    block = board(rng, (0, 0, height / 2), (length, width, height), colour=colour)
    trough = box((0, 0, height - 0.005), (length * 0.72, width * 0.36, 0.03), colour=linear("#1d1b1a"))
    glass = _stones(
        rng, count=60, reach=(length * 0.33, width * 0.14), height=height + 0.015, size=0.03, colour="#5d6468"
    )
    return {Part.FLESH: merge([block, trough]), Part.SOLID: glass}


def water_basin(rng: Rng, *, stone: str, radius: float = 0.34, spout: str = "#a79a5a") -> Parts:
    """A tsukubai: a hollowed stone with still water, set low, and a bamboo spout over it."""
    profile = [(0.0, 0.0), (0.92, 0.0), (1.06, 0.5), (1.0, 1.0), (0.72, 1.04), (0.66, 0.9), (0.0, 0.9)]
    tub = _stony(
        rng, turned([(r * radius, z * 0.42) for r, z in profile], colour=linear(stone), sides=44), grain=0.2
    )
    wobble = 1 + 0.06 * ripple(rng, tub.vertices * np.array([1, 1, 0.2]), frequency=1.4)[:, None]
    tub = Mesh(
        vertices=tub.vertices * np.c_[wobble, wobble, np.ones(len(wobble))], faces=tub.faces, colours=tub.colours
    )
    water = turned([(0.0, 0.392), (radius * 0.68, 0.392)], colour=linear(WATER), sides=24)
    cane = tube(
        np.array([(radius * 1.5, 0.1, 0.0), (radius * 1.5, 0.1, 0.75)]), 0.03, colour=linear(spout), sides=10
    )
    arm = tube(
        np.array([(radius * 1.6, 0.1, 0.66), (radius * 0.35, 0.02, 0.54)]), 0.02, colour=linear(spout), sides=10
    )
    kerb = [rock(rng, size=(0.17 * rng.uniform(0.8, 1.2), 0.13, 0.1), colour=stone) for _ in range(3)]
    ring = []
    for number, piece in enumerate(kerb):
        angle = number / 3 * 2 * np.pi + rng.normal(0, 0.15)
        place = np.array([np.cos(angle), np.sin(angle), 0.0]) * radius * 1.62
        ring.append(Mesh(vertices=piece.vertices + place, faces=piece.faces, colours=piece.colours))
    return {Part.SOLID: merge([tub, water, cane, arm, *ring])}


def tiered_fountain(rng: Rng, *, stone: str, radius: float = 0.75, height: float = 1.5) -> Parts:
    """A stone fountain of two bowls over a round basin."""
    rim, mid, top = radius, radius * 0.55, radius * 0.32
    body = [
        (rim, 0.0), (rim, 0.36), (rim * 0.9, 0.4), (rim * 0.86, 0.33), (0.12, 0.3), (0.1, height * 0.48),
        (mid * 0.5, height * 0.52), (mid, height * 0.6), (mid, height * 0.63), (mid * 0.88, height * 0.61),
        (0.08, height * 0.58), (0.07, height * 0.8), (top * 0.5, height * 0.83), (top, height * 0.89),
        (top, height * 0.91), (top * 0.85, height * 0.895), (0.05, height * 0.88),
        (0.05, height * 0.96), (0, height),
    ]  # fmt: skip
    column = _stony(rng, turned(body, colour=linear(stone), sides=56))
    pools = [(rim * 0.87, 0.34), (mid * 0.88, height * 0.617), (top * 0.85, height * 0.9)]
    water = [turned([(0.03, z), (r, z)], colour=linear(WATER), sides=30) for r, z in pools]
    return {Part.SOLID: merge([column, *water])}


def bird_bath(rng: Rng, *, stone: str, height: float = 0.85) -> Parts:
    """A shallow bowl on a baluster."""
    body = [
        (0.2, 0.0), (0.2, 0.07), (0.12, 0.12), (0.07, 0.3), (0.1, 0.5), (0.07, height - 0.12),
        (0.16, height - 0.09), (0.32, height - 0.02), (0.33, height), (0.29, height),
        (0.22, height - 0.035), (0.0, height - 0.045),
    ]  # fmt: skip
    water = turned([(0.0, height - 0.02), (0.265, height - 0.02)], colour=linear(WATER), sides=26)
    return {Part.SOLID: merge([_stony(rng, turned(body, colour=linear(stone), sides=44)), water])}


def water_blade(rng: Rng, *, wall: str, width: float = 1.8, height: float = 1.0) -> Parts:
    """A low wall with a blade of water falling into a narrow trough before it."""
    pieces = [
        ((0, 0.12, height / 2), (width, 0.2, height)),
        ((0, -0.42, 0.12), (width, 0.08, 0.24)),
        *(((sx * (width / 2 - 0.04), -0.2, 0.12), (0.08, 0.5, 0.24)) for sx in (-1, 1)),
    ]
    masonry = boards(rng, pieces, colour=wall, value=0.03)
    lip = board(rng, (0, 0.0, height * 0.78), (width * 0.55, 0.1, 0.02), colour="#6f7375")
    falls = [
        rod(
            [(x, -0.04, height * 0.77), (x, -0.09, height * 0.45), (x, -0.1, 0.18)], radius=0.006, colour="#c6d4d8"
        )
        for x in np.linspace(-width * 0.27, width * 0.27, 30)
    ]
    surface = box((0, -0.17, 0.19), (width - 0.16, 0.44, 0.01), colour=linear(WATER))
    return {Part.FLESH: merge([masonry, lip, surface]), Part.SOLID: merge(falls)}
