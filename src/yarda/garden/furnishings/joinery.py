"""Boards, cushions and frames: the pieces that furniture is put together from."""

from collections.abc import Iterable, Sequence

import numpy as np

from yarda.garden.flora.mesh import Mesh, Rng, linear, merge
from yarda.garden.flora.solids import box, sphere, tube
from yarda.garden.shapes import Floats

Place = Sequence[float]


def board(rng: Rng, centre: Place, size: Place, *, colour: str, value: float = 0.07) -> Mesh:
    """A piece of timber, stone or metal; no two have quite the same tone."""
    return box(centre, size, colour=np.clip(linear(colour) * np.exp(rng.normal(0, value)), 0.005, 0.92))


def boards(rng: Rng, places: Iterable[tuple[Place, Place]], *, colour: str, value: float = 0.07) -> Mesh:
    """Several pieces, each a centre and a size."""
    return merge(board(rng, centre, size, colour=colour, value=value) for centre, size in places)


def slats(
    rng: Rng, *, count: int, span: float, length: float, thick: float, height: float, colour: str, wide: float
) -> Mesh:
    """Boards side by side along y, each running along x, with a gap between them."""
    starts = (np.arange(count) + 0.5) / count * span - span / 2
    return boards(rng, [((0, y, height), (length, wide, thick)) for y in starts], colour=colour)


def legs(rng: Rng, *, width: float, depth: float, height: float, thick: float, colour: str) -> Mesh:
    """Four posts at the corners of a rectangle."""
    corners = [(sx * (width - thick) / 2, sy * (depth - thick) / 2) for sx in (-1, 1) for sy in (-1, 1)]
    return boards(rng, [((x, y, height / 2), (thick, thick, height)) for x, y in corners], colour=colour)


def cushion(rng: Rng, centre: Place, size: Place, *, colour: str) -> Mesh:
    """A soft block: a box drawn in at its edges, with a domed top."""
    ball = sphere((1, 1, 1), at=(0, 0, 0), colour=linear(colour) * np.exp(rng.normal(0, 0.04)), level=3)
    squared = np.sign(ball.vertices) * np.abs(ball.vertices) ** 0.38
    return Mesh(
        vertices=squared * np.asarray(size, float) / 2 + np.asarray(centre, float),
        faces=ball.faces,
        colours=ball.colours,
    )


def rod(points: Sequence[Place], *, radius: float, colour: str, sides: int = 8) -> Mesh:
    """A round bar through the points."""
    return tube(np.array(points, float), radius, colour=linear(colour), sides=sides)


def placed(mesh: Mesh, *, at: Place = (0.0, 0.0, 0.0), turn: float = 0.0) -> Mesh:
    """The mesh turned by degrees about the vertical and moved."""
    return Mesh(
        vertices=turned_about(mesh.vertices, turn) + np.asarray(at), faces=mesh.faces, colours=mesh.colours
    )


def turned_about(points: Floats, turn: float) -> Floats:
    """Points turned by degrees about the vertical."""
    angle = np.radians(turn)
    across = points[:, 0] * np.cos(angle) - points[:, 1] * np.sin(angle)
    along = points[:, 0] * np.sin(angle) + points[:, 1] * np.cos(angle)
    return np.stack([across, along, points[:, 2]], 1)


def tilted(mesh: Mesh, *, about: Place, degrees: float) -> Mesh:
    """The mesh tipped about an axis along x through a point; positive tips its top away."""
    angle = -np.radians(degrees)
    points = mesh.vertices - np.asarray(about)
    y = points[:, 1] * np.cos(angle) - points[:, 2] * np.sin(angle)
    z = points[:, 1] * np.sin(angle) + points[:, 2] * np.cos(angle)
    return Mesh(
        vertices=np.stack([points[:, 0], y, z], 1) + np.asarray(about), faces=mesh.faces, colours=mesh.colours
    )
