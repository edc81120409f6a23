"""The level camera against hand-computed places, and there and back again."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yarda.garden.camera import Camera, camera_for
from yarda.sample import sample_geometry

# 228 - 100 = 128 rows below the horizon: z = 320 * 1.6 / 128 = 4 m, and a pixel there is 4 / 320 m wide.
CAMERA = Camera(width_px=400, height_px=300, horizon_y=100.0, centre_x=200.0, focal_px=320.0, eye_height=1.6)


def ground_at(camera: Camera, u: float, v: float) -> tuple[float, float]:
    x, z = camera.to_ground(np.array(u), np.array(v))
    return float(x), float(z)


def photo_at(camera: Camera, x: float, z: float, *, height: float = 0.0) -> tuple[float, float]:
    u, v = camera.to_photo(np.array(x), np.array(z), height=height)
    return float(u), float(v)


@pytest.mark.parametrize(
    ("pixel", "place"),
    [
        ((200.0, 228.0), (0.0, 4.0)),
        ((280.0, 228.0), (1.0, 4.0)),
        ((120.0, 228.0), (-1.0, 4.0)),
        ((200.0, 164.0), (0.0, 8.0)),
        ((240.0, 164.0), (1.0, 8.0)),
    ],
)
def test_a_pixel_below_the_horizon_is_a_place_on_the_ground(
    pixel: tuple[float, float], place: tuple[float, float]
) -> None:
    assert ground_at(CAMERA, *pixel) == pytest.approx(place)


def test_what_is_as_high_as_the_eye_is_seen_on_the_horizon_however_far() -> None:
    rows = [photo_at(CAMERA, 0.5, z, height=1.6)[1] for z in (1.0, 4.0, 50.0)]

    assert rows == pytest.approx([100.0, 100.0, 100.0])


def test_a_door_four_metres_away_is_as_tall_as_it_should_be() -> None:
    _, foot = photo_at(CAMERA, 0.0, 4.0)
    _, lintel = photo_at(CAMERA, 0.0, 4.0, height=2.03)

    assert foot - lintel == pytest.approx(2.03 * 320 / 4)


def test_pixels_above_the_horizon_are_far_away_and_finite() -> None:
    x, z = CAMERA.to_ground(np.array([200.0, 390.0, 10.0]), np.array([100.0, 50.0, 0.0]))

    assert np.isfinite(x).all()
    assert (z > 500).all()


@given(
    u=st.floats(0, 400),
    below=st.floats(1, 600),
    horizon=st.floats(-50, 250),
    focal=st.floats(100, 3000),
    eye=st.floats(1.0, 3.0),
)
def test_a_pixel_comes_back_from_the_ground(
    u: float, below: float, horizon: float, focal: float, eye: float
) -> None:
    camera = Camera(width_px=400, height_px=300, horizon_y=horizon, centre_x=200.0, focal_px=focal, eye_height=eye)

    there = ground_at(camera, u, horizon + below)

    assert photo_at(camera, *there) == pytest.approx((u, horizon + below), abs=1e-6)


@given(x=st.floats(-14, 14), z=st.floats(1, 24))
def test_a_place_comes_back_from_the_photo(x: float, z: float) -> None:
    seen = photo_at(CAMERA, x, z)

    assert ground_at(CAMERA, *seen) == pytest.approx((x, z), abs=1e-6)


@given(u=st.floats(0, 400), v=st.floats(110, 300), factor=st.floats(0.1, 4))
def test_a_resized_photo_shows_the_same_ground(u: float, v: float, factor: float) -> None:
    # Rows within half a pixel of the horizon are pushed away, so a tiny copy must stay clear of them.
    small = CAMERA.scaled(factor)

    assert ground_at(small, u * factor, v * factor) == pytest.approx(ground_at(CAMERA, u, v), abs=1e-6)


def test_a_resized_photo_has_whole_pixels() -> None:
    small = CAMERA.scaled(1 / 3)

    assert (small.width_px, small.height_px) == (133, 100)


@pytest.mark.parametrize("size", [(1536, 1024), (1024, 1536)])
def test_without_a_focal_length_the_long_side_sees_68_degrees(size: tuple[int, int]) -> None:
    camera = camera_for(size, horizon_y=400.0)

    assert math.degrees(2 * math.atan(1536 / 2 / camera.focal_px)) == pytest.approx(68)
    assert camera.centre_x == size[0] / 2


@pytest.mark.parametrize(("size", "focal_px"), [((3600, 2400), 2799.8), ((4000, 3000), 3235.5)])
def test_a_focal_length_is_scaled_by_the_diagonal(size: tuple[int, int], focal_px: float) -> None:
    camera = camera_for(size, horizon_y=1000.0, focal_length_35mm=28.0)

    assert camera.focal_px == pytest.approx(focal_px, abs=0.5)


def test_the_sample_door_is_two_metres_tall_behind_its_step() -> None:
    # The door stands on a step; its foot and lintel are seen at the same distance from the camera.
    truth = sample_geometry()
    focal = truth.width / 2 / math.tan(math.radians(truth.hfov_degrees / 2))
    camera = Camera(
        width_px=truth.width,
        height_px=truth.height,
        horizon_y=truth.horizon_y,
        centre_x=truth.width / 2,
        focal_px=focal,
        eye_height=truth.camera_height_m,
    )
    tall = truth.door.start[1] - truth.door.end[1]
    distance = truth.door.metres * focal / tall

    _, before_the_step = ground_at(camera, truth.door.start[0], 611.2)

    assert 0.0 < distance - before_the_step < 1.5
