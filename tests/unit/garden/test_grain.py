"""Grain and sharpness: read off a photo, and given to what is painted into it."""

import cv2
import numpy as np
import pytest

from yarda.garden.photo.grain import LUMA, Grain, add_grain, read_grain
from yarda.garden.shapes import Bytes, Singles


def photo_with(sigma: float, *, blur: float = 0.6, reach: float = 0.0) -> Bytes:
    """Large plain pieces with sharp edges, softened, with noise of the same strength everywhere."""
    rng = np.random.default_rng(4)
    small = rng.uniform(0.3, 0.7, (6, 9)).astype(np.float32)
    plain = cv2.GaussianBlur(np.kron(small, np.ones((64, 64), np.float32)), (0, 0), blur)
    noise = rng.standard_normal(plain.shape, np.float32)
    if reach:
        noise = cv2.GaussianBlur(noise, (0, 0), reach)
        noise /= noise.std()
    noisy = plain + noise * sigma
    return np.repeat((np.clip(noisy, 0, 1) * 255 + 0.5).astype(np.uint8)[..., None], 3, 2)


@pytest.mark.parametrize(("sigma", "reach"), [(0.008, 0.0), (0.02, 0.0), (0.02, 0.7)])
def test_grain_is_matched_within_a_quarter(sigma: float, reach: float) -> None:
    grain = read_grain(photo_with(sigma, reach=reach))

    grainy = add_grain(np.full((256, 256, 3), 0.5, np.float32), grain, seed=1, scaled=1.0)

    assert float((grainy @ LUMA).std()) == pytest.approx(sigma, rel=0.25)


def test_a_clean_photo_gets_no_grain() -> None:
    assert read_grain(photo_with(0.0)).sigma < 0.0012


@pytest.mark.parametrize("blur", [0.7, 1.0, 1.6])
def test_softness_is_read_off_the_edges(blur: float) -> None:
    assert read_grain(photo_with(0.002, blur=blur)).blur == pytest.approx(blur, rel=0.3)


def steepness(layer: Singles) -> float:
    return float(np.abs(np.diff(layer[32, :, 0])).max())


def test_a_soft_photo_softens_the_layer_and_a_crisp_one_does_not() -> None:
    step = np.zeros((64, 64, 3), np.float32)
    step[:, 32:] = 0.5

    soft = add_grain(step, Grain(sigma=0, reach=0, blur=1.6), seed=1, scaled=1.0)
    crisp = add_grain(step, Grain(sigma=0, reach=0, blur=0.55), seed=1, scaled=1.0)

    assert steepness(soft) < 0.6 * steepness(crisp)


def test_grain_is_the_same_for_the_same_seed() -> None:
    grain = Grain(sigma=0.02, reach=0.5, blur=0.6)
    layer = np.full((64, 64, 3), 0.4, np.float32)

    first, again, other = (add_grain(layer, grain, seed=seed, scaled=1.0) for seed in (1, 1, 2))

    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
