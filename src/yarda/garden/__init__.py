"""The garden: designed as a scene in metres, and path-traced into the user's own photo.

A library of its own. Nothing heavy is imported here: the painter runs in a process of its own.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from yarda.garden.brief import (
    AREAS,
    CONCEPT_VERSION,
    PREVIEW_SAMPLES,
    Brief,
    Limits,
    Neighbour,
    Painting,
    Shows,
    Sun,
)
from yarda.garden.errors import (
    GardenError,
    ImplausibleLength,
    NoGround,
    PainterCrashed,
    PainterError,
    PainterOutOfMemory,
    PainterTimedOut,
    PainterUnavailable,
    UnknownArea,
    UnknownStyle,
)
from yarda.garden.model import Garden
from yarda.garden.process import paint_each_in_process, paint_in_process
from yarda.garden.seasons import Growth, Season
from yarda.garden.shapes import GroundProposal, Horizon, Polygon
from yarda.garden.standby import Standby

if TYPE_CHECKING:
    from yarda.garden.flora.species import species
    from yarda.garden.painter import paint
    from yarda.garden.photo.camera import camera_for, measure_eye_height
    from yarda.garden.photo.ground import propose_ground
    from yarda.garden.photo.horizon import propose_horizon

__all__ = [
    "AREAS",
    "CONCEPT_VERSION",
    "PREVIEW_SAMPLES",
    "Brief",
    "Garden",
    "GardenError",
    "GroundProposal",
    "Growth",
    "Horizon",
    "ImplausibleLength",
    "Limits",
    "Neighbour",
    "NoGround",
    "PainterCrashed",
    "PainterError",
    "PainterOutOfMemory",
    "PainterTimedOut",
    "PainterUnavailable",
    "Painting",
    "Polygon",
    "Season",
    "Shows",
    "Standby",
    "Sun",
    "UnknownArea",
    "UnknownStyle",
    "camera_for",
    "measure_eye_height",
    "paint",
    "paint_each_in_process",
    "paint_in_process",
    "propose_ground",
    "propose_horizon",
    "species",
]

_LAZY = {
    "camera_for": "yarda.garden.photo.camera",
    "measure_eye_height": "yarda.garden.photo.camera",
    "paint": "yarda.garden.painter",
    "propose_ground": "yarda.garden.photo.ground",
    "propose_horizon": "yarda.garden.photo.horizon",
    "species": "yarda.garden.flora.species",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'yarda.garden' has no attribute {name!r}")
