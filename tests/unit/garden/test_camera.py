"""The level camera against hand-computed places, and there and back again."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yarda.garden.errors import ImplausibleLength
from yarda.garden.photo.camera import Camera, camera_for, measure_eye_height
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


@given(
    x=st.floats(-3, 3),
    z=st.floats(2, 20),
    metres=st.sampled_from([1.0, 2.03]),
    horizon=st.floats(20, 200),
    focal=st.floats(200, 1500),
    eye=st.floats(0.5, 6),
)
def test_a_pole_and_a_door_tell_how_high_the_camera_was(
    x: float, z: float, metres: float, horizon: float, focal: float, eye: float
) -> None:
    camera = Camera(width_px=400, height_px=300, horizon_y=horizon, centre_x=200.0, focal_px=focal, eye_height=eye)
    foot, top = photo_at(camera, x, z), photo_at(camera, x, z, height=metres)

    measured = measure_eye_height(replace(camera, eye_height=1.6), foot, top, metres=metres)
    turned_round = measure_eye_height(camera, top, foot, metres=metres)

    assert measured == pytest.approx(eye, rel=0.001)
    assert turned_round == measured


@given(
    x=st.floats(-3, 3), z=st.floats(2, 15), run=st.floats(1, 6), depth=st.floats(-0.3, 0.3), eye=st.floats(0.5, 6)
)
def test_a_length_that_lies_on_the_ground_tells_it_too(
    x: float, z: float, run: float, depth: float, eye: float
) -> None:
    camera = replace(CAMERA, eye_height=eye)
    ends = photo_at(camera, x, z), photo_at(camera, x + run, z + depth)

    measured = measure_eye_height(CAMERA, *ends, metres=math.hypot(run, depth))

    assert measured == pytest.approx(eye, rel=0.001)


@given(off=st.floats(-1.5, 1.5), z=st.floats(3, 8))
def test_a_door_marked_a_pixel_off_is_still_within_two_per_cent(off: float, z: float) -> None:
    camera = Camera(width_px=1536, height_px=1024, horizon_y=450.0, centre_x=768.0, focal_px=1229.0)
    (u, foot), (_, top) = photo_at(camera, 1.0, z), photo_at(camera, 1.0, z, height=2.03)

    measured = measure_eye_height(camera, (u, foot + off), (u + off, top), metres=2.03)

    assert measured == pytest.approx(1.6, rel=0.02)


def test_the_sample_doors_mark_gives_the_height_of_its_camera() -> None:
    truth = sample_geometry()
    camera = camera_for((truth.width, truth.height), horizon_y=truth.horizon_y)
    door = truth.door_from_ground

    measured = measure_eye_height(camera, door.start, door.end, metres=door.metres)

    assert measured == pytest.approx(truth.camera_height_m, rel=0.005)


@pytest.mark.parametrize(
    ("start", "end", "metres", "said"),
    [
        ((200.0, 90.0), (200.0, 40.0), 2.03, "lower end lies above eye level"),
        ((100.0, 150.0), (200.0, 90.0), 2.03, "neither stands upright nor lies on the ground"),
        ((200.0, 101.0), (200.0, 20.0), 2.03, "correct the length in metres"),
        ((200.0, 290.0), (200.0, 260.0), 20.0, "the camera would have been 127 m above the ground"),
        ((200.0, 120.0), (200.0, 120.0), 1.0, "correct the length"),
    ],
)
def test_a_length_that_cannot_be_says_what_to_correct(
    start: tuple[float, float], end: tuple[float, float], metres: float, said: str
) -> None:
    with pytest.raises(ImplausibleLength, match=said):
        measure_eye_height(CAMERA, start, end, metres=metres)
