"""Triangle meshes with a colour per vertex, and the arithmetic they are grown with."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np

from yarda.garden.shapes import Floats

Rng: TypeAlias = np.random.Generator


class Part(StrEnum):
    """What a mesh is made of; it decides how light meets it."""

    LEAF = "leaf"
    """Thin and translucent."""
    FLESH = "flesh"
    """Opaque with sharp faces: succulent leaves, slabs, chips."""
    SOLID = "solid"
    """Opaque and smooth: stems, trunks, stones."""
    FLOWER = "flower"
    """Flowers and their stalks, thin as leaves; shown in the months of flowering."""
    FRUIT = "fruit"
    """Fruit and berries, opaque; shown in the months of fruit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mesh:
    """Vertices in metres (z up), triangles, and linear reflectance per vertex."""

    vertices: Floats
    faces: np.ndarray[tuple[int, int], np.dtype[np.int64]]
    colours: Floats


Parts: TypeAlias = dict[Part, Mesh]


def merge(meshes: Iterable[Mesh]) -> Mesh:
    """One mesh holding all of them."""
    kept = [mesh for mesh in meshes if len(mesh.faces)]
    starts = np.cumsum([0, *(len(mesh.vertices) for mesh in kept[:-1])])
    return Mesh(
        vertices=np.concatenate([mesh.vertices for mesh in kept]),
        faces=np.concatenate([mesh.faces + start for mesh, start in zip(kept, starts, strict=True)]),
        colours=np.concatenate([mesh.colours for mesh in kept]),
    )


def linear(colour: str) -> Floats:
    """The linear reflectance of an sRGB colour such as `#4f7a2c`."""
    code = colour.removeprefix("#")
    encoded = np.array([int(code[i : i + 2], 16) for i in (0, 2, 4)]) / 255.0
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def varied(rng: Rng, base: Floats, *, count: int, value: float = 0.18, hue: float = 0.06) -> Floats:
    """`count` colours around `base`, spread in brightness and a little in hue."""
    spread = np.exp(rng.normal(0, value, (count, 1))) * np.exp(rng.normal(0, hue, (count, 3)))
    return np.clip(np.broadcast_to(base, (count, 3)) * spread, 0.002, 0.95)


def unit(vectors: Floats) -> Floats:
    """The vectors, each with length one."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def sideways(directions: Floats) -> Floats:
    """For each direction a unit vector across it, level where that is possible."""
    side = np.cross(directions, np.array([0.0, 0.0, 1.0]))
    upright = np.linalg.norm(side, axis=1) < 1e-3
    side[upright] = np.cross(directions[upright], np.array([1.0, 0.0, 0.0]))
    return unit(side)


def on_sphere(rng: Rng, count: int) -> Floats:
    """Random directions."""
    return unit(rng.normal(size=(count, 3)))


def around(angles: Floats, radii: Floats | float = 1.0, heights: Floats | float = 0.0) -> Floats:
    """Points at angles around the z axis."""
    ones = np.ones_like(angles)
    return np.stack([radii * np.cos(angles), radii * np.sin(angles), heights * ones], -1)


def leaning(angles: Floats, tilts: Floats) -> Floats:
    """Unit directions tilted from upright by `tilts`, towards `angles`."""
    return around(angles, np.sin(tilts), np.cos(tilts))


def ripple(rng: Rng, points: Floats, *, frequency: float = 1.0, octaves: int = 4) -> Floats:
    """Smooth pseudo-noise of about unit size at 3-D points."""
    total = np.zeros(len(points))
    weight = 1.0
    for _ in range(octaves):
        for _ in range(3):
            wave = unit(rng.normal(size=(1, 3)))[0]
            total += weight * np.sin(points @ wave * frequency * 2 * np.pi + rng.uniform(0, 6.28)) / 3
        weight *= 0.5
        frequency *= 2.03
    return total


def blend(colours: Floats, other: Floats, share: Floats) -> Floats:
    """`colours` moved towards `other` by `share` (one number per row)."""
    return colours * (1 - share[:, None]) + other * share[:, None]
