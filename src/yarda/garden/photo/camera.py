"""The level camera: between photo pixels and metres on the ground.

Verticals are upright, so the whole camera is a focal length, a horizon row, a centre column and an eye height.
x runs to the right, z away from the camera, y up from the ground, all in metres.
"""

import math
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from yarda.garden.errors import ImplausibleLength
from yarda.garden.shapes import Floats

EYE_HEIGHT = 1.6
DEFAULT_VIEW_DEGREES = 68.0
FULL_FRAME_DIAGONAL_MM = 43.27
EYE_HEIGHTS = (0.2, 12.0)
"""From a camera set on a kerb to one held out of a third-floor window."""
LEAN = 0.2
"""How far to the side a length may run, for each unit upwards, and still stand upright."""

Pixel = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """A level camera over a level ground."""

    width_px: int
    height_px: int
    horizon_y: float
    centre_x: float
    focal_px: float
    eye_height: float = EYE_HEIGHT

    def to_ground(self, u: Floats, v: Floats) -> tuple[Floats, Floats]:
        """Return x and z of the ground seen at pixels below the horizon; rows above are pushed far away."""
        z = self.focal_px * self.eye_height / np.maximum(v - self.horizon_y, 0.5)
        return (u - self.centre_x) * z / self.focal_px, z

    def to_photo(self, x: Floats, z: Floats, *, height: float = 0.0) -> tuple[Floats, Floats]:
        """Return the pixel column and row of points `height` metres above the ground."""
        u = self.centre_x + self.focal_px * x / z
        v = self.horizon_y + self.focal_px * (self.eye_height - height) / z
        return u, v

    def scaled(self, factor: float) -> Self:
        """The same camera for the photo resized by `factor`."""
        return replace(
            self,
            width_px=round(self.width_px * factor),
            height_px=round(self.height_px * factor),
            horizon_y=self.horizon_y * factor,
            centre_x=self.centre_x * factor,
            focal_px=self.focal_px * factor,
        )


def camera_for(size_px: tuple[int, int], *, horizon_y: float, focal_length_35mm: float | None = None) -> Camera:
    """The camera of an upload. Without a focal length the long side is taken to see 68 degrees."""
    width, height = size_px
    if focal_length_35mm is None:
        focal = max(width, height) / 2 / math.tan(math.radians(DEFAULT_VIEW_DEGREES / 2))
    else:
        focal = focal_length_35mm / FULL_FRAME_DIAGONAL_MM * math.hypot(width, height)
    return Camera(width_px=width, height_px=height, horizon_y=horizon_y, centre_x=width / 2, focal_px=focal)


def measure_eye_height(camera: Camera, start: Pixel, end: Pixel, *, metres: float) -> float:
    """How high the camera stood, from a length in its photo that somebody measured; its own eye height is ignored.

    The length stands upright with its lower end on the ground, as a door does, or lies on the ground. One that
    runs straight up the photo is taken to stand. Raises `ImplausibleLength`.
    """
    foot, top = (start, end) if start[1] >= end[1] else (end, start)
    rise = foot[1] - top[1]
    below = foot[1] - camera.horizon_y
    if rise > 0 and abs(foot[0] - top[0]) <= LEAN * rise:
        if below <= 0:
            raise ImplausibleLength(
                "the marked length's lower end lies above eye level: put it on the ground, or raise the eye level"
            )
        height = metres * below / rise
    elif top[1] - camera.horizon_y > 1:
        unit = replace(camera, eye_height=1.0)
        x, z = unit.to_ground(np.array([foot[0], top[0]]), np.array([foot[1], top[1]]))
        height = metres / max(math.hypot(float(x[1] - x[0]), float(z[1] - z[0])), 1e-9)
    else:
        raise ImplausibleLength(
            "the marked length neither stands upright nor lies on the ground: mark a door from its foot "
            "straight up, or two points on the ground below eye level"
        )
    lowest, highest = EYE_HEIGHTS
    if not lowest <= height <= highest:
        raise ImplausibleLength(
            f"with this length the camera would have been {height:.3g} m above the ground, and {lowest:g} to "
            f"{highest:g} m is possible: correct the length in metres, its two ends or the eye level"
        )
    return height
