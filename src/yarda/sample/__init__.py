"""The sample yard: a picture the project owns, and its geometry as it truly is."""

import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

Point = tuple[float, float]
Polygon = tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDistance:
    """Two points of the picture and the metres between them."""

    start: Point
    end: Point
    metres: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleGeometry:
    """In the picture's pixels, computed from the scene it was rendered from (`scripts/sample_yard`)."""

    width: int
    height: int
    ground: tuple[Polygon, ...]
    areas: dict[str, tuple[Polygon, ...]]
    keep_in_front: tuple[Polygon, ...]
    horizon_y: float
    door: KnownDistance
    door_step_m: float
    """How high the door's foot stands above the ground."""
    hfov_degrees: float
    camera_height_m: float

    @property
    def door_from_ground(self) -> KnownDistance:
        """The door with the step beneath it: a length that stands on the ground."""
        (x, foot), (_, top) = self.door.start, self.door.end
        step_px = self.door_step_m * (foot - top) / self.door.metres
        return KnownDistance(
            start=(x, foot + step_px), end=self.door.end, metres=self.door.metres + self.door_step_m
        )


def sample_photo() -> bytes:
    """The picture, a JPEG."""
    return (files(__name__) / "yard.jpg").read_bytes()


def sample_geometry() -> SampleGeometry:
    """What is true of the picture."""
    facts = json.loads((files(__name__) / "yard.json").read_text(encoding="utf-8"))
    door = facts["door"]
    return SampleGeometry(
        width=facts["width"],
        height=facts["height"],
        ground=_polygons(facts["ground"]),
        areas={name: _polygons(rings) for name, rings in facts["areas"].items()},
        keep_in_front=_polygons(facts["keep_in_front"]),
        horizon_y=facts["horizon_y"],
        door=KnownDistance(start=_point(door["from"]), end=_point(door["to"]), metres=door["metres"]),
        door_step_m=facts["door_step_m"],
        hfov_degrees=facts["hfov_degrees"],
        camera_height_m=facts["camera_height_m"],
    )


def _polygons(rings: Any) -> tuple[Polygon, ...]:
    return tuple(tuple(_point(point) for point in ring) for ring in rings)


def _point(pair: Any) -> Point:
    return float(pair[0]), float(pair[1])
