"""Lights beside a path."""

from yarda.garden.flora.mesh import Part, Parts, Rng, linear, merge
from yarda.garden.flora.solids import box, turned
from yarda.garden.furnishings.joinery import board, rod


def bollard(rng: Rng, *, colour: str, height: float = 0.6) -> Parts:
    """A square post with a lit slot below its cap."""
    post = board(rng, (0, 0, height / 2), (0.09, 0.09, height), colour=colour)
    slot = box((0, 0, height - 0.1), (0.094, 0.094, 0.05), colour=linear("#fff3d6"))
    return {Part.FLESH: merge([post, slot])}


def torch(rng: Rng, *, colour: str, height: float = 1.5) -> Parts:
    """A bamboo garden torch."""
    cane = rod([(0, 0, 0), (0, 0, height - 0.2)], radius=0.018, colour=colour)
    head = turned(
        [(0.02, height - 0.22), (0.055, height - 0.1), (0.045, height), (0.0, height)],
        colour=linear(colour) * 0.7,
        sides=12,
    )
    return {Part.SOLID: merge([cane, head])}
