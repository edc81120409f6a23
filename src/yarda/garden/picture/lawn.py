"""What the mower, the weather and weeds do to a lawn: tones over its tile, from above."""

import numpy as np

from yarda.garden.design.site import Grid
from yarda.garden.flora.mesh import Rng, linear
from yarda.garden.materials import View
from yarda.garden.shapes import Floats, Singles

SWATH = 0.55
"""Metres that the mower is wide."""
CLOVER = linear("#5f7539")
STRAW = linear("#a89a5c")
CALM = 0.06
"""How far the tile's green is moved towards grey; blades in the sun are less green than one by one."""
LUMA = np.array([0.2126, 0.7152, 0.0722])


def mow(layer: Singles, view: View, grid: Grid, *, rng: Rng, angle: float = 0.34) -> Singles:
    """The lawn's tile with stripes that fade and wander, dry and lush patches, clover and tufts."""
    broad, middle, fine = (_noise(grid, view, rng, scale=scale) for scale in (2.2, 0.7, 0.16))
    grey = (layer @ LUMA)[..., None]
    layer = layer + (grey - layer) * CALM
    across = view.x * np.cos(angle) + view.z * np.sin(angle) + 0.05 * middle
    stripes = np.tanh(3 * np.sin(np.pi * across / SWATH)) * np.clip(1 - view.deep / 0.6, 0, 1)[:, None]
    kept_up = np.clip(0.6 + 0.4 * broad, 0, 1)
    tone = np.exp(0.085 * broad + 0.075 * middle + 0.05 * fine + 0.03 * stripes * kept_up)
    dry = _above(broad * 0.7 + middle * 0.5 + 0.3 * fine, 0.9, soft=0.9) * 0.32
    lush = _above(-broad * 0.6 + middle * 0.6, 1.0, soft=0.8) * 0.25
    clover = _above(_noise(grid, view, rng, scale=0.3) + 0.3 * fine, 1.75, soft=0.35) * 0.35
    level = (layer @ LUMA)[..., None]
    for share, colour in ((dry, STRAW), (lush, CLOVER), (clover, CLOVER)):
        target = colour / float(colour @ LUMA) * level * (1.08 if colour is STRAW else 0.93)
        layer = layer + (target - layer) * share[..., None]
    return np.asarray(layer * tone[..., None], np.float32)


def _noise(grid: Grid, view: View, rng: Rng, *, scale: float) -> Floats:
    return grid.sample(grid.noise(rng, scale=scale, octaves=2), view.x, view.z)


def _above(field: Floats, limit: float, *, soft: float) -> Floats:
    return np.asarray(np.clip((field - limit) / soft, 0, 1) ** 1.5)
