"""The house keeper on pictures as models send them: the sample yard with a new garden, moved, relit, altered."""

import asyncio
from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.contract.pictures import decode, encode
from tests.emulators.maps import grey, notice, satellite, street
from yarda.errors import HouseMoved, PictureUnchanged, ProviderError, UnusableReply
from yarda.imagery.house import MaskHouseKeeper
from yarda.imagery.registration import register
from yarda.pipeline.picture_ports import Judged
from yarda.sample import sample_geometry, sample_photo

Pixels = NDArray[np.uint8]
SIDE = 960


@cache
def photo() -> tuple[Pixels, tuple[tuple[tuple[float, float], ...], ...]]:
    """The sample yard, made smaller, and its ground."""
    whole = decode(sample_photo())
    scale = SIDE / max(whole.size)
    small = whole.resize((round(whole.width * scale), round(whole.height * scale)))
    ground = tuple(tuple((x * scale, y * scale) for x, y in polygon) for polygon in sample_geometry().ground)
    return np.asarray(small), ground


@cache
def redesigned() -> Pixels:
    """Gravel and shrubs on the ground, some of them in front of the wall."""
    before, ground = photo()
    mask = np.zeros(before.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(np.asarray(polygon)).astype(np.int32) for polygon in ground], 1)
    after = before.copy()
    after[mask > 0] = (0.3 * before[mask > 0] + 0.7 * np.array([176, 158, 122])).astype(np.uint8)
    rows, columns = np.nonzero(mask)
    random = np.random.default_rng(3)
    for at in random.choice(len(rows), 120):
        colour = tuple(int(part) for part in random.integers(20, 150, 3))
        cv2.circle(after, (int(columns[at]), int(rows[at])), int(random.uniform(6, 28)), colour, -1)
    return after


def warped(pixels: Pixels, matrix: list[list[float]]) -> Pixels:
    height, width = pixels.shape[:2]
    moved = cv2.warpAffine(pixels, np.array(matrix, float), (width, height), borderMode=cv2.BORDER_REFLECT)
    return np.asarray(moved, np.uint8)


def shifted(pixels: Pixels) -> Pixels:
    return warped(pixels, [[1.02, 0, -14], [0, 1.015, 6]])


def stretched(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.resize(warped(pixels, [[1.05, 0, -20], [0, 1, 0]]), (1024, 768)), np.uint8)


def relit(pixels: Pixels) -> Pixels:
    return np.clip(255 * (pixels / 255) ** 0.85 * 1.05 + np.array([6, 2, -6]), 0, 255).astype(np.uint8)


def repainted(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    after = pixels.copy()
    after[int(0.36 * height) : int(0.52 * height), int(0.26 * width) : int(0.44 * width)] = (90, 40, 120)
    return after


def moved_far(pixels: Pixels) -> Pixels:
    return warped(pixels, [[1, 0, 240], [0, 1, 0]])


def turned(pixels: Pixels) -> Pixels:
    return warped(pixels, [[0.99, -0.14, 40], [0.14, 0.99, -60]])


def judge(pixels: Pixels, *, keep_house: bool = True, **options: object) -> Judged:
    before, ground = photo()
    answer = encode(Image.fromarray(pixels), "JPEG", **({"quality": 80} | options))
    original = encode(Image.fromarray(before), "PNG")
    keeper = MaskHouseKeeper().judge(answer, photo=original, ground=ground, keep_house=keep_house, provider="p")
    return asyncio.run(keeper)


@pytest.mark.parametrize("change", [np.copy, shifted, stretched, relit, lambda pixels: relit(shifted(pixels))])
def test_what_a_model_does_without_meaning_it_is_undone(change: Callable[[Pixels], Pixels]) -> None:
    judged = judge(change(redesigned()))

    before, _ = photo()
    after, mask = np.asarray(decode(judged.image)), np.asarray(decode(judged.edit_mask))
    assert judged.preserved > 0.98
    assert np.array_equal(after[mask == 0], before[mask == 0])
    assert 0.2 < (mask > 0).mean() < 0.45
    inside = cv2.erode((mask > 0).astype(np.uint8), np.ones((9, 9))) > 0
    inside[:, :40] = inside[:, -60:] = inside[-20:] = False
    wanted = redesigned()[inside].astype(int)
    assert np.median(np.abs(after[inside].astype(int) - wanted).max(axis=-1)) < 12


def test_an_altered_house_is_measured_and_put_back() -> None:
    judged = judge(shifted(repainted(redesigned())))

    before, _ = photo()
    assert 0.90 < judged.preserved < 0.97
    after = np.asarray(decode(judged.image))
    house = slice(int(0.36 * after.shape[0]), int(0.52 * after.shape[0]))
    assert np.array_equal(after[house], before[house])


def test_where_the_house_is_not_kept_the_picture_is_the_providers() -> None:
    judged = judge(repainted(redesigned()), keep_house=False)

    after = np.asarray(decode(judged.image)).astype(int)
    assert np.median(np.abs(after - repainted(redesigned())).max(axis=-1)) < 6
    mask = np.asarray(decode(judged.edit_mask))
    assert mask[int(0.44 * mask.shape[0]), int(0.35 * mask.shape[1])] == 255


@pytest.mark.parametrize("change", [moved_far, turned])
def test_a_house_that_moved_too_far_is_refused(change: Callable[[Pixels], Pixels]) -> None:
    with pytest.raises(HouseMoved):
        judge(change(redesigned()))


def test_another_picture_altogether_is_refused() -> None:
    random = np.random.default_rng(5).integers(0, 255, photo()[0].shape)

    with pytest.raises(HouseMoved, match="does not show the house"):
        judge(random.astype(np.uint8))


@pytest.mark.parametrize("quality", [95, 70, 40])
@pytest.mark.parametrize("change", [np.copy, shifted, relit, stretched])
def test_the_photo_again_is_found_however_it_is_encoded(change: Callable[[Pixels], Pixels], quality: int) -> None:
    with pytest.raises(PictureUnchanged, match="the photo again"):
        judge(change(photo()[0]), quality=quality)


def test_a_small_redesign_is_one() -> None:
    before, ground = photo()
    after = before.copy()
    middle = np.mean(ground[0], axis=0).astype(int)
    cv2.ellipse(after, tuple(int(at) for at in middle), (130, 34), 0, 0, 360, (60, 90, 40), -1)

    assert judge(after).preserved > 0.98


@pytest.mark.parametrize(
    ("picture", "error"),
    [
        (np.full((640, 960, 3), 128, np.uint8), PictureUnchanged),
        (np.zeros((640, 960, 3), np.uint8), PictureUnchanged),
        (np.full((400, 1200, 3), 128, np.uint8), UnusableReply),
    ],
)
def test_nothing_and_another_shape_are_no_designs(picture: Pixels, error: type[ProviderError]) -> None:
    with pytest.raises(error):
        judge(picture)


def test_the_movement_is_found_to_a_pixel() -> None:
    before, _ = photo()
    matrix = np.array([[1.02, 0, -14], [0, 1.015, 6]])
    still = np.zeros(before.shape[:2], bool)
    still[: before.shape[0] // 2] = True

    found = register(before, relit(warped(redesigned(), matrix.tolist())), still=still).matrix

    assert found is not None
    corners = np.array([(0, 0), (960, 0), (0, 640), (960, 640)], float)
    there_and_back = (corners @ matrix[:, :2].T + matrix[:, 2]) @ found[:, :2].T + found[:, 2]
    assert np.abs(there_and_back - corners).max() < 1.5


def test_a_yard_of_plain_walls_is_not_taken_for_another() -> None:
    plain = np.full((320, 480, 3), (150, 190, 230), np.uint8)
    plain[60:190, 60:420] = (200, 195, 185)
    plain[190:] = (90, 130, 60)
    after = plain.copy()
    after[200:] = (170, 150, 120)
    ground = (((0.0, 190.0), (480.0, 190.0), (480.0, 320.0), (0.0, 320.0)),)
    answer, original = (encode(Image.fromarray(pixels), "PNG") for pixels in (after, plain))

    judged = asyncio.run(
        MaskHouseKeeper().judge(answer, photo=original, ground=ground, keep_house=True, provider="p")
    )

    assert judged.preserved > 0.99


def test_a_notice_is_told_from_a_picture_of_a_place() -> None:
    overexposed = np.array(photo()[0])
    overexposed[: overexposed.shape[0] // 2] = 255
    shown = [encode(Image.fromarray(pixels), "JPEG") for pixels in (photo()[0], overexposed)]
    keeper = MaskHouseKeeper()

    places = [
        asyncio.run(keeper.shows_place(image)) for image in (*shown, street((640, 480), 0, 0, 80), satellite())
    ]

    assert places == [True] * 4
    assert [asyncio.run(keeper.shows_place(image)) for image in (notice(), grey())] == [False, False]


@pytest.mark.parametrize(("picture", "refused"), [("seen", True), ("blank", True), ("new", False)])
def test_a_new_view_is_a_picture_and_not_the_one_it_was_drawn_from(picture: str, refused: bool) -> None:
    seen = encode(Image.fromarray(photo()[0]), "JPEG")
    pictures = {
        "seen": encode(Image.fromarray(photo()[0]).resize((512, 512)), "JPEG", quality=60),
        "blank": encode(Image.new("RGB", (512, 512), "white")),
        "new": encode(Image.fromarray(moved_far(redesigned()))),
    }
    checking = MaskHouseKeeper().check_new_view(pictures[picture], seen=seen, provider="p")
    if refused:
        with pytest.raises(PictureUnchanged):
            asyncio.run(checking)
    else:
        asyncio.run(checking)
