"""The few types that the garden's parts share."""

from dataclasses import dataclass
from typing import Any, TypeAlias

from numpy.typing import NDArray

Polygon: TypeAlias = tuple[tuple[float, float], ...]
"""A closed ring of points: photo pixels in a brief, metres in a garden."""

# The names say what an array holds. numpy's and OpenCV's stubs cannot follow a dtype through arithmetic, so the
# type checker is told less.
Floats: TypeAlias = NDArray[Any]
"""float64"""
Singles: TypeAlias = NDArray[Any]
"""float32"""
Bools: TypeAlias = NDArray[Any]
"""bool"""
Bytes: TypeAlias = NDArray[Any]
"""uint8"""


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
