"""Brings a provider's picture to the brightness and colour of the photo."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

GAIN = (0.5, 2.0)
ROUNDS = 4
KEPT = 0.7
"""The share of pixels that fit best and are fitted anew in each round: what was redrawn must not count."""
SAMPLES = 20_000
STRIP = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """A gain and an offset for each channel of CIELAB."""

    gain: tuple[float, float, float]
    offset: tuple[float, float, float]

    def apply(self, pixels: Pixels) -> Pixels:
        """The picture as the photo's light would show it; a strip at a time, for large pictures."""
        out = np.empty_like(pixels)
        for top in range(0, pixels.shape[0], STRIP):
            lab = _lab(pixels[top : top + STRIP]) * np.array(self.gain) + np.array(self.offset)
            rgb = cv2.cvtColor(lab.astype(np.float32), cv2.COLOR_LAB2RGB)
            out[top : top + STRIP] = np.clip(rgb * 255 + 0.5, 0, 255).astype(np.uint8)
        return out


UNCHANGED = Tone(gain=(1.0, 1.0, 1.0), offset=(0.0, 0.0, 0.0))


def fit_tone(photo: Pixels, picture: Pixels, *, where: NDArray[np.bool_]) -> Tone:
    """By trimmed least squares over the pixels that should be the same; unchanged where there are too few."""
    chosen = np.flatnonzero(where)
    if chosen.size < 500:
        return UNCHANGED
    chosen = chosen[:: max(1, chosen.size // SAMPLES)]
    target = _lab(_soft(photo)).reshape(-1, 3)[chosen]
    source = _lab(_soft(picture)).reshape(-1, 3)[chosen]
    fitted = [_fit(source[:, channel], target[:, channel]) for channel in range(3)]
    (a, b, c), (d, e, f) = zip(*fitted, strict=True)
    return Tone(gain=(a, b, c), offset=(d, e, f))


def _fit(source: NDArray[np.float32], target: NDArray[np.float32]) -> tuple[float, float]:
    kept = np.ones(source.size, bool)
    gain, offset = 1.0, float(np.median(target - source))
    for _ in range(ROUNDS):
        x, y = source[kept], target[kept]
        spread = float(x.var())
        gain = float(np.clip(((x - x.mean()) * (y - y.mean())).mean() / spread, *GAIN)) if spread > 1.0 else 1.0
        offset = float(y.mean() - gain * x.mean())
        error = np.abs(source * gain + offset - target)
        kept = error <= np.quantile(error, KEPT)
    return gain, offset


def _soft(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), max(pixels.shape) / 400), np.uint8)


def _lab(pixels: Pixels) -> NDArray[np.float32]:
    return np.asarray(cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)
