"""The site seen from above: a raster of the ground with its distance fields.

Ground beyond the picture's frame is unknown, not a border: the mask is continued past the frame's edge.
"""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from scipy.ndimage import distance_transform_edt, gaussian_filter

from yarda.garden.errors import NoGround
from yarda.garden.flora.mesh import Rng
from yarda.garden.photo.camera import Camera
from yarda.garden.shapes import Bools, Bytes, Floats, Polygon

CELL = 0.05
FARTHEST = 24.0
WIDEST = 14.0
FAR = 99.0
LEAST_AREA = 1.5
CONTOUR_SCALE = 4
STEEPEST = 1.6
"""Depth per width from which a border runs away from the camera instead of across."""
LEAST_FACING = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Square cells on the ground; row 0 is nearest to the camera."""

    left: float
    near: float
    columns: int
    rows: int

    def centres(self) -> tuple[Floats, Floats]:
        """x and z of every cell."""
        x = self.left + (np.arange(self.columns) + 0.5) * CELL
        z = self.near + (np.arange(self.rows) + 0.5) * CELL
        columns, rows = np.meshgrid(x, z)
        return columns, rows

    def sample(self, field: Floats, x: Floats, z: Floats) -> Floats:
        """The field at points, bilinear, continued beyond the grid."""
        column = ((x - self.left) / CELL - 0.5).astype(np.float32)
        row = ((z - self.near) / CELL - 0.5).astype(np.float32)
        values = field.astype(np.float32)
        if column.ndim == 1:
            column, row = column[:, None], row[:, None]
            return np.asarray(_remap(values, column, row)[:, 0], float)
        return np.asarray(_remap(values, column, row), float)

    def at(self, field: Floats, x: float, z: float) -> float:
        """The field at one point, as `sample` has it."""
        column = min(max((x - self.left) / CELL - 0.5, 0.0), self.columns - 1.0)
        row = min(max((z - self.near) / CELL - 0.5, 0.0), self.rows - 1.0)
        i, j = min(int(row), self.rows - 2), min(int(column), self.columns - 2)
        down, across = row - i, column - j
        upper = field[i, j] * (1 - across) + field[i, j + 1] * across
        lower = field[i + 1, j] * (1 - across) + field[i + 1, j + 1] * across
        return float(upper * (1 - down) + lower * down)

    def fill(self, rings: tuple[Polygon, ...]) -> Bools:
        """The cells inside the rings, by the even-odd rule."""
        canvas = np.zeros((self.rows, self.columns), np.uint8)
        if rings:
            cv2.fillPoly(canvas, [self._fixed(ring) for ring in rings], 1, cv2.LINE_8, 8)
        return canvas > 0

    def _fixed(self, ring: Polygon) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
        place = (np.asarray(ring) - (self.left, self.near)) / CELL - 0.5
        return np.round(place * 256).astype(np.int32)

    def trace(self, field: Floats) -> tuple[Polygon, ...]:
        """The rings around where the field is positive, to about a centimetre."""
        fine = cv2.resize(
            field.astype(np.float32), None, fx=CONTOUR_SCALE, fy=CONTOUR_SCALE, interpolation=cv2.INTER_LINEAR
        )
        inside = (fine > 0).astype(np.uint8)
        contours, _ = cv2.findContours(inside, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
        rings = []
        for contour in contours:
            simple = cv2.approxPolyDP(contour, 0.9, True)[:, 0].astype(float)
            if len(simple) >= 3 and cv2.contourArea(contour) > 40:
                place = (simple + 0.5) * CELL / CONTOUR_SCALE + (self.left, self.near)
                rings.append(tuple((round(float(x), 3), round(float(z), 3)) for x, z in place))
        return tuple(rings)

    def distance_inside(self, inside: Bools) -> Floats:
        """Signed distance in metres to the border of a region, positive inside, with smooth contours."""
        if not inside.any():
            return np.full(inside.shape, -FAR)
        if inside.all():
            return np.full(inside.shape, FAR)
        padded = np.pad(inside, 1, mode="edge")
        signed = distance_transform_edt(padded) - distance_transform_edt(~padded)
        return np.asarray(gaussian_filter(signed[1:-1, 1:-1] * CELL, 1.2), float)

    def distance_to(self, points: Floats) -> Floats:
        """Distance in metres from every cell to the nearest of the points (n, 2) on the grid."""
        away = np.ones((self.rows, self.columns), bool)
        row = np.floor((points[:, 1] - self.near) / CELL).astype(int)
        column = np.floor((points[:, 0] - self.left) / CELL).astype(int)
        kept = (row >= 0) & (row < self.rows) & (column >= 0) & (column < self.columns)
        if not kept.any():
            return np.full(away.shape, FAR)
        away[row[kept], column[kept]] = False
        return np.asarray(distance_transform_edt(away) * CELL, float)

    def noise(self, rng: Rng, *, scale: float, octaves: int = 2) -> Floats:
        """Smooth noise with unit deviation per octave; `scale` is its coarsest feature in metres."""
        total = np.zeros((self.rows, self.columns))
        weight = 1.0
        for _ in range(octaves):
            raw = gaussian_filter(rng.normal(size=(self.rows + 40, self.columns + 40)), scale / CELL)
            raw = raw[20:-20, 20:-20]
            total += weight * raw / max(float(raw.std()), 1e-9)
            weight, scale = weight * 0.5, scale * 0.5
        return total


def _remap(values: np.ndarray, column: np.ndarray, row: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.remap(values, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The ground to be designed."""

    camera: Camera
    grid: Grid
    ground: Bools
    """Cells that are ground and in the picture."""
    edge: Floats
    """Metres to the nearest border of the ground; the picture's frame is not one."""
    house: Floats
    """Metres to the house: to its marked edge, else to the far border."""
    back_line: Floats
    """Points (n, 2) of the marked house edge, else of the far border, from left to right."""
    door: tuple[float, float] | None = None
    """Where the house is entered, where somebody marked it."""
    angle: float
    """How far the far border turns away from straight across, in radians."""


def _grid_over(camera: Camera, mask: Bools) -> Grid:
    rows, columns = np.nonzero(mask)
    x, z = camera.to_ground(columns + 0.5, rows + 0.5)
    near_part = z < FARTHEST
    if not near_part.any():
        raise NoGround("the ground lies too close to the horizon: move the horizon up or the ground down")
    left = max(float(x[near_part].min()), -WIDEST) - 1
    right = min(float(x[near_part].max()), WIDEST) + 1
    near = max(float(z.min()) - 0.6, 0.3)
    far = min(float(z.max()), FARTHEST) + 1.5
    return Grid(
        left=left, near=near, columns=max(8, int((right - left) / CELL)), rows=max(8, int((far - near) / CELL))
    )


def survey(camera: Camera, mask: Bytes, *, back_line: Floats | None = None) -> Site:
    """Lay the ground of a photo out from above. Raises NoGround when it covers too little.

    The house stands along `back_line`, in metres (see `project_edge`); without it, along the far border.
    """
    inside_photo = mask > 127
    grid = _grid_over(camera, inside_photo)
    x, z = grid.centres()
    u, v = camera.to_photo(x, z)
    column, row = np.floor(u).astype(int), np.floor(v).astype(int)
    in_frame = (column >= 0) & (column < camera.width_px) & (row >= 0) & (row < camera.height_px)
    clipped = inside_photo[row.clip(0, camera.height_px - 1), column.clip(0, camera.width_px - 1)]
    ground = clipped & in_frame
    if ground.sum() * CELL**2 < LEAST_AREA:
        raise NoGround("the ground is too small to design: draw it larger, or correct the horizon")
    padded = np.pad(clipped, 1, mode="edge")
    edge = distance_transform_edt(padded)[1:-1, 1:-1] * CELL if not clipped.all() else np.full(x.shape, FAR)
    line = _facing(_back_line(camera, inside_photo)) if back_line is None else back_line
    return Site(
        camera=camera,
        grid=grid,
        ground=ground,
        edge=np.asarray(edge, float),
        house=grid.distance_to(_densified(line)),
        back_line=line,
        angle=_turn_of(line),
    )


def project_edge(camera: Camera, edge: Polygon) -> Floats | None:
    """A line in the photo as points on the ground from left to right; None where none of it is near ground."""
    least = camera.horizon_y + camera.focal_px * camera.eye_height / FARTHEST
    kept: list[tuple[float, float]] = []
    for (u, v), (next_u, next_v) in pairwise(edge):
        if max(v, next_v) < least:
            continue
        crossing = u + (next_u - u) * (least - v) / (next_v - v) if v != next_v else u
        ends = [
            (u, v) if v >= least else (crossing, least),
            (next_u, next_v) if next_v >= least else (crossing, least),
        ]
        kept += ends
    if len(set(kept)) < 2:
        return None
    u, v = np.array(kept).T
    line = np.stack(camera.to_ground(u, v), 1)
    return _densified(line if line[0, 0] <= line[-1, 0] else line[::-1])


def _back_line(camera: Camera, mask: Bools) -> Floats:
    columns = np.flatnonzero(mask.any(0))
    tops = mask.argmax(0)[columns]
    x, z = camera.to_ground(columns + 0.5, tops + 0.5)
    return np.stack([x, np.minimum(z, FARTHEST)], 1)


def _facing(line: Floats) -> Floats:
    """The part of the far border that runs across rather than away: a drive's edge is not the house."""
    if len(line) < 8:
        return line
    reach = max(2, len(line) // 60)
    steps = (
        line[np.minimum(np.arange(len(line)) + reach, len(line) - 1)]
        - line[np.maximum(np.arange(len(line)) - reach, 0)]
    )
    across = np.abs(steps[:, 1]) < STEEPEST * np.abs(steps[:, 0])
    return line[across] if across.mean() > LEAST_FACING else line


def _densified(line: Floats) -> Floats:
    """The line with no gap wider than a cell, jumps in depth included."""
    if len(line) < 2:
        return line
    steps = np.linalg.norm(np.diff(line, axis=0), axis=1)
    travelled = np.concatenate([[0.0], np.cumsum(steps)])
    dense = np.arange(0, travelled[-1] + CELL / 2, CELL / 2)
    return np.stack([np.interp(dense, travelled, line[:, 0]), np.interp(dense, travelled, line[:, 1])], 1)


def _turn_of(line: Floats) -> float:
    if len(line) < 8:
        return 0.0
    x, z = line[:, 0], line[:, 1]
    width = x.max() - x.min()
    if width < 0.5:
        return 0.0
    slope = float(np.polyfit(x, z, 1)[0])
    return float(np.clip(np.arctan(slope), -0.6, 0.6))
