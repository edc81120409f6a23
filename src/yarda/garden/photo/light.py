"""Light matched to the photo: how bright the ground is, and the broad shadows that already lie on it."""

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter

from yarda.garden.shapes import Bools, Floats, Singles

LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
GRASS, DRY, PAVING = 0.145, 0.21, 0.36
"""Usual albedo of what the ground may be."""
EXPOSURE_RANGE = (0.12, 1.75)
KEPT_SHADOW = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """Exposure of the render, and the photo's own light on the ground (1 = its usual brightness)."""

    exposure: float
    shade: Singles
    tint: Floats


def to_linear(encoded: Floats) -> Floats:
    """sRGB 0–1 to linear."""
    return np.where(encoded <= 0.04045, encoded / 12.92, ((np.maximum(encoded, 0) + 0.055) / 1.055) ** 2.4)


def to_encoded(light: Floats) -> Floats:
    """Linear to sRGB 0–1."""
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)


def match_light(photo: Floats, ground: Bools) -> Light:
    """Read exposure and shade off a linear photo's ground."""
    luminance = photo @ LUMINANCE
    classes = _classes(photo, ground)
    readings = [
        (np.percentile(luminance[cells], 60) / albedo, cells.sum())
        for cells, albedo in classes
        if cells.sum() > 0.03 * ground.sum()
    ]
    exposure = float(np.average([r[0] for r in readings], weights=[r[1] for r in readings])) if readings else 1.0
    shade = np.ones(luminance.shape, np.float32)
    for cells, _ in classes:
        if cells.sum() > 50:
            usual = max(float(np.percentile(luminance[cells], 60)), 1e-3)
            shade[cells] = luminance[cells] / usual
    return Light(
        exposure=float(np.clip(exposure, *EXPOSURE_RANGE)),
        shade=1 + (_broad(shade, ground) - 1) * KEPT_SHADOW,
        tint=_tint(photo),
    )


def _classes(photo: Floats, ground: Bools) -> list[tuple[Bools, float]]:
    red, green, blue = (photo[..., channel] for channel in range(3))
    grass = ground & (green > red * 1.04) & (green > blue * 1.15)
    dry = ground & ~grass & (red > blue * 1.5)
    return [(grass, GRASS), (dry, DRY), (ground & ~grass & ~dry, PAVING)]


def _broad(shade: Singles, ground: Bools) -> Singles:
    """What is left of the light when the ground's own texture is smoothed away."""
    steps = cv2.medianBlur((np.clip(shade / 2, 0, 1) * 255).astype(np.uint8), 9).astype(np.float32) / 255 * 2
    weight = ground.astype(np.float32)
    reach = 0.012 * ground.shape[1]
    smooth = gaussian_filter(np.clip(steps, 0.2, 1.6) * weight, reach) / np.maximum(
        gaussian_filter(weight, reach), 1e-3
    )
    return np.where(ground, np.clip(smooth, 0.35, 1.15), 1.0).astype(np.float32)


def _tint(photo: Floats) -> Floats:
    """The colour cast of the photo, mildly: grey of its brighter half over grey."""
    luminance = photo @ LUMINANCE
    bright = luminance >= np.percentile(luminance, 50)
    mean = photo[bright].mean(0)
    cast = mean / max(float(mean @ LUMINANCE), 1e-6)
    return np.clip(cast**0.3, 0.85, 1.15)
