"""A pool: its wall, its basin, and what its surface mirrors."""

import numpy as np
import pytest

from tests.unit.garden.yards import SIZE
from yarda.garden.design.site import survey
from yarda.garden.model import Garden, Zone, ZoneKind
from yarda.garden.photo.camera import camera_for
from yarda.garden.photo.ground import ground_mask
from yarda.garden.picture.reflection import Mirrored, reflect
from yarda.garden.picture.surface import Ground, paint_ground
from yarda.garden.shapes import Polygon, Singles

CAMERA = camera_for(SIZE, horizon_y=60.0)
YARD: Polygon = ((0.0, 158.0), (239.0, 158.0), (239.0, 90.0), (0.0, 90.0))
POOL: Polygon = ((-1.5, 3.5), (1.5, 3.5), (1.5, 5.0), (-1.5, 5.0))
CONTACT = np.full(SIZE[0], 90.0)
NOTHING = Mirrored(
    radiance=np.zeros((SIZE[1], SIZE[0], 3), np.float32), coverage=np.zeros((SIZE[1], SIZE[0]), np.float32)
)


@pytest.fixture(scope="module")
def ground() -> Ground:
    site = survey(CAMERA, ground_mask((YARD,), keep_in_front=(), camera=CAMERA, scale=1.0))
    zones = (
        Zone(name="deck", kind=ZoneKind.GROUND, material="concrete", rings=()),
        Zone(name="pool", kind=ZoneKind.POOL, material="water", rings=(POOL,)),
    )
    garden = Garden(
        style="n", area="pool_area", seed=1, camera=CAMERA, ground=(YARD,), zones=zones, plants=(), features=()
    )
    return paint_ground(garden, site, supersampling=1.0)


def row_at(ground: Ground, z: float, *, height: float = 0.0) -> int:
    return int(CAMERA.to_photo(np.array(0.0), np.array(z), height=height)[1]) - ground.top


def test_water_lies_below_the_coping_and_shows_its_far_wall(ground: Ground) -> None:
    column = SIZE[0] // 2

    assert ground.water[row_at(ground, 4.2), column] == 1
    assert ground.water[row_at(ground, 5.0, height=-0.04), column] < 0.2
    assert ground.water[row_at(ground, 5.4), column] == 0
    assert ground.water[row_at(ground, 3.3), column] == 0


def test_water_is_blue_and_deeper_than_its_wall(ground: Ground) -> None:
    pool = ground.albedo[ground.water > 0.99]

    assert (pool[:, 2] > pool[:, 0] * 1.3).mean() > 0.9
    assert pool.mean(0)[1] > 0.1


def mirror(wall: tuple[float, float, float], mirrored: Mirrored = NOTHING) -> tuple[Singles, Singles]:
    photo = np.full((SIZE[1], SIZE[0], 3), 0.3, np.float32)
    photo[40:90] = wall
    return reflect(photo, mirrored, camera=CAMERA, contact=CONTACT, gain=np.ones(3), seed=1)


def test_a_red_wall_above_the_far_edge_reddens_the_water() -> None:
    red, _ = mirror((0.8, 0.05, 0.05))
    grey, _ = mirror((0.3, 0.3, 0.3))

    assert red[100:110].mean((0, 1))[0] > grey[100:110].mean((0, 1))[0] * 1.8
    assert red[100:110].mean((0, 1))[1] < grey[100:110].mean((0, 1))[1]


def test_the_mirror_is_stronger_the_flatter_one_looks() -> None:
    _, strength = mirror((0.3, 0.3, 0.3))

    assert strength[80, 120] > strength[100, 120] > strength[150, 120] > 0.02


def test_a_plant_hides_the_wall_in_the_mirror_too() -> None:
    plant = Mirrored(
        radiance=np.zeros((SIZE[1], SIZE[0], 3), np.float32) + np.array([0.0, 0.4, 0.0], np.float32),
        coverage=np.ones((SIZE[1], SIZE[0]), np.float32),
    )

    seen, _ = mirror((0.8, 0.05, 0.05), plant)

    assert seen[105, 120] == pytest.approx([0, 0.4, 0], abs=0.01)
