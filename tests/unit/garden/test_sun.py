"""Where the sun stands, by the almanac and by the picture."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import cv2
import numpy as np
import pytest

from yarda.garden.brief import DEFAULT_SUN, Brief
from yarda.garden.errors import InvalidBrief
from yarda.garden.photo.camera import Camera, camera_for
from yarda.garden.photo.ground import fill_polygons
from yarda.garden.photo.sun import local_time, seen_from, solar_position
from yarda.garden.photo.sunlight import find_sun, read_sun
from yarda.garden.shapes import Bytes, Polygon
from yarda.sample import sample_geometry, sample_photo

WIDTH, HEIGHT, HORIZON_Y = 480, 320, 110.0
CAMERA = camera_for((WIDTH, HEIGHT), horizon_y=HORIZON_Y)
GROUND: Polygon = ((0.0, 319.0), (479.0, 319.0), (479.0, 130.0), (0.0, 130.0))
BRIEF = Brief(photo=Path("yard.jpg"), area="front_yard", style="any", ground=(GROUND,))
GOLDEN = timezone(timedelta(hours=-7))


@pytest.mark.parametrize(
    ("at", "place", "expected"),
    [
        # The example of Reda and Andreas, Solar Position Algorithm (NREL/TP-560-34302): zenith 50.11162.
        (datetime(2003, 10, 17, 12, 30, 30, tzinfo=GOLDEN), (39.742476, -105.1786), (39.88838, 194.34024)),
        # At the pole the elevation is the declination: Meeus, example 25.a, -7.78507, and 0.04 of refraction.
        (datetime(1992, 10, 13, tzinfo=UTC), (90.0, 0.0), (-7.743, None)),
        # The solstice at noon where the sun is in the zenith.
        (datetime(2024, 6, 20, 12, 1, 50, tzinfo=UTC), (23.437, 0.0), (90.0, None)),
    ],
)
def test_the_sun_stands_where_the_almanac_says(
    at: datetime, place: tuple[float, float], expected: tuple[float, float | None]
) -> None:
    elevation, azimuth = solar_position(at, latitude=place[0], longitude=place[1])

    assert elevation == pytest.approx(expected[0], abs=0.1)
    if expected[1] is not None:
        assert azimuth == pytest.approx(expected[1], abs=0.1)


def test_a_time_without_an_offset_is_of_the_nearest_meridian() -> None:
    assert local_time("2024-06-20T12:00:00", longitude=-122.4).utcoffset() == timedelta(hours=-8)
    assert local_time("2024-06-20T12:00:00+02:00", longitude=-122.4).utcoffset() == timedelta(hours=2)


@pytest.mark.parametrize(("azimuth", "bearing", "seen"), [(90, 0, 90), (270, 0, -90), (180, 0, 0), (10, 200, 10)])
def test_an_azimuth_is_turned_to_the_camera(azimuth: float, bearing: float, seen: float) -> None:
    assert seen_from(azimuth, bearing=bearing) == pytest.approx(seen)


@pytest.mark.parametrize(
    "wrong",
    [{"captured_at": "yesterday"}, {"position": (91.0, 0.0)}, {"position": (0.0, 181.0)}, {"bearing": 361.0}],
)
def test_facts_that_cannot_be_are_an_error(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidBrief):
        replace(BRIEF, **wrong)  # type: ignore[arg-type]


def test_facts_survive_the_way_to_the_child() -> None:
    brief = replace(BRIEF, captured_at="2024-06-20T15:00:00+02:00", position=(52.4, 4.6), bearing=270.0)

    assert Brief.from_json(brief.to_json()) == brief


def test_time_and_place_tell_the_elevation_and_the_bearing_the_side() -> None:
    photo, ground = yard(azimuth=0, direct=0.8)
    brief = replace(BRIEF, captured_at="2003-10-17T12:30:30-07:00", position=(39.742476, -105.1786), bearing=150.0)

    sun = find_sun(brief, photo, ground=ground > 127, camera=CAMERA)

    assert sun.elevation == pytest.approx(39.89, abs=0.2)
    assert sun.azimuth == pytest.approx(135.66, abs=0.2)


def test_at_night_there_is_no_sun() -> None:
    photo, ground = yard(azimuth=0, direct=0.8)
    brief = replace(BRIEF, captured_at="2003-10-17T23:30:00-07:00", position=(39.7, -105.2))

    assert find_sun(brief, photo, ground=ground > 127, camera=CAMERA).strength == 0


@pytest.mark.parametrize("azimuth", [-60, -35, 20, 50])
def test_shadows_on_the_ground_tell_the_direction(azimuth: float) -> None:
    photo, ground = yard(azimuth=azimuth, direct=0.75)

    read = read_sun(photo, ground=ground > 127, camera=CAMERA)

    assert read.confidence > 0.35
    assert read.azimuth == pytest.approx(azimuth, abs=15)
    assert read.strength > 0.5


def test_an_overcast_yard_has_no_sun_and_keeps_the_default_direction() -> None:
    photo, ground = yard(azimuth=30, direct=0.0)

    sun = find_sun(BRIEF, photo, ground=ground > 127, camera=CAMERA)

    assert sun.strength < 0.2
    assert sun.azimuth == DEFAULT_SUN.azimuth


def test_the_sample_yards_sun_is_found() -> None:
    # scripts/sample_yard/render.py: the light goes (-0.55, 0.62), so the sun is 41.6 degrees right of behind.
    truth = sample_geometry()
    photo = cv2.imdecode(np.frombuffer(sample_photo(), np.uint8), cv2.IMREAD_COLOR_RGB)
    assert photo is not None
    size = (truth.width, truth.height)
    ground = fill_polygons(truth.ground, size_px=size, scale=1.0)

    read = read_sun(photo, ground=ground > 127, camera=camera_for(size, horizon_y=truth.horizon_y))

    assert read.azimuth == pytest.approx(math.degrees(math.atan2(0.55, 0.62)), abs=30)
    assert read.strength > 0.5


def yard(*, azimuth: float, direct: float) -> tuple[Bytes, Bytes]:
    """A grey ground with the shadows of posts, under a sky that is blue in the sun and white under clouds."""
    sky = np.array([0.10, 0.17, 0.34]) if direct else np.array([0.75, 0.76, 0.78])
    level = float(sky.mean() * 0.9 + 2.2 * direct * 0.3)
    picture = np.empty((HEIGHT, WIDTH, 3))
    picture[:] = sky
    rows = np.broadcast_to(np.arange(HEIGHT)[:, None] > HORIZON_Y, (HEIGHT, WIDTH))
    picture[rows] = 0.3 * level
    rng = np.random.default_rng(3)
    if direct:
        shade = np.zeros((HEIGHT, WIDTH), np.uint8)
        for _ in range(14):
            cv2.fillPoly(shade, [_shadow(CAMERA, rng, azimuth)], 1)
        picture[(shade > 0) & rows] *= 0.35
    noisy = picture * (1 + rng.normal(0, 0.01, picture.shape))
    encoded = np.clip(noisy, 0, 1) ** (1 / 2.2)
    ground = fill_polygons((GROUND,), size_px=(WIDTH, HEIGHT), scale=1.0)
    return (encoded * 255).astype(np.uint8), ground


def _shadow(
    camera: Camera, rng: np.random.Generator, azimuth: float
) -> "np.ndarray[tuple[int, ...], np.dtype[np.int32]]":
    x, z = rng.uniform(-4, 4), rng.uniform(2.5, 8)
    turn = math.radians(azimuth)
    away = np.array([-math.sin(turn), math.cos(turn)])
    side = np.array([away[1], -away[0]]) * 0.15
    foot = np.array([x, z])
    corners = np.array([foot - side, foot + side, foot + side + away * 3, foot - side + away * 3])
    u, v = camera.to_photo(corners[:, 0], np.maximum(corners[:, 1], 1.0))
    return np.stack([u, v], 1).round().astype(np.int32)
