"""Small yards for the garden's tests: a camera, the ground it sees, and what is laid out on it."""

import io
from collections.abc import Iterator
from functools import cache

import cv2
import numpy as np
from PIL import Image

from yarda.garden.design.layout import lay_out
from yarda.garden.design.site import Site, survey
from yarda.garden.design.styles import get_style
from yarda.garden.flora.species import get_form
from yarda.garden.model import Garden, Plant
from yarda.garden.photo.camera import Camera, camera_for
from yarda.garden.photo.ground import ground_mask
from yarda.garden.shapes import Bytes, Polygon

SIZE = (240, 160)
HORIZON_Y = 70.0
LAWN: Polygon = ((10.0, 158.0), (230.0, 158.0), (190.0, 100.0), (50.0, 100.0))
STRIP: Polygon = ((80.0, 158.0), (160.0, 158.0), (150.0, 125.0), (90.0, 125.0))


def a_camera() -> Camera:
    return camera_for(SIZE, horizon_y=HORIZON_Y)


@cache
def a_site(ground: Polygon = LAWN) -> Site:
    camera = a_camera()
    return survey(camera, ground_mask((ground,), keep_in_front=(), camera=camera, scale=1.0))


@cache
def a_garden(style: str, area: str, *, seed: int = 1, preservation: float = 0.5, ground: Polygon = LAWN) -> Garden:
    return lay_out(
        get_style(style), a_site(ground), area=area, seed=seed, preservation=preservation, ground=(ground,)
    )


def pixels_inside(ground: Polygon, garden: Garden, plant: Plant) -> float:
    """How many pixels within the polygon the plant's foot is seen; negative outside."""
    u, v = garden.camera.to_photo(np.array(plant.x), np.array(plant.z))
    return float(cv2.pointPolygonTest(np.array(ground, np.float32), (float(u), float(v)), True))


def crowded(garden: Garden, *, share: float) -> Iterator[tuple[Plant, Plant]]:
    """Pairs that stand closer than that share of their radii; a tree counts with its foot, not its crown."""
    plants = garden.plants
    for number, one in enumerate(plants):
        for other in plants[number + 1 :]:
            apart = float(np.hypot(one.x - other.x, one.z - other.z))
            if apart < (foot(one) + foot(other)) * share - 0.004:
                yield one, other


def foot(plant: Plant) -> float:
    """The radius a plant claims on the ground."""
    return min(plant.radius, 0.5) if get_form(plant.species).tree else plant.radius


def holds(rings: tuple[Polygon, ...], x: float, z: float) -> bool:
    """Whether a point is inside the rings, by the even-odd rule."""
    inside = False
    for ring in rings:
        for (ax, az), (bx, bz) in zip(ring, (*ring[1:], ring[0]), strict=True):
            if (az > z) != (bz > z) and x < ax + (z - az) / (bz - az) * (bx - ax):
                inside = not inside
    return inside


def pixels_of(data: bytes) -> Bytes:
    """A picture file's pixels."""
    with Image.open(io.BytesIO(data)) as picture:
        return np.asarray(picture)
