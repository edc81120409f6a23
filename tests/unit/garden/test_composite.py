"""How the traced garden is laid into the photo, on arrays small enough to reason about."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from yarda.garden.photo.camera import Camera
from yarda.garden.photo.light import Light, match_light, to_encoded, to_linear
from yarda.garden.picture.composite import LEAST_SHARE, Layer, blend, make_layer
from yarda.garden.picture.raytrace import Traced
from yarda.garden.shapes import Bytes, Singles

HEIGHT, WIDTH = 40, 60
# Row 30 is the near edge of the wall: ground below it, seen 100 * 1.6 / 20 = 8 m away.
CAMERA = Camera(width_px=WIDTH, height_px=HEIGHT, horizon_y=10.0, centre_x=30.0, focal_px=100.0)
CONTACT_ROW, CONTACT_METRES = 30, 8.0
DAYLIGHT = Light(exposure=1.0, shade=np.ones((HEIGHT, WIDTH), np.float32), tint=np.ones(3))


def photo_of(height: int = HEIGHT, width: int = WIDTH) -> Bytes:
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)


def layer_of(share: float | Singles, *, colour: float = 0.5) -> Layer:
    shares = np.broadcast_to(np.asarray(share, np.float32), (HEIGHT, WIDTH))
    return Layer(colours=np.full((HEIGHT, WIDTH, 3), colour, np.float32), share=shares)


def ground() -> Bytes:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[CONTACT_ROW:] = 255
    return mask


def shares_of(*, plants_at: float | None, front: Bytes | None = None) -> Any:
    """The layer's shares with plants over the whole picture at that distance, or with none."""
    there = plants_at is not None
    traced = Traced(
        radiance=np.full((HEIGHT, WIDTH, 3), 0.2, np.float32),
        coverage=np.full((HEIGHT, WIDTH), 1.0 if there else 0.0, np.float32),
        distance=np.full((HEIGHT, WIDTH), plants_at if there else 1e9, np.float32),
    )
    layer = make_layer(
        traced,
        camera=CAMERA,
        albedo=np.full((HEIGHT, WIDTH, 3), 0.2, np.float32),
        mask=ground(),
        front=np.zeros((HEIGHT, WIDTH), np.uint8) if front is None else front,
        light=DAYLIGHT,
    )
    return layer.share


@given(share=arrays(np.float32, (HEIGHT, WIDTH), elements=st.floats(0, 1, width=32)))
def test_every_pixel_outside_the_edit_mask_is_the_photos_own(share: Singles) -> None:
    photo = photo_of()

    painted, mask = blend(photo, layer_of(share))

    assert np.array_equal(painted[mask == 0], photo[mask == 0])
    assert np.array_equal(mask > 0, share >= LEAST_SHARE)


@given(height=st.integers(20, 130), width=st.integers(20, 190))
def test_a_photo_larger_than_the_layer_keeps_its_pixels_and_its_size(height: int, width: int) -> None:
    photo = photo_of(height, width)
    share = np.zeros((HEIGHT, WIDTH), np.float32)
    share[CONTACT_ROW:] = 1

    painted, mask = blend(photo, layer_of(share))

    assert painted.shape == photo.shape
    assert mask.shape == (height, width)
    assert np.array_equal(painted[mask == 0], photo[mask == 0])
    assert (mask[: int(height * 0.7)] == 0).all()
    assert (mask[-height // 8 :] == 255).all()


def test_a_layer_that_covers_everything_is_the_picture() -> None:
    painted, mask = blend(photo_of(), layer_of(1.0, colour=0.25))

    assert (painted == 64).all()
    assert (mask == 255).all()


def test_a_layer_that_covers_half_is_mixed_evenly() -> None:
    black = np.zeros((HEIGHT, WIDTH, 3), np.uint8)

    painted, _ = blend(black, layer_of(0.5, colour=0.8))

    assert (painted == 102).all()


def test_the_edit_mask_is_either_or() -> None:
    ramp = np.linspace(0, 1, HEIGHT * WIDTH, dtype=np.float32).reshape(HEIGHT, WIDTH)

    _, mask = blend(photo_of(), layer_of(ramp))

    assert set(np.unique(mask)) == {0, 255}


def test_bare_ground_is_covered_and_nothing_above_it() -> None:
    share = shares_of(plants_at=None)

    assert (share[CONTACT_ROW + 3 :] > 0.99).all()
    assert (share[:CONTACT_ROW] == 0).all()


def test_a_plant_before_the_wall_is_drawn_over_it() -> None:
    share = shares_of(plants_at=CONTACT_METRES - 3)

    assert (share[:CONTACT_ROW] > 0.99).all()


def test_a_plant_behind_the_wall_is_hidden_by_it() -> None:
    share = shares_of(plants_at=CONTACT_METRES + 3)

    assert (share[: CONTACT_ROW - 4] == 0).all()
    assert (share[CONTACT_ROW + 4 :] > 0.99).all()


def test_what_is_kept_in_front_wins_over_the_nearest_plant() -> None:
    post = np.zeros((HEIGHT, WIDTH), np.uint8)
    post[:, 20:30] = 255

    share = shares_of(plants_at=1.0, front=post)

    assert (share[:, 20:30] == 0).all()
    assert (share[:, 35:] > 0.99).all()


@given(value=st.floats(0, 1))
def test_light_comes_back_from_its_encoding(value: float) -> None:
    assert float(to_linear(to_encoded(np.array(value)))) == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize(
    ("brightness", "exposure"), [(0.5, 0.5), (1.0, 1.0), (1.5, 1.5), (0.01, 0.12), (6.0, 1.75)]
)
def test_exposure_follows_the_grass_within_its_limits(brightness: float, exposure: float) -> None:
    grass = np.array([0.11, 0.17, 0.06])
    grass = grass * 0.145 / float(grass @ [0.2126, 0.7152, 0.0722])
    photo = np.tile(grass * brightness, (HEIGHT, WIDTH, 1))

    light = match_light(photo, np.ones((HEIGHT, WIDTH), bool))

    assert light.exposure == pytest.approx(exposure, rel=0.02)


def test_a_broad_shadow_on_the_ground_is_kept_and_a_speck_is_not() -> None:
    photo = np.full((200, 300, 3), 0.36)
    photo[:, 200:] *= 0.5
    photo[50:53, 50:53] *= 0.2

    shade = match_light(photo, np.ones((200, 300), bool)).shade

    assert 0.5 < shade[100, 280] < 0.75
    assert shade[51, 51] == pytest.approx(1.0, abs=0.08)
    assert shade[100, 100] == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("share_of_white", [0.0, 0.6, 1.0])
def test_a_burnt_out_sky_has_a_tint_and_no_nan(share_of_white: float) -> None:
    photo = np.full((HEIGHT, WIDTH, 3), 0.2)
    photo[: int(HEIGHT * share_of_white)] = 1.0

    light = match_light(photo, ground() > 0)

    assert light.tint == pytest.approx([1.0, 1.0, 1.0])


def test_a_warm_photo_warms_the_garden_mildly() -> None:
    light = match_light(np.tile([0.4, 0.3, 0.2], (HEIGHT, WIDTH, 1)), ground() > 0)

    assert 0.85 <= light.tint[2] < light.tint[1] < light.tint[0] <= 1.15
