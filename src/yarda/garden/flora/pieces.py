"""The single leaves and petals of a mesh: telling them apart, dropping, recolouring and enlarging them."""

from dataclasses import replace

import numpy as np

from yarda.garden.flora.mesh import Mesh, Rng, linear, varied
from yarda.garden.shapes import Floats

Indices = np.ndarray[tuple[int], np.dtype[np.int64]]


def piece_of(mesh: Mesh) -> Indices:
    """For every vertex the number of its piece. A piece is a run of vertices that triangles hold together."""
    ends = np.zeros(len(mesh.vertices) + 1, np.int64)
    np.add.at(ends, mesh.faces.min(1), 1)
    np.add.at(ends, mesh.faces.max(1), -1)
    joined = np.cumsum(ends)[: len(mesh.vertices) - 1] > 0
    return np.concatenate([[0], np.cumsum(~joined)]).astype(np.int64)


def thin(mesh: Mesh, keep: Floats | float, *, rng: Rng) -> Mesh:
    """The mesh with about `keep` of its pieces left, 0 to 1; one number, or one for every piece."""
    of = piece_of(mesh)
    kept = (rng.random(of[-1] + 1) < keep)[of]
    if not kept.any():
        kept = of == 0
    faces = mesh.faces[kept[mesh.faces[:, 0]]]
    moved = np.cumsum(kept) - 1
    return Mesh(vertices=mesh.vertices[kept], faces=moved[faces], colours=mesh.colours[kept])


def recolour(mesh: Mesh, colour: str, *, share: float, rng: Rng) -> Mesh:
    """Every piece moved towards `colour`, some more than others, the shaded ones staying the darker."""
    of = piece_of(mesh)
    count = int(of[-1]) + 1
    target = varied(rng, linear(colour), count=count, value=0.16, hue=0.06)[of]
    light = mesh.colours.mean(1, keepdims=True)
    target = target * np.clip(light / max(float(light.mean()), 1e-4), 0.3, 1.8) ** 0.6
    part = np.clip(share * rng.uniform(0.7, 1.3, count), 0, 1)[of][:, None]
    return replace(mesh, colours=np.clip(mesh.colours * (1 - part) + target * part, 0.002, 0.95))


def piece_sizes(mesh: Mesh) -> Floats:
    """The longest side of each piece's box, in metres."""
    of = piece_of(mesh)
    starts = np.flatnonzero(np.diff(of, prepend=-1))
    span = np.maximum.reduceat(mesh.vertices, starts) - np.minimum.reduceat(mesh.vertices, starts)
    return np.asarray(span.max(1))


def enlarge(mesh: Mesh, factors: Floats) -> Mesh:
    """Every piece scaled by its factor from its first vertex, which is where a leaf is attached."""
    of = piece_of(mesh)
    starts = np.flatnonzero(np.diff(of, prepend=-1))
    foot = mesh.vertices[starts][of]
    return replace(mesh, vertices=foot + (mesh.vertices - foot) * factors[of][:, None])
