"""Tileable ground textures: linear reflectance, square, repeating without a seam."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree

from yarda.garden.flora.mesh import Rng, linear
from yarda.garden.shapes import Floats

SIZE = 1024
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
GRASS_HUE = (0.78, 0.27)
"""Red and blue over green of a lawn in the sun."""
GRASS_LEVEL = 1.02
LIGHT = np.array([-0.5, 0.35, 0.79])


def cloud(rng: Rng, *, fall: float, lowest: float = 1) -> Floats:
    """Tileable noise with a 1/f spectrum, zero mean and unit deviation."""
    rate = np.fft.fftfreq(SIZE) * SIZE
    radius = np.hypot(rate[:, None], rate[None])
    strength = np.where(radius >= lowest, np.maximum(radius, 1) ** -fall, 0)
    wave = np.fft.ifft2(strength * np.exp(2j * np.pi * rng.random((SIZE, SIZE)))).real
    return np.asarray(wave / wave.std(), float)


def lit(height: Floats, *, strength: float, ambient: float = 0.62) -> Floats:
    """How bright a height map looks under a fixed mild light; 1 where it is level."""
    slope_x = (np.roll(height, -1, 1) - np.roll(height, 1, 1)) * strength
    slope_y = (np.roll(height, -1, 0) - np.roll(height, 1, 0)) * strength
    facing = (LIGHT[2] - slope_x * LIGHT[0] - slope_y * LIGHT[1]) / np.sqrt(1 + slope_x**2 + slope_y**2)
    return np.asarray((ambient + (1 - ambient) * facing / LIGHT[2])[..., None])


def _palette(colours: Sequence[str]) -> Floats:
    return np.array([linear(colour) for colour in colours])


def _cells(rng: Rng, *, across: int) -> tuple[Floats, Floats, np.ndarray]:
    """Distances to the nearest and second nearest of jittered points, and which is nearest."""
    place = (np.arange(across) + 0.5) / across
    columns, rows = np.meshgrid(place, place)
    points = np.stack([columns.ravel(), rows.ravel()], 1) + rng.uniform(-0.42, 0.42, (across**2, 2)) / across
    shifts = np.array([(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)])
    tiled = (points[None] % 1 + shifts[:, None]).reshape(-1, 2)
    index = np.tile(np.arange(across**2), 9)
    kept = ((tiled > -0.2) & (tiled < 1.2)).all(1)
    pixel = (np.arange(SIZE) + 0.5) / SIZE
    at = np.stack(np.meshgrid(pixel, pixel), -1).reshape(-1, 2)
    found: Any = cKDTree(tiled[kept]).query(at, k=2)
    distance, nearest = found
    shape = (SIZE, SIZE)
    return distance[:, 0].reshape(shape), distance[:, 1].reshape(shape), index[kept][nearest[:, 0]].reshape(shape)


def gravel(
    *,
    colours: Sequence[str],
    stone: float,
    tile: float = 1.6,
    seed: int = 1,
    relief: float = 0.9,
    gap: float = 0.35,
) -> tuple[Floats, float]:
    """Rounded stones of about `stone` metres."""
    rng = np.random.default_rng(seed)
    across = int(tile / stone)
    first, second, nearest = _cells(rng, across=across)
    inside = np.clip((second - first) * across * 1.6, 0, 1)
    dome = np.sqrt(np.clip(1 - (1 - inside) ** 2, 0, 1)) * stone * 0.5 / tile * SIZE
    height = gaussian_filter(dome * rng.uniform(0.5, 1.2, across**2)[nearest], 0.8, mode="wrap")
    palette = _palette(colours)[rng.integers(0, len(colours), across**2)]
    shades = (palette * np.exp(rng.normal(0, 0.16, (across**2, 1))))[nearest]
    shades = shades * np.exp(0.05 * cloud(rng, fall=0.6))[..., None] * lit(height, strength=0.55 * relief)
    return shades * (gap + (1 - gap) * np.clip(inside * 2.2, 0, 1))[..., None], tile


def flags(
    *, colours: Sequence[str], stone: float, joint: str, tile: float = 3.0, seed: int = 34
) -> tuple[Floats, float]:
    """Irregular flat stones with wide joints."""
    rng = np.random.default_rng(seed)
    across = max(3, int(tile / stone))
    first, second, nearest = _cells(rng, across=across)
    apart = (second - first) * tile
    inside = np.clip((apart - 0.02 + 0.006 * cloud(rng, fall=0.8, lowest=6)) / 0.008, 0, 1)
    palette = _palette(colours)[rng.integers(0, len(colours), across**2)]
    shades = (palette * np.exp(rng.normal(0, 0.08, (across**2, 1))))[nearest]
    shades = shades * np.exp(0.09 * cloud(rng, fall=0.9, lowest=4))[..., None]
    height = gaussian_filter(inside * 5, 1.5, mode="wrap") + 0.5 * cloud(rng, fall=1.0, lowest=8)
    grit = linear(joint) * np.exp(0.18 * cloud(rng, fall=0.2, lowest=40))[..., None] * 0.8
    return (grit * (1 - inside[..., None]) + shades * inside[..., None]) * lit(height, strength=0.22), tile


def grit(*, colour: str, tile: float = 2.4, seed: int = 2) -> tuple[Floats, float]:
    """Decomposed granite: packed fines with specks."""
    rng = np.random.default_rng(seed)
    base = (
        linear(colour)
        * np.exp(0.05 * cloud(rng, fall=1.2, lowest=5) + 0.17 * cloud(rng, fall=0.15, lowest=60))[..., None]
    )
    base = np.where((cloud(rng, fall=0.0, lowest=60) > 2.1)[..., None], base * 0.62, base)
    base = np.where((cloud(rng, fall=0.0, lowest=60) > 2.3)[..., None], base * 1.35, base)
    return base * lit(cloud(rng, fall=1.1, lowest=8), strength=0.07), tile


def moss(*, colour: str, tile: float = 1.2, seed: int = 6) -> tuple[Floats, float]:
    """Cushions of moss."""
    rng = np.random.default_rng(seed)
    height = cloud(rng, fall=1.0, lowest=6)
    tone = 0.16 * cloud(rng, fall=1.3, lowest=3) + 0.16 * cloud(rng, fall=0.3, lowest=60)
    return linear(colour) * np.exp(tone)[..., None] * lit(height, strength=0.22, ambient=0.5), tile


def concrete(*, colour: str, tile: float = 3.0, seed: int = 5) -> tuple[Floats, float]:
    """Smooth concrete with faint clouds and pores."""
    rng = np.random.default_rng(seed)
    tone = 0.03 * cloud(rng, fall=1.1, lowest=4) + 0.07 * cloud(rng, fall=0.1, lowest=80)
    base = linear(colour) * np.exp(tone)[..., None]
    return np.where((cloud(rng, fall=0.05, lowest=80) > 2.6)[..., None], base * 0.75, base), tile


def paving(
    *,
    colours: Sequence[str],
    long: float,
    wide: float,
    joint: str,
    tile: float = 2.4,
    seed: int = 7,
    stagger: float = 0.0,
    gap: float = 0.005,
    relief: float = 3.0,
) -> tuple[Floats, float]:
    """Rectangular units in courses; `long` and `wide` are adjusted so that the tile repeats."""
    rng = np.random.default_rng(seed)
    rows, columns = max(1, round(tile / wide)), max(1, round(tile / long))
    rows += rows % 2 if stagger else 0
    wide, long = tile / rows, tile / columns
    place = (np.arange(SIZE) + 0.5) / SIZE * tile
    x, y = np.meshgrid(place, place)
    row = np.floor(y / wide).astype(int)
    shifted = x + (row % 2) * long * stagger
    column = np.floor(shifted / long).astype(int) % columns
    in_x, in_y = shifted % long, y % wide
    border = np.minimum(np.minimum(in_x, long - in_x), np.minimum(in_y, wide - in_y))
    unit = row * columns + column
    palette = _palette(colours)[rng.integers(0, len(colours), rows * columns)]
    shades = (palette * np.exp(rng.normal(0, 0.09, (rows * columns, 1))))[unit]
    shades = (
        shades * np.exp(0.06 * cloud(rng, fall=0.9, lowest=5) + 0.04 * cloud(rng, fall=0.2, lowest=60))[..., None]
    )
    inside = np.clip((border - gap) / 0.003, 0, 1)
    height = gaussian_filter(np.clip(border / (gap * 2), 0, 1), 1.0, mode="wrap") * relief
    surface = linear(joint) * 0.75 * (1 - inside[..., None]) + shades * inside[..., None]
    return surface * lit(height, strength=0.3), tile


def brick(*, colours: Sequence[str], mortar: str, tile: float = 1.2, seed: int = 7) -> tuple[Floats, float]:
    """Bricks in running bond."""
    return paving(colours=colours, long=0.2, wide=0.1, joint=mortar, tile=tile, seed=seed, stagger=0.5, gap=0.004)


def deck(*, colours: Sequence[str], tile: float = 2.8, seed: int = 41) -> tuple[Floats, float]:
    """Boards with grain along x."""
    base, tile = paving(colours=colours, long=tile, wide=0.14, joint="#2a211a", tile=tile, seed=seed, gap=0.004)
    rng = np.random.default_rng(seed + 1)
    grain = gaussian_filter(rng.normal(size=(SIZE, SIZE)), (0.8, 45), mode="wrap")
    return base * np.exp(0.14 * grain / grain.std())[..., None], tile


def chips(*, colours: Sequence[str], tile: float = 1.4, seed: int = 3, count: int = 5200) -> tuple[Floats, float]:
    """Bark chips or crumbs of soil, lying on one another."""
    rng = np.random.default_rng(seed)
    palette = _palette(colours)
    image = np.zeros((SIZE, SIZE, 3), np.float32) + (palette[2] * 0.5).astype(np.float32)
    height = np.zeros((SIZE, SIZE), np.float32)
    for number in range(count):
        centre = rng.uniform(0, SIZE, 2)
        turn, long, wide = rng.uniform(0, np.pi), rng.uniform(10, 34), rng.uniform(3, 8)
        tone = palette[rng.integers(len(palette))] * np.exp(rng.normal(0, 0.25)) * (0.55 + 0.5 * number / count)
        ahead = np.array([np.cos(turn), np.sin(turn)])
        side = np.array([-ahead[1], ahead[0]])
        quad = np.array([ahead * long / 2 + side * wide / 2, ahead * long / 2 - side * wide / 3])
        quad = np.concatenate([quad, [-ahead * long / 2 - side * wide / 2, -ahead * long / 2 + side * wide / 2.5]])
        level = float(number / count * 8 + rng.uniform(0, 4))
        for shift in _wraps(centre, reach=40):
            points = np.round((centre + shift + quad) * 16).astype(np.int32)
            cv2.fillConvexPoly(image, points, tone.tolist(), cv2.LINE_AA, 4)
            cv2.fillConvexPoly(height, points, level, cv2.LINE_AA, 4)
    return image * lit(gaussian_filter(height, 0.7, mode="wrap").astype(float), strength=0.16, ambient=0.55), tile


def lawn(*, blade: str, tip: str, tile: float = 1.6, seed: int = 4, count: int = 26000) -> tuple[Floats, float]:
    """Blades of grass lying in all directions."""
    rng = np.random.default_rng(seed)
    low, high, dry = linear(blade), linear(tip), linear("#b5a566") * 0.8
    image = np.zeros((SIZE, SIZE, 3), np.float32) + (low * 0.28).astype(np.float32)
    start = rng.uniform(0, SIZE, (count, 2))
    turn = rng.uniform(0, 2 * np.pi, count)
    run = np.stack([np.cos(turn), np.sin(turn)], 1) * rng.uniform(9, 26, (count, 1))
    share = rng.random((count, 1)) ** 1.4
    tone = (low * (1 - share) + high * share) * np.exp(rng.normal(0, 0.22, (count, 1)))
    tone = tone * (0.45 + 0.65 * np.arange(count) / count)[:, None]
    tone = np.where(rng.random((count, 1)) < 0.03, dry, tone)
    for number in range(count):
        for shift in _wraps(start[number], reach=30):
            first = np.round((start[number] + shift) * 16).astype(int).tolist()
            last = np.round((start[number] + shift + run[number]) * 16).astype(int).tolist()
            thick = 2 if number % 3 else 1
            cv2.line(image, first, last, tone[number].tolist(), thick, cv2.LINE_AA, 4)
    return _as_grass(image.astype(float)), tile


def _as_grass(image: Floats) -> Floats:
    """Never greener than lawns are in photos, and as bright."""
    red, green, blue = image.mean((0, 1))
    wanted = np.array([max(red / green, GRASS_HUE[0]), 1.0, max(blue / green, GRASS_HUE[1])])
    factor = wanted / (np.array([red, green, blue]) / green)
    return np.asarray(image * factor / (factor @ LUMINANCE) * GRASS_LEVEL)


def _wraps(place: Floats, *, reach: float) -> list[Floats]:
    """The shifts at which something at `place` must be drawn so that the tile repeats."""
    choices = []
    for value in place:
        near = [0.0]
        if value < reach:
            near.append(float(SIZE))
        if value > SIZE - reach:
            near.append(-float(SIZE))
        choices.append(near)
    return [np.array([x, y]) for x in choices[0] for y in choices[1]]
