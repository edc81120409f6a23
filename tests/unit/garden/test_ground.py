"""The ground that may be changed: what of it is left, and the error when nothing is."""

import cv2
import numpy as np
import pytest

from tests.unit.garden.yards import HORIZON_Y, LAWN, SIZE, a_camera
from yarda.garden.design.site import survey
from yarda.garden.errors import NoGround
from yarda.garden.photo.camera import camera_for
from yarda.garden.photo.ground import fill_polygons, ground_mask, propose_ground
from yarda.garden.photo.horizon import propose_horizon
from yarda.garden.shapes import Bytes, Polygon

WHOLE: Polygon = ((-10.0, -10.0), (250.0, -10.0), (250.0, 170.0), (-10.0, 170.0))
SKY: Polygon = ((20.0, 5.0), (220.0, 5.0), (220.0, 60.0), (20.0, 60.0))
SPECK: Polygon = ((100.0, 120.0), (104.0, 120.0), (104.0, 124.0), (100.0, 124.0))
LINE: Polygon = ((10.0, 150.0), (200.0, 150.0))


def mask_of(*ground: Polygon, keep_in_front: tuple[Polygon, ...] = ()) -> Bytes:
    return ground_mask(ground, keep_in_front=keep_in_front, camera=a_camera(), scale=1.0)


def a_meadow() -> Bytes:
    """Blue above the middle, green below."""
    pixels = np.empty((160, 240, 3), np.uint8)
    pixels[:80] = (150, 180, 230)
    pixels[80:] = (70, 130, 50)
    noise = np.random.default_rng(3).integers(0, 12, pixels.shape, dtype=np.uint8)
    return pixels + noise


@pytest.mark.parametrize(
    ("ground", "advice"),
    [
        ((), "no ground is marked"),
        ((LINE,), "no ground is marked"),
        ((SPECK,), "draw it larger"),
        ((SKY,), "above the horizon"),
    ],
)
def test_no_ground_is_an_error_that_says_what_to_do(ground: tuple[Polygon, ...], advice: str) -> None:
    with pytest.raises(NoGround, match=advice):
        mask_of(*ground)


def test_ground_hidden_by_what_stands_in_front_is_an_error_that_says_so() -> None:
    with pytest.raises(NoGround, match="kept in front covers the ground"):
        mask_of(LAWN, keep_in_front=(WHOLE,))


def test_ground_all_near_the_horizon_is_an_error_that_says_so() -> None:
    # 10 px below the horizon a focal length of 2000 px sees 320 m away: nothing there can be designed.
    camera = camera_for(SIZE, horizon_y=HORIZON_Y, focal_length_35mm=300.0)
    far = ((0.0, 76.0), (240.0, 76.0), (240.0, 84.0), (0.0, 84.0))
    mask = ground_mask((far,), keep_in_front=(), camera=camera, scale=1.0)

    with pytest.raises(NoGround, match="close to the horizon"):
        survey(camera, mask)


def test_only_ground_below_the_horizon_may_be_changed() -> None:
    mask = mask_of(WHOLE)

    assert not mask[: int(HORIZON_Y)].any()
    assert (mask[int(HORIZON_Y) + 8 :] == 255).all()


def test_what_is_kept_in_front_is_cut_out_of_the_ground() -> None:
    car: Polygon = ((100.0, 110.0), (140.0, 110.0), (140.0, 140.0), (100.0, 140.0))

    mask = mask_of(LAWN, keep_in_front=(car,))

    assert not mask[111:139, 101:139].any()
    assert (mask[145:155, 60:180] == 255).all()


def test_a_polygon_fills_the_pixels_it_covers() -> None:
    square: Polygon = ((10.0, 20.0), (30.0, 20.0), (30.0, 40.0), (10.0, 40.0))

    mask = fill_polygons((square,), size_px=(60, 60), scale=1.0)

    assert (mask[21:39, 11:29] == 255).all()
    assert not mask[:19].any()
    assert not mask[:, 32:].any()


def test_a_polygon_is_scaled_with_its_photo() -> None:
    square: Polygon = ((20.0, 40.0), (60.0, 40.0), (60.0, 80.0), (20.0, 80.0))

    mask = fill_polygons((square,), size_px=(60, 60), scale=0.5)

    assert (mask[21:39, 11:29] == 255).all()
    assert not mask[:19].any()
    assert not mask[:, 32:].any()


def test_a_meadow_is_proposed_as_ground() -> None:
    proposal = propose_ground(a_meadow(), horizon_y=70.0)

    found = fill_polygons(proposal.polygons, size_px=SIZE, scale=1.0) > 127
    truth = np.zeros_like(found)
    truth[80:] = True
    assert (found & truth).sum() / (found | truth).sum() > 0.85
    assert proposal.confidence > 0.5


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_photo_with_nothing_in_it_gets_a_guess_with_no_confidence(level: int) -> None:
    blank = np.full((160, 240, 3), level, np.uint8)

    proposal, horizon = propose_ground(blank, horizon_y=70.0), propose_horizon(blank)

    assert len(proposal.polygons) == 1
    assert proposal.confidence < 0.1
    assert (horizon.y, horizon.confidence) == (80.0, 0.0)


@pytest.mark.parametrize("eye_level", [220, 300, 360])
def test_the_lines_of_a_house_give_the_eye_level(eye_level: int) -> None:
    pixels = np.full((600, 900, 3), 235, np.uint8)
    for height in range(-240, 280, 40):
        for vanishing_x, end_x in ((-300, 100), (1200, 800)):
            end_y = round(eye_level + height * (1 - (end_x - 450) / (vanishing_x - 450)))
            cv2.line(pixels, (450, eye_level + height), (end_x, end_y), (40, 40, 40), 2, cv2.LINE_AA)

    horizon = propose_horizon(pixels)

    assert horizon.y == pytest.approx(eye_level, abs=3)
    assert horizon.confidence > 0.5
