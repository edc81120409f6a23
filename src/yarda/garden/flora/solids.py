"""Solid things: stems, spheres, turned pieces, boxes and stones."""

from collections.abc import Sequence
from functools import cache

import numpy as np

from yarda.garden.flora.mesh import Mesh, Rng, linear, on_sphere, ripple, unit, varied
from yarda.garden.shapes import Floats


def _strip_faces(rings: int, points: int) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Triangles between consecutive closed rings of `points` vertices."""
    rows = np.arange(rings - 1)[:, None] * points
    here = rows + np.arange(points)[None]
    beside = rows + (np.arange(points)[None] + 1) % points
    lower = np.stack([here, beside, beside + points], -1).reshape(-1, 3)
    upper = np.stack([here, beside + points, here + points], -1).reshape(-1, 3)
    return np.concatenate([lower, upper])


def rings_mesh(rings: Floats, colours: Floats) -> Mesh:
    """A skin over closed rings; both arguments have the shape (rings, points, 3)."""
    count, points = rings.shape[:2]
    return Mesh(
        vertices=rings.reshape(-1, 3),
        faces=_strip_faces(count, points),
        colours=np.broadcast_to(colours, rings.shape).reshape(-1, 3),
    )


def tube(path: Floats, radii: Floats | float, *, colour: Floats, sides: int = 7) -> Mesh:
    """A round stem along a path."""
    count = len(path)
    thick = np.broadcast_to(np.asarray(radii, float), (count,))
    along = unit(np.gradient(path, axis=0))
    # A fixed direction to measure from, far from the stem's own, keeps it from twisting where it stands upright.
    aside = np.eye(3)[int(np.argmin(np.abs(path[-1] - path[0])))]
    across = unit(np.cross(along, aside))
    up = np.cross(across, along)
    turns = np.arange(sides) / sides * 2 * np.pi
    offset = across[:, None] * np.cos(turns)[None, :, None] + up[:, None] * np.sin(turns)[None, :, None]
    return rings_mesh(path[:, None] + thick[:, None, None] * offset, colour)


@cache
def _icosphere(level: int) -> tuple[Floats, np.ndarray[tuple[int, int], np.dtype[np.int64]]]:
    gold = (1 + 5**0.5) / 2
    corners = [(-1, gold, 0), (1, gold, 0), (-1, -gold, 0), (1, -gold, 0)]
    points = [*corners, *((z, x, y) for x, y, z in corners), *((y, z, x) for x, y, z in corners)]
    vertices = unit(np.array(points, float))
    distance = np.linalg.norm(vertices[:, None] - vertices[None], axis=-1)
    near = (distance > 0) & (distance < 1.2)
    faces = np.array(
        [
            (i, j, k) if np.linalg.det(vertices[[i, j, k]]) > 0 else (i, k, j)
            for i in range(12)
            for j in range(i + 1, 12)
            for k in range(j + 1, 12)
            if near[i, j] and near[j, k] and near[i, k]
        ]
    )
    for _ in range(level):
        edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), 1)
        unique, inverse = np.unique(edges, axis=0, return_inverse=True)
        middles = len(vertices) + inverse.reshape(3, -1)
        vertices = np.concatenate([vertices, unit(vertices[unique[:, 0]] + vertices[unique[:, 1]])])
        a, b, c = middles
        corners_of = [(faces[:, 0], a, c), (faces[:, 1], b, a), (faces[:, 2], c, b), (a, b, c)]
        faces = np.concatenate([np.stack(three, 1) for three in corners_of])
    return vertices, faces


def sphere(size: Sequence[float] | Floats, *, at: Sequence[float], colour: Floats, level: int = 3) -> Mesh:
    """An ellipsoid."""
    vertices, faces = _icosphere(level)
    return Mesh(
        vertices=vertices * np.asarray(size, float) + np.asarray(at, float),
        faces=faces,
        colours=np.broadcast_to(colour, vertices.shape).copy(),
    )


def berries(rng: Rng, centres: Floats, *, size: float, colour: str) -> Mesh:
    """Round fruit of about that radius; small ones are drawn with fewer faces."""
    vertices, faces = _icosphere(1 if size > 0.015 else 0)
    count, per = len(centres), len(vertices)
    wide = size * rng.uniform(0.8, 1.15, (count, 1, 1))
    points = centres[:, None] + vertices[None] * wide
    return Mesh(
        vertices=points.reshape(-1, 3),
        faces=(np.arange(count)[:, None, None] * per + faces).reshape(-1, 3),
        colours=np.repeat(varied(rng, linear(colour), count=count, value=0.12, hue=0.04), per, 0),
    )


def turned(profile: Sequence[tuple[float, float]], *, colour: Floats, sides: int = 24) -> Mesh:
    """A piece turned on a lathe; the profile is (radius, height) from the foot up."""
    outline = np.asarray(profile, float)
    turns = np.arange(sides) / sides * 2 * np.pi
    ring = np.stack([np.cos(turns), np.sin(turns)], -1)
    flat = outline[:, None, :1] * ring[None]
    height = np.broadcast_to(outline[:, None, 1:], (*flat.shape[:2], 1))
    return rings_mesh(np.concatenate([flat, height], -1), colour)


def box(centre: Sequence[float], size: Sequence[float] | Floats, *, colour: Floats) -> Mesh:
    """An upright box."""
    signs = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
    corners = signs * np.asarray(size, float) / 2 + np.asarray(centre, float)
    sides = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    pattern = np.array([[0, 1, 2], [0, 2, 3]])
    return Mesh(
        vertices=corners[np.array(sides).ravel()],
        faces=(np.arange(6)[:, None, None] * 4 + pattern).reshape(-1, 3),
        colours=np.broadcast_to(colour, (24, 3)).copy(),
    )


def _weathered(rng: Rng, points: Floats, *, scale: float, height: float, colour: str) -> Floats:
    place = points / scale
    grain = 0.16 * ripple(rng, place, frequency=1.3) + 0.07 * ripple(rng, place, frequency=8, octaves=3)
    shades = linear(colour)[None] * np.exp(grain)[:, None]
    stain = np.clip(ripple(rng, place * np.array([1, 1, 3.0]), frequency=1.1, octaves=3) - 0.2, 0, 1)
    shades = shades * (1 - 0.35 * stain[:, None] * (1 - np.array([1.1, 0.92, 0.74])))
    shades = shades * (0.66 + 0.34 * np.clip(points[:, 2:] / (height * 0.45), 0, 1))
    lichen = np.clip(ripple(rng, place, frequency=3.0) - 0.65, 0, 1)[:, None] * 0.6
    return np.clip(shades * (1 - lichen) + linear("#b9b5a2") * lichen, 0.01, 0.9)


def rock(rng: Rng, *, size: tuple[float, float, float], colour: str) -> Mesh:
    """A boulder: a sphere cut by planes, roughened, stained, a third of it in the ground."""
    start, faces = _icosphere(5)
    points = start.copy()
    for cut in range(17):
        normal = unit(rng.normal(size=(1, 3)) * np.array([1, 1, 0.8]))[0]
        depth = rng.uniform(0.58, 0.8) if cut < 5 else rng.uniform(0.72, 0.92)
        beyond = np.clip(points @ normal - depth, 0, None)[:, None]
        points = points - beyond * normal * (0.97 if cut < 8 else 0.9)
    outward = unit(points)
    bumps = ripple(rng, points, frequency=0.9) * 0.035 + ripple(rng, points, frequency=3.5) * 0.012
    bumps += ripple(rng, points, frequency=14, octaves=3) * 0.004
    points = (points + outward * bumps[:, None]) * np.asarray(size) * 1.15
    foot = -0.30 * size[2]
    points[:, 2] = np.maximum(points[:, 2], foot) - foot - 0.02
    colours = _weathered(rng, points, scale=size[0], height=size[2], colour=colour)
    return Mesh(vertices=points, faces=faces, colours=colours)


def _dense_outline(outline: Floats) -> Floats:
    points = []
    for start, end in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        steps = max(2, int(np.linalg.norm(end - start) / 0.05))
        points += [start + (end - start) * k / steps for k in range(steps)]
    return np.array(points)


def slab(rng: Rng, outline: Floats, *, top: float, colour: str, bevel: float = 0.012) -> Mesh:
    """A flat stone over a star-shaped outline, with a bevelled edge and grain in its colour."""
    dense = _dense_outline(outline)
    count = len(dense)
    centre = dense.mean(0)
    reach = np.linalg.norm(dense - centre, axis=1, keepdims=True)
    dense = dense + rng.normal(0, 0.0015, dense.shape)
    inset = centre + (dense - centre) * (1 - bevel / reach)
    rings = [(dense, -0.02), (dense, top - bevel * 0.6), (inset, top)]
    rings += [(centre + (dense - centre) * share, top) for share in (0.86, 0.72, 0.58, 0.44, 0.3, 0.16)]
    vertices = np.concatenate([np.c_[ring, np.full(count, z)] for ring, z in rings])
    vertices = np.concatenate([vertices, [[centre[0], centre[1], top]]])
    here, last = np.arange(count), (len(rings) - 1) * count
    cap = np.stack([last + here, last + (here + 1) % count, np.full(count, len(vertices) - 1)], 1)
    grain = 0.07 * ripple(rng, vertices, frequency=2.2) + 0.04 * rng.normal(size=len(vertices))
    shades = linear(colour) * np.exp(rng.normal(0, 0.06)) * np.exp(grain)[:, None]
    shades[: 2 * count] *= 0.75
    return Mesh(
        vertices=vertices,
        faces=np.concatenate([_strip_faces(len(rings), count), cap]),
        colours=np.clip(shades, 0.01, 0.95),
    )


def random_facing(rng: Rng, count: int) -> Floats:
    """Random directions in the upper half."""
    out = on_sphere(rng, count)
    out[:, 2] = np.abs(out[:, 2])
    return out
