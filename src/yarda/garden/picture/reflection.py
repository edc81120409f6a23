"""What still water mirrors: the new plants as the tracer sees them, and behind them the photo, upside down."""

from dataclasses import dataclass

import cv2
import numpy as np

from yarda.garden.brief import Sun
from yarda.garden.photo.camera import Camera
from yarda.garden.picture.rays import SceneDict, lights, render, sensor, sky_colour
from yarda.garden.picture.water import WATER_LEVEL
from yarda.garden.shapes import Bools, Floats, Singles

SCALE = 0.5
SAMPLES = 4
TAPS = 6
WAVES = 16
SLOPE = 0.006
"""How much the still water's surface leans, as a deviation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirrored:
    """The plants in the mirror at the camera's own pixels: linear radiance over black, and coverage 0–1."""

    radiance: Singles
    coverage: Singles


def trace_mirrored(standing: SceneDict, water: Bools, *, camera: Camera, sun: Sun, seed: int) -> Mirrored:
    """See the plants from below the water, which is what its surface shows."""
    small = camera.scaled(SCALE)
    shape = (camera.height_px, camera.width_px)
    rows = np.flatnonzero(water.any(1))
    margin = 12
    first = int(np.clip((camera.height_px - rows[-1]) * SCALE - margin, 0, small.height_px - 2))
    last = int(np.clip((camera.height_px - rows[0]) * SCALE + margin, first + 2, small.height_px))
    radiance = np.zeros((small.height_px, small.width_px, 3), np.float32)
    coverage = np.zeros((small.height_px, small.width_px), np.float32)
    if standing:
        upside = Camera(
            width_px=small.width_px,
            height_px=small.height_px,
            horizon_y=small.height_px - small.horizon_y,
            centre_x=small.centre_x,
            focal_px=small.focal_px,
            eye_height=small.eye_height,
        )
        below = -(camera.eye_height + 2 * WATER_LEVEL)
        scene = {
            "type": "scene",
            "integrator": {"type": "path", "max_depth": 3},
            "sensor": sensor(upside, samples=SAMPLES, height=below, rows=(first, last)),
            **lights(sun),
            **standing,
        }
        traced = render(scene, seed=seed)
        share = np.clip(traced[..., 3:], 0, 1)
        radiance[first:last] = np.maximum(traced[..., :3] - (1 - share) * sky_colour(sun), 0)
        coverage[first:last] = share[..., 0]
    return Mirrored(
        radiance=cv2.resize(radiance[::-1], shape[::-1], interpolation=cv2.INTER_LINEAR),
        coverage=cv2.resize(coverage[::-1], shape[::-1], interpolation=cv2.INTER_LINEAR),
    )


def reflect(
    photo: Singles, mirrored: Mirrored, *, camera: Camera, contact: Floats, gain: Floats, seed: int
) -> tuple[Singles, Singles]:
    """Colours that the water shows of what stands around it, and how much of its own it lets through.

    `photo` is linear, `contact` the row at which the house meets the ground, and `gain` turns what is traced into
    the photo's brightness.
    """
    shape = (camera.height_px, camera.width_px)
    rows = np.arange(shape[0], dtype=np.float32)[:, None] + 0.5
    columns = np.arange(shape[1], dtype=np.float32)[None] + 0.5
    below = np.maximum(rows - camera.horizon_y, 1.0)
    above_water = camera.eye_height + WATER_LEVEL
    z = camera.focal_px * above_water / below
    x = (columns - camera.centre_x) * z / camera.focal_px
    upright = above_water / np.sqrt(x**2 + z**2 + above_water**2)
    strength = 0.02 + 0.98 * (1 - upright) ** 5
    wall = 2 * (contact[None] - camera.horizon_y) * above_water / camera.eye_height
    total = np.zeros((*shape, 3), np.float32)
    plants = np.concatenate([mirrored.radiance * gain, mirrored.coverage[..., None]], -1).astype(np.float32)
    deep = z**2 / (camera.focal_px * above_water)
    for tap in range(TAPS):
        shift = (tap + 0.5) / TAPS - 0.5
        lean_z, lean_x = _lean(x, z + shift * deep, deep, seed=seed)
        v = rows + 2 * camera.focal_px * lean_z
        u = np.broadcast_to(columns, shape) + 2 * camera.focal_px * lean_x * upright
        seen = np.minimum(camera.horizon_y - (v - camera.horizon_y) + wall, contact[None])
        behind = _look(photo, u, seen)
        before = _look(plants, u, v)
        total += before[..., :3] + behind * (1 - np.clip(before[..., 3:], 0, 1))
    return total / TAPS, np.asarray(strength, np.float32)


def _look(image: Singles, u: Floats, v: Floats) -> Singles:
    column, row = (u - 0.5).astype(np.float32), (v - 0.5).astype(np.float32)
    return np.asarray(cv2.remap(image, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))


def _lean(x: Floats, z: Floats, deep: Floats, *, seed: int) -> tuple[Floats, Floats]:
    """The slope of the water away from and across the view, of seeded waves; finer than a pixel is flat."""
    rng = np.random.default_rng([seed, 41])
    away, across = np.zeros(x.shape, np.float32), np.zeros(x.shape, np.float32)
    for _ in range(WAVES):
        length = 0.14 * 12 ** float(rng.random())
        turn, phase = rng.uniform(0, np.pi), rng.uniform(0, 2 * np.pi)
        rate = 2 * np.pi / length
        wave = np.cos((x * np.cos(turn) + z * np.sin(turn)) * rate + phase) * np.exp(
            -((deep * np.sin(turn) / length * 0.6) ** 2)
        )
        away += SLOPE * np.sqrt(2 / WAVES) * 1.6 * np.sin(turn) * wave
        across += SLOPE * np.sqrt(2 / WAVES) * 1.6 * np.cos(turn) * wave
    return away, across
