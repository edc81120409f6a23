"""The few types that the garden's parts share."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Polygon: TypeAlias = tuple[tuple[float, float], ...]
"""A closed ring of points: photo pixels in a brief, metres in a garden."""

Floats: TypeAlias = NDArray[np.float64]
Singles: TypeAlias = NDArray[np.float32]
Bools: TypeAlias = NDArray[np.bool_]
Bytes: TypeAlias = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """The row of the eye level in a photo; confidence is 0 (a guess) to 1."""

    y: float
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundProposal:
    """Where the ground seems to be, largest polygon first; confidence is 0 (a guess) to 1."""

    polygons: tuple[Polygon, ...]
    confidence: float
