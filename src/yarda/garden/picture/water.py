"""A pool as the picture sees it: the tiles above the waterline, and the basin through the water."""

import numpy as np

from yarda.garden.design.site import Grid
from yarda.garden.flora.mesh import linear
from yarda.garden.materials import View
from yarda.garden.shapes import Floats, Singles

WATER_LEVEL = 0.10
"""Metres from the coping down to the water."""
DEPTH = 1.4
REFRACTION = 1.33
ABSORPTION = np.array([0.40, 0.10, 0.065])
"""Per metre of water."""
PLASTER = np.array([0.45, 0.54, 0.56])
TILE = "#3f6f88"
TILE_SIZE = 0.05
STEPS = 10


def paint_water(field: Floats, grid: Grid, view: View, *, eye_height: float) -> tuple[Singles, Singles]:
    """Colours of the basin where the camera sees into it, and how much of each pixel is water and not its wall."""
    lower = (eye_height + WATER_LEVEL) / eye_height
    x, z = view.x * lower, view.z * lower
    rim = grid.sample(field, view.x, view.z)
    level = grid.sample(field, x, z)
    pixel = np.maximum(np.sqrt(view.across * np.minimum(view.deep, 4 * view.across)), 0.004)[:, None]
    share = np.clip(level / pixel + 0.5, 0, 1)[..., None]
    drop = np.clip(rim / np.maximum(rim - level, 1e-4), 0, 1) * WATER_LEVEL
    body = _body(field, grid, x, z, pixel=pixel, height=eye_height + WATER_LEVEL)
    # The wall shades the water at its foot, and the water's edge draws a thin bright line.
    body = body * (1 - 0.35 * np.exp(-np.clip(level, 0, 2) / 0.05))[..., None]
    colours = _band(view, drop, pixel=pixel) * (1 - share) + body * share
    return np.asarray(colours, np.float32), np.asarray(share[..., 0], np.float32)


def _band(view: View, drop: Floats, *, pixel: Floats) -> Floats:
    """Small glazed tiles, in the coping's shade at the top and wet at the waterline."""
    along = np.floor((view.x + view.z) / TILE_SIZE) * 12.9898 + np.floor(drop / TILE_SIZE) * 78.233
    tone = 1 + 0.3 * (np.abs(np.sin(along) * 43758.5453) % 1 - 0.5) * np.clip(TILE_SIZE / pixel - 0.5, 0, 1)
    shaded = 0.55 + 0.45 * np.clip(drop / 0.035, 0, 1)
    wet = 1 - 0.45 * np.clip((drop - 0.075) / 0.02, 0, 1)
    return linear(TILE) * (tone * shaded * wet)[..., None]


def _body(field: Floats, grid: Grid, x: Floats, z: Floats, *, pixel: Floats, height: float) -> Floats:
    """The floor or the far wall of the basin along the refracted ray, tinted by the water before it."""
    away = np.maximum(np.hypot(x, z), 1e-3)
    sine = away / np.hypot(away, height) / REFRACTION
    cosine = np.sqrt(1 - sine**2)
    travel = DEPTH * sine / cosine
    reached = np.ones(x.shape)
    before = grid.sample(field, x, z)
    for step in range(1, STEPS + 1):
        far = travel * step / STEPS
        here = grid.sample(field, x + x / away * far, z + z / away * far)
        crossed = (here <= 0) & (reached == 1) & (before > 0)
        part = (step - 1 + before / np.maximum(before - here, 1e-6)) / STEPS
        reached = np.where(crossed, np.minimum(part, 0.999), reached)
        before = here
    wall = reached < 1
    depth = DEPTH * reached
    hit_x, hit_z = x + x / away * travel * reached, z + z / away * travel * reached
    light = np.where(wall, 0.72 + 0.16 * np.exp(-depth / 0.5), 1 + 0.22 * _caustics(hit_x, hit_z, pixel=pixel))
    corner = np.clip(grid.sample(field, hit_x, hit_z), 0, 1)
    light = light * np.where(wall, 1, 1 - 0.22 * np.exp(-corner / 0.25))
    return PLASTER * light[..., None] * np.exp(-ABSORPTION * (depth / cosine + 0.9 * depth)[..., None])


def _caustics(x: Floats, z: Floats, *, pixel: Floats) -> Floats:
    """A web of light on the floor with a mean of zero, gone where it is finer than a pixel."""
    rng = np.random.default_rng(29)
    warp_x, warp_z = x.copy(), z.copy()
    for _ in range(4):
        turn, phase = rng.uniform(0, 2 * np.pi), rng.uniform(0, 2 * np.pi)
        wave = np.sin((x * np.cos(turn) + z * np.sin(turn)) * rng.uniform(4, 9) + phase)
        warp_x, warp_z = warp_x + 0.07 * np.cos(turn + 1) * wave, warp_z + 0.07 * np.sin(turn + 1) * wave
    web = np.zeros(x.shape)
    for turn in (0.3, 1.4, 2.4):
        line = np.sin((warp_x * np.cos(turn) + warp_z * np.sin(turn)) * 2 * np.pi / 0.42)
        web = np.maximum(web, (1 - np.abs(line)) ** 2)
    return (web - 0.5) * np.clip(1.4 - pixel / 0.09, 0, 1)
