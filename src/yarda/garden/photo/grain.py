"""The photo's grain and sharpness, and the same given to what is painted into it."""

from dataclasses import dataclass

import cv2
import numpy as np

from yarda.garden.shapes import Bytes, Floats, Singles

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
BLOCK = 16
QUIET = 0.1
"""The share of blocks, the quietest, that hold noise and no drawing."""
MOST_GRAIN = 0.03
LAYER_BLUR = 0.55
"""How soft the traced picture is by itself, in pixels."""
MOST_BLUR = 2.0
PROBE = 1.0
SOBEL = 0.6
"""The variance that Sobel's own smoothing adds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grain:
    """Deviation of the luminance's noise (of 1), how far it reaches, and the softness of edges, in pixels."""

    sigma: float
    reach: float
    blur: float


def read_grain(photo: Bytes) -> Grain:
    """Measure a photo's noise in its calmest places and its softness at its sharpest edges."""
    luma = photo.astype(np.float32) @ LUMA / 255
    return Grain(sigma=noise_of(luma), reach=_reach_of(luma), blur=_softness_of(luma))


def noise_of(luma: Singles) -> float:
    """The deviation of the noise of a picture, from the blocks that hold the least of anything else."""
    calm = _calm_blocks(luma)
    if not len(calm):
        return 0.0
    fine = cv2.Laplacian(luma, cv2.CV_32F, ksize=1)
    spread = [_deviation(fine[y : y + BLOCK, x : x + BLOCK]) for y, x in calm]
    along = [_neighbours(luma[y : y + BLOCK, x : x + BLOCK]) for y, x in calm]
    # Five taps of weights 1 1 -4 1 1 amplify white noise by the root of 20, less where neighbours are alike.
    gain = np.sqrt(np.clip(20 - 32 * float(np.median(along)), 4, 20))
    return float(min(np.median(spread) / gain, MOST_GRAIN))


def add_grain(layer: Singles, grain: Grain, *, seed: int, scaled: float) -> Singles:
    """The layer, encoded 0 to 1, as soft and as noisy as the photo; `scaled` is how much it was enlarged."""
    own = LAYER_BLUR * max(scaled, 1.0)
    colours: Singles = layer
    if grain.blur > own:
        more = min(float(np.sqrt(grain.blur**2 - own**2)), MOST_BLUR)
        colours = np.asarray(cv2.GaussianBlur(colours, (0, 0), more))
    elif grain.blur < own * 0.95:
        crisp = min(0.6, 0.9 * (own - grain.blur))
        colours = np.asarray(colours + crisp * (colours - cv2.GaussianBlur(colours, (0, 0), own)), np.float32)
    if grain.sigma <= 0:
        return np.asarray(colours, np.float32)
    noise: Singles = np.random.default_rng([seed, 53]).standard_normal(layer.shape[:2], np.float32)
    if grain.reach > 0.3:
        smooth = cv2.GaussianBlur(noise, (0, 0), grain.reach)
        noise = np.asarray(smooth / max(float(smooth.std()), 1e-6), np.float32)
    level: Singles = np.asarray(colours @ LUMA, np.float32)
    # Grain is strongest in the middle tones and drowns in white.
    strength = grain.sigma * np.clip(1.15 - np.clip(level - 0.55, 0, 1) * 0.9, 0.4, 1.15)
    return np.asarray(colours + (noise * strength)[..., None], np.float32)


def _calm_blocks(luma: Singles) -> list[tuple[int, int]]:
    """Where the calmest blocks begin that are neither black nor burnt out."""
    rows, columns = luma.shape[0] // BLOCK, luma.shape[1] // BLOCK
    if rows < 2 or columns < 2:
        return []
    held = luma[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK)
    mean = held.mean((1, 3))
    spread = held.std((1, 3))
    usable = (mean > 0.12) & (mean < 0.92) & (spread > 2e-4)
    if usable.sum() < 4:
        return []
    limit = np.quantile(spread[usable], QUIET)
    y, x = np.nonzero(usable & (spread <= limit))
    return [(int(i) * BLOCK, int(j) * BLOCK) for i, j in zip(y, x, strict=True)][:600]


def _deviation(values: Floats) -> float:
    return float(np.median(np.abs(values - np.median(values))) * 1.4826)


def _neighbours(block: Singles) -> float:
    """How alike neighbouring pixels of the noise are, 0 to 1."""
    rest = block - cv2.GaussianBlur(block, (0, 0), 3)
    power = float((rest**2).mean())
    if power < 1e-10:
        return 0.0
    alike = float((rest[:, 1:] * rest[:, :-1]).mean() + (rest[1:] * rest[:-1]).mean()) / 2 / power
    return float(np.clip(alike, 0, 0.9))


def _reach_of(luma: Singles) -> float:
    """How far the grain's specks reach: 0 for noise that differs from pixel to pixel."""
    alike = [_neighbours(luma[y : y + BLOCK, x : x + BLOCK]) for y, x in _calm_blocks(luma)]
    middle = float(np.median(alike)) if alike else 0.0
    # For noise smoothed by a Gaussian, neighbours are alike by exp(-1 / (4 s^2)).
    return float(np.clip(np.sqrt(-1 / (4 * np.log(middle))), 0, 1.2)) if middle > 0.06 else 0.0


def _softness_of(luma: Singles) -> float:
    """The blur of the sharper of the strong edges, from how much a known blur weakens them."""
    soft = cv2.GaussianBlur(luma, (0, 0), PROBE)
    strong, weaker = _slope(luma), _slope(soft)
    edges = strong > max(float(np.quantile(strong, 0.985)), 0.02)
    if edges.sum() < 30:
        return LAYER_BLUR
    ratio = float(np.quantile(strong[edges] / np.maximum(weaker[edges], 1e-4), 0.6))
    variance = PROBE**2 / max(ratio**2 - 1, 0.05) - SOBEL
    return float(np.clip(np.sqrt(max(variance, 0.0)), 0.3, MOST_BLUR))


def _slope(luma: Singles) -> Singles:
    along, down = cv2.Sobel(luma, cv2.CV_32F, 1, 0), cv2.Sobel(luma, cv2.CV_32F, 0, 1)
    return np.asarray(np.hypot(along, down), np.float32)
