"""Pots and planters with something growing in them."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from yarda.garden.flora import grasses, ornaments, palms, shrubs, succulents
from yarda.garden.flora.mesh import Mesh, Part, Parts, Rng, linear, merge
from yarda.garden.flora.solids import box
from yarda.garden.furnishings.joinery import boards

FILLS: dict[str, Callable[..., Parts]] = {
    maker.__name__: maker
    for maker in (
        shrubs.clipped_ball,
        shrubs.mound,
        shrubs.upright_column,
        grasses.tussock,
        grasses.lavender,
        grasses.ground_cover,
        succulents.agave,
        succulents.rosette,
        palms.feather_palm,
        palms.fan_palm,
        palms.paddles,
    )
}
"""What may fill a pot."""


def planted_pot(
    rng: Rng, *, radius: float, height: float, colour: str, fill: str, plant: Mapping[str, Any]
) -> Parts:
    """A turned pot with one plant."""
    return _filled(
        ornaments.pot(rng, radius=radius, height=height, colour=colour),
        rng,
        fill,
        plant,
        [(0.0, 0.0)],
        height * 0.9,
    )


def planter_box(
    rng: Rng,
    *,
    length: float,
    width: float,
    height: float,
    colour: str,
    fill: str,
    plant: Mapping[str, Any],
    count: int = 1,
) -> Parts:
    """A box of boards, concrete or steel with plants in a row."""
    wall = 0.04
    sides = [((0.0, sy * (width - wall) / 2, height / 2), (length, wall, height)) for sy in (-1, 1)]
    sides += [((sx * (length - wall) / 2, 0.0, height / 2), (wall, width, height)) for sx in (-1, 1)]
    soil = box((0, 0, height * 0.9), (length - wall, width - wall, 0.02), colour=linear("#3a2c20"))
    shell: Parts = {Part.FLESH: merge([boards(rng, sides, colour=colour, value=0.03), soil])}
    places = [((k + 0.5) / count * (length - 0.1) - (length - 0.1) / 2, 0.0) for k in range(count)]
    return _filled(shell, rng, fill, plant, places, height * 0.9)


def _filled(
    shell: Parts,
    rng: Rng,
    fill: str,
    plant: Mapping[str, Any],
    places: list[tuple[float, float]],
    top: float,
) -> Parts:
    if fill not in FILLS:
        raise ValueError(f"fill {fill!r} is not one of {', '.join(sorted(FILLS))}")
    meshes: dict[Part, list[Mesh]] = {part: [mesh] for part, mesh in shell.items()}
    for x, y in places:
        for part, mesh in FILLS[fill](rng, **plant).items():
            lifted = mesh.vertices + np.array([x, y, top])
            meshes.setdefault(part, []).append(Mesh(vertices=lifted, faces=mesh.faces, colours=mesh.colours))
    return {part: merge(several) for part, several in meshes.items()}
