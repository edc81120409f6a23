"""How large a plant is when it is planted, three years later and grown."""

import numpy as np

from yarda.garden.flora.mesh import Part, Parts, Rng
from yarda.garden.flora.pieces import enlarge, piece_sizes, thin
from yarda.garden.seasons import Growth

NURSERY_TREE = (0.9, 1.8)
"""Spread and height in metres of a tree as it is usually sold, in a 15-gallon pot."""
NURSERY_PLANT = (0.35, 0.4)
"""Of anything else, in a pot of one to five gallons."""
LEAST, MOST = 0.25, 0.65
"""Shares of the grown size between which a plant is sold: neither a seedling nor fully grown."""
YEARS_SHOWN = {Growth.PLANTED: 0.0, Growth.THREE_YEARS: 3.0}


def grown_size(
    *, spread: float, height: float, tree: bool, years_to_maturity: float, growth: Growth
) -> tuple[float, float]:
    """The shares of spread and height, 0 to 1, that a plant has reached.

    It is planted with the share p = nursery size / grown size, kept between LEAST and MOST. After t of T years it
    has p + (1 - p) * (1 - e^(-3 t/T)) / (1 - e^-3): fast at first, then slower, and 1 from year T on.
    """
    if growth is Growth.MATURE:
        return 1.0, 1.0
    years = YEARS_SHOWN[growth] / max(years_to_maturity, 0.1)
    way = min(1.0, float((1 - np.exp(-3 * years)) / (1 - np.exp(-3.0))))
    wide, tall = NURSERY_TREE if tree else NURSERY_PLANT
    across, up = (min(MOST, max(LEAST, sold / grown)) for sold, grown in ((wide, spread), (tall, height)))
    return across + (1 - across) * way, up + (1 - up) * way


def younger(parts: Parts, share: float, *, rng: Rng) -> Parts:
    """The mesh for a plant that will be drawn at `share` of its size: fewer leaves, each nearly as large as ever.

    The leaves cover as much of it as they do of the grown plant. Long leaves, which are the plant, only get fewer.
    """
    if share >= 0.999 or Part.LEAF not in parts:
        return parts
    mesh = parts[Part.LEAF]
    small = piece_sizes(mesh) < 0.2 * float(mesh.vertices[:, 2].max())
    mesh = enlarge(mesh, np.where(small, share**-0.75, 1.0))
    return {**parts, Part.LEAF: thin(mesh, np.where(small, share**1.5, max(0.5, share)), rng=rng)}
