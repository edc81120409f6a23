"""The sun of a photo: from the time and the place where they are known, and else from what the picture shows.

Strength compares the ground with the sky: under clouds the ground is as bright as its albedo of the sky, in the
sun much brighter. The direction comes from shadow edges on the ground, laid out in metres, and where there are
none from the side on which plants are bright. A doubtful direction is not used.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from yarda.garden.brief import DEFAULT_SUN, Brief, Sun
from yarda.garden.photo.camera import Camera
from yarda.garden.photo.light import LUMINANCE, match_light, to_linear
from yarda.garden.photo.sun import local_time, seen_from, solar_position
from yarda.garden.shapes import Bools, Bytes, Singles

WORKING_SIDE = 768
LEAST_CONFIDENCE = 0.35
STRONGEST = 0.75
LOWEST = 5.0
SOFTEST_EDGE = 0.1
BINS = 36


@dataclass(frozen=True, slots=True, kw_only=True)
class SunReading:
    """What a picture tells of its sun; `confidence` is that of the azimuth, 0 (a guess) to 1."""

    azimuth: float
    strength: float
    confidence: float


def find_sun(brief: Brief, photo: Bytes, *, ground: Bools, camera: Camera) -> Sun:
    """The sun for a brief that names none. `photo`, `ground` and `camera` have the same resolution."""
    read = read_sun(photo, ground=ground, camera=camera)
    sun = replace(DEFAULT_SUN, strength=read.strength)
    if read.confidence >= LEAST_CONFIDENCE:
        sun = replace(sun, azimuth=read.azimuth)
    if brief.captured_at is None or brief.position is None:
        return sun
    latitude, longitude = brief.position
    at = local_time(brief.captured_at, longitude=longitude)
    elevation, azimuth = solar_position(at, latitude=latitude, longitude=longitude)
    if elevation < 0:
        return replace(sun, strength=0.0)
    sun = replace(sun, elevation=min(max(elevation, LOWEST), 90.0))
    return sun if brief.bearing is None else replace(sun, azimuth=seen_from(azimuth, bearing=brief.bearing))


def read_sun(photo: Bytes, *, ground: Bools, camera: Camera) -> SunReading:
    """Read azimuth and strength off a picture."""
    scale = min(1.0, WORKING_SIDE / max(photo.shape[:2]))
    camera = camera.scaled(scale)
    size = (camera.width_px, camera.height_px)
    small: Bytes = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    marked = cv2.resize(ground.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    inside: Bools = cv2.erode(marked, np.ones((7, 7))) > 0
    linear = to_linear(small / 255.0).astype(np.float32)
    edges = _shadow_edges(linear)
    strength = _strength(small, linear, inside, edges, camera)
    azimuth, confidence = _along_shadows(edges, inside, camera)
    if confidence < LEAST_CONFIDENCE:
        azimuth, confidence = _bright_side(linear)
    return SunReading(azimuth=azimuth, strength=strength, confidence=confidence if strength > 0.3 else 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edges:
    """Where light changes and colour does not: the slope of the logarithm of luminance, 0 elsewhere."""

    across: Singles
    down: Singles
    size: Singles


def _shadow_edges(linear: Singles) -> _Edges:
    soft = cv2.GaussianBlur(linear, (0, 0), 1.5)
    level = np.log(soft @ LUMINANCE + 0.01).astype(np.float32)
    cast = (np.log(soft[..., 0] + 0.01) - np.log(soft[..., 2] + 0.01)).astype(np.float32)
    across, down = (cv2.Sobel(level, cv2.CV_32F, *way) / 8 for way in ((1, 0), (0, 1)))
    size = np.hypot(across, down)
    changed = np.hypot(*(cv2.Sobel(cast, cv2.CV_32F, *way) / 8 for way in ((1, 0), (0, 1))))
    size = np.where((size > SOFTEST_EDGE) & (changed < 0.4 * size), size, 0)
    return _Edges(across=across, down=down, size=size.astype(np.float32))


def find_sky(photo: Bytes, *, camera: Camera) -> Bools:
    """The smooth, bright, grey or blue pixels above the horizon that reach the top of the picture."""
    height = photo.shape[0]
    red, green, blue = (photo[..., k].astype(np.int16) for k in range(3))
    grey = cv2.cvtColor(cv2.GaussianBlur(photo, (0, 0), 1.5), cv2.COLOR_RGB2GRAY)
    rough = cv2.blur(np.abs(cv2.Laplacian(grey, cv2.CV_32F)), (9, 9))
    usable = (rough < 1.3) & (blue >= red - 4) & (blue >= green - 6) & (photo.max(2) > 90)
    usable &= np.arange(height)[:, None] < camera.horizon_y
    _, labels = cv2.connectedComponents(usable.astype(np.uint8))
    return np.asarray(np.isin(labels, np.unique(labels[: max(3, height // 50)])) & usable)


def _strength(photo: Bytes, linear: Singles, ground: Bools, edges: _Edges, camera: Camera) -> float:
    """The sun's share of the light: what the sky alone does not explain, and hard edges on the ground."""
    share = float((edges.size > 0)[ground].mean()) if ground.any() else 0.0
    hard = float(np.clip((share - 0.002) / 0.02, 0, 1))
    sky = find_sky(photo, camera=camera)
    if sky.mean() < 0.004:
        return STRONGEST * hard * 0.9
    level = float((linear[sky] @ LUMINANCE).mean())
    received = match_light(linear, ground).exposure if ground.any() else level
    direct = float(np.clip(1 - level / max(received, 1e-3), 0, 1))
    return STRONGEST * float(np.clip((direct - 0.1) / 0.35, 0, 1) * (0.75 + 0.25 * hard))


def _along_shadows(edges: _Edges, ground: Bools, camera: Camera) -> tuple[float, float]:
    """The direction in metres that most shadow edges on the ground share, and how many do."""
    rows, columns = np.nonzero(ground & (edges.size > 0))
    if len(rows) < 80:
        return 0.0, 0.0
    u, below = columns + 0.5 - camera.centre_x, np.maximum(rows + 0.5 - camera.horizon_y, 2.0)
    along_u, along_v = -edges.down[rows, columns], edges.across[rows, columns]
    x = camera.eye_height * (along_u / below - u * along_v / below**2)
    z = -camera.eye_height * camera.focal_px * along_v / below**2
    length = np.hypot(x, z)
    weight = np.minimum(length / np.maximum(np.hypot(along_u, along_v), 1e-6), 0.1)
    turn = np.degrees(np.arctan2(x, z)) % 180
    counts, _ = np.histogram(turn, BINS, (0, 180), weights=weight)
    smooth = counts + 0.5 * (np.roll(counts, 1) + np.roll(counts, -1))
    best = int(np.argmax(smooth))
    confidence = float(np.clip((smooth[best] / max(smooth.sum(), 1e-9) - 0.09) / 0.15, 0, 1))
    middle = (best + 0.5) * 180 / BINS
    near = np.abs((turn - middle + 90) % 180 - 90) < 180 / BINS * 1.5
    offset = (turn[near] - middle + 90) % 180 - 90
    towards = middle + float(np.average(offset, weights=weight[near])) if near.any() else middle
    # A shadow runs away from the sun: towards +z and to the right when the sun is behind on the left.
    azimuth = -towards if towards <= 90 else 180 - towards
    return azimuth, confidence


def _bright_side(linear: Singles) -> tuple[float, float]:
    """Left or right, by the side on which plants are brighter; never sure of more."""
    red, green, blue = (linear[..., k] for k in range(3))
    plants = (green > red * 1.1) & (green > blue * 1.2)
    if plants.mean() < 0.1:
        return 0.0, 0.0
    level = np.where(plants, np.log(linear @ LUMINANCE + 0.02), 0).astype(np.float32)
    reach = linear.shape[1] / 90
    mean = cv2.GaussianBlur(level, (0, 0), reach) / np.maximum(
        cv2.GaussianBlur(plants.astype(np.float32), (0, 0), reach), 0.05
    )
    inner = cv2.erode(plants.astype(np.uint8), np.ones((5, 5))) > 0
    slope = cv2.Sobel(mean, cv2.CV_32F, 1, 0)[inner]
    if not len(slope):
        return 0.0, 0.0
    lean = float(slope.mean() / max(float(np.abs(slope).mean()), 1e-6))
    return float(np.copysign(40.0, lean)), float(np.clip((abs(lean) - 0.03) * 8, 0, 0.5))
