"""Where things stand: x to the right, y away from the camera, z up, all in metres."""

from dataclasses import dataclass

import numpy as np

from yarda.garden.photo.camera import Camera

WIDTH, HEIGHT = 1536, 1024
STAND_X = 0.4
"""The photographer stands on the sidewalk, a little right of the middle."""
CAMERA = Camera(
    width_px=WIDTH,
    height_px=HEIGHT,
    horizon_y=452.0,
    centre_x=WIDTH / 2,
    focal_px=WIDTH / 2 / float(np.tan(np.radians(32.0))),
)
WALL_Y, GARAGE_Y = 13.5, 11.9
LEFT, JOINT, RIGHT = -7.6, 2.2, 8.3
EAVE = 2.75
DOOR_X = (0.85, 1.77)
STEP = 0.15
LAWN_LEFT, LAWN_RIGHT, LAWN_FRONT, LAWN_BACK = -9.0, 9.4, 2.0, 14.6
DRIVE = (2.75, 7.85)
WALK = [(0.7, 12.35), (0.7, 9.3), (2.75, 9.3), (2.75, 10.5), (1.95, 10.5), (1.95, 12.35)]

Ring = list[tuple[float, float, float]]


@dataclass(frozen=True)
class Geometry:
    """What is true of the picture, in the world's metres."""

    ground: list[Ring]
    walk: Ring
    door: Ring


def _flat(points: list[tuple[float, float]]) -> Ring:
    return [(x, y, 0.0) for x, y in points]


GEOMETRY = Geometry(
    ground=[
        _flat(
            [
                *((LAWN_LEFT, 3.2), (LAWN_LEFT, LAWN_BACK), (LEFT - 0.15, LAWN_BACK), (LEFT - 0.15, WALL_Y - 0.1)),
                *((0.3, WALL_Y - 0.1), (0.3, 12.35), (0.62, 12.35), (0.62, 9.22), (DRIVE[0] - 0.08, 9.22)),
                (DRIVE[0] - 0.08, 3.2),
            ]
        ),
        _flat(
            [(DRIVE[1] + 0.08, 7.6), (DRIVE[1] + 0.08, 11.6), (LAWN_RIGHT - 0.5, 11.6), (LAWN_RIGHT - 0.5, 9.2)]
        ),
    ],
    walk=_flat(WALK),
    door=[(sum(DOOR_X) / 2, WALL_Y - 0.05, STEP), (sum(DOOR_X) / 2, WALL_Y - 0.05, STEP + 2.03)],
)


def project_ring(ring: Ring) -> list[list[float]]:
    """The ring's pixels, kept inside the picture."""
    shown = []
    for x, y, z in ring:
        u, v = CAMERA.to_photo(np.array(x - STAND_X), np.array(y), height=z)
        shown.append([round(float(np.clip(u, 0, WIDTH)), 1), round(float(np.clip(v, 0, HEIGHT)), 1)])
    return shown
