"""Triangle meshes with vertex colours: the few shapes a suburban house is built from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Faces = npt.NDArray[np.int64]
Vector = Sequence[float] | Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Mesh:
    """Vertices in metres, triangles, and a linear reflectance for every vertex."""

    vertices: Array
    faces: Faces
    colours: Array


def linear(code: str) -> Array:
    """The linear reflectance of an sRGB colour such as `#c9c3b4`."""
    value = np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def vary(rng: np.random.Generator, colour: Array, *, count: int, value: float, hue: float) -> Array:
    """`count` colours around one: `value` varies the brightness, `hue` each channel."""
    shade = np.exp(rng.normal(0, value, (count, 1))) * np.exp(rng.normal(0, hue, (count, 3)))
    return np.asarray(np.clip(colour * shade, 0.003, 0.92))


def unit(vectors: Array) -> Array:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9))


def merge(meshes: Iterable[Mesh]) -> Mesh:
    parts = list(meshes)
    starts = np.cumsum([0, *(len(part.vertices) for part in parts[:-1])])
    return Mesh(
        vertices=np.concatenate([part.vertices for part in parts]),
        faces=np.concatenate([part.faces + start for part, start in zip(parts, starts, strict=True)]),
        colours=np.concatenate([part.colours for part in parts]),
    )


def paint(vertices: Array, colour: Array) -> Array:
    return np.broadcast_to(colour, vertices.shape).copy()


def fan(corners: Sequence[Vector], colour: Array) -> Mesh:
    """A flat convex polygon."""
    points = np.array([list(corner) for corner in corners], float)
    middle = np.arange(1, len(points) - 1)
    faces = np.stack([np.zeros_like(middle), middle, middle + 1], 1)
    return Mesh(vertices=points, faces=faces, colours=paint(points, colour))


def extrude(corners: Sequence[Vector], by: Vector, colour: Array) -> Mesh:
    """A convex polygon pushed along a vector: both caps and the sides."""
    points = np.array([list(corner) for corner in corners], float)
    count = len(points)
    both = np.concatenate([points, points + np.asarray(by, float)])
    middle = np.arange(1, count - 1)
    cap = np.stack([np.zeros_like(middle), middle, middle + 1], 1)
    here = np.arange(count)
    ahead = (here + 1) % count
    sides = np.concatenate(
        [np.stack([here, ahead, ahead + count], 1), np.stack([here, ahead + count, here + count], 1)]
    )
    return Mesh(
        vertices=both,
        faces=np.concatenate([cap[:, ::-1], cap + count, sides]),
        colours=paint(both, colour),
    )


def box(low: Vector, high: Vector, colour: Array) -> Mesh:
    (x0, y0, z0), (x1, y1, z1) = low, high
    base = [(x0, y0, z0), (x1, y0, z0), (x1, y1, z0), (x0, y1, z0)]
    return extrude(base, (0, 0, z1 - z0), colour)


def tube(path: Array, *, radii: Array, colour: Array, sides: int = 8) -> Mesh:
    """A round bar along a path, open at its ends."""
    along = unit(np.gradient(path, axis=0))
    hint = np.where(np.abs(along[:, 2:]) > 0.9, [[1.0, 0.1, 0]], [[0.1, 0, 1.0]])
    across = unit(np.cross(along, hint))
    up = np.cross(across, along)
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    ring = across[:, None] * np.cos(angle)[:, None] + up[:, None] * np.sin(angle)[:, None]
    points = (path[:, None] + ring * radii[:, None, None]).reshape(-1, 3)
    row, column = np.meshgrid(np.arange(len(path) - 1), np.arange(sides), indexing="ij")
    a, b = row * sides + column, row * sides + (column + 1) % sides
    faces = np.concatenate(
        [np.stack([a, b, b + sides], -1).reshape(-1, 3), np.stack([a, b + sides, a + sides], -1).reshape(-1, 3)]
    )
    return Mesh(vertices=points, faces=faces, colours=paint(points, colour))


def leaves(base: Array, ahead: Array, *, side: Array, length: Array, width: Array, colours: Array) -> Mesh:
    """Pointed leaves of two triangles, folded a little along the midrib."""
    ahead = unit(ahead)
    side = unit(side - ahead * (side * ahead).sum(1, keepdims=True))
    normal = np.cross(side, ahead)
    middle = base + ahead * length[:, None] * 0.45 + normal * width[:, None] * 0.2
    points = np.stack(
        [
            base,
            middle + side * width[:, None] / 2,
            base + ahead * length[:, None],
            middle - side * width[:, None] / 2,
        ],
        1,
    ).reshape(-1, 3)
    start = 4 * np.arange(len(base))[:, None]
    faces = np.concatenate([start + np.array([[0, 1, 2]]), start + np.array([[0, 2, 3]])])
    return Mesh(vertices=points, faces=faces, colours=np.repeat(colours, 4, 0))


def blades(base: Array, ahead: Array, *, length: Array, width: Array, colours: Array, droop: Array) -> Mesh:
    """Blades of grass: dark at the soil, bent over towards the tip."""
    side = unit(np.stack([-ahead[:, 1], ahead[:, 0], np.zeros(len(base))], 1) + 1e-6)
    flat = ahead * [1, 1, 0]
    long, wide, bent = length[:, None], width[:, None], droop[:, None]
    half = base + ahead * long * 0.55
    tip = base + ahead * long * 0.9 + flat * long * bent * 0.6 - [0, 0, 1] * long * bent * 0.35
    points = np.stack(
        [base - side * wide * 0.4, base + side * wide * 0.4, half + side * wide / 2, half - side * wide / 2, tip],
        1,
    ).reshape(-1, 3)
    shades = np.stack([colours * 0.5, colours * 0.5, colours, colours, colours * 1.15], 1).reshape(-1, 3)
    start = 5 * np.arange(len(base))[:, None]
    faces = np.concatenate([start + np.array([corner]) for corner in ([0, 1, 2], [0, 2, 3], [3, 2, 4])])
    return Mesh(vertices=points, faces=faces, colours=np.clip(shades, 0.003, 0.92))
