"""The level camera of the sample photos, and where the world falls in the picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from mesh import Array

WIDTH, HEIGHT = 1536, 1024
FOCAL_35MM = 28
EYE_METRES = 1.6

Polygon = list[tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """Stands at (x, y), looks level, `yaw_degrees` to the right of +y."""

    x: float
    y: float
    yaw_degrees: float

    @property
    def focal_px(self) -> float:
        """A 3:2 frame is 36 mm wide, so the EXIF focal length fixes the angle exactly."""
        return FOCAL_35MM / 36 * WIDTH

    @property
    def hfov_degrees(self) -> float:
        return float(np.degrees(2 * np.arctan(18 / FOCAL_35MM)))

    @property
    def ahead(self) -> Array:
        yaw = np.radians(self.yaw_degrees)
        return np.array([np.sin(yaw), np.cos(yaw)])

    def project(self, points: Array) -> Array:
        """Pixels (x right, y down from the top left corner) and depth of points in metres."""
        ahead = self.ahead
        offset = points[..., :2] - [self.x, self.y]
        depth = offset @ ahead
        right = offset @ np.array([ahead[1], -ahead[0]])
        scale = self.focal_px / np.maximum(depth, 1e-6)
        return np.stack([WIDTH / 2 + right * scale, HEIGHT / 2 - (points[..., 2] - EYE_METRES) * scale, depth], -1)

    def ground_polygon(self, corners: Sequence[tuple[float, float]]) -> Polygon:
        """The picture of a polygon on the ground, cut to the frame."""
        near = _clip(np.array(corners, float), normal=self.ahead, origin=np.array([self.x, self.y]) + self.ahead)
        pixels = self.project(np.column_stack([near, np.zeros(len(near))]))[:, :2]
        for normal, origin in (
            ((1, 0), (0, 0)),
            ((-1, 0), (WIDTH, HEIGHT)),
            ((0, 1), (0, 0)),
            ((0, -1), (WIDTH, HEIGHT)),
        ):
            pixels = _clip(pixels, normal=np.array(normal, float), origin=np.array(origin, float))
        return rounded(pixels)

    def hidden_behind(self, corner: tuple[float, float], *, y: float) -> float:
        """The x at which the sight line past a corner reaches the line `y`."""
        return self.x + (corner[0] - self.x) * (y - self.y) / (corner[1] - self.y)


def rounded(pixels: Array) -> Polygon:
    return [(round(float(x), 1), round(float(y), 1)) for x, y in pixels[:, :2]]


def _clip(points: Array, *, normal: Array, origin: Array) -> Array:
    kept: list[Array] = []
    side = (points - origin) @ normal
    for here in range(len(points)):
        before = here - 1
        if (side[here] >= 0) != (side[before] >= 0):
            share = side[before] / (side[before] - side[here])
            kept.append(points[before] + share * (points[here] - points[before]))
        if side[here] >= 0:
            kept.append(points[here])
    return np.array(kept)
