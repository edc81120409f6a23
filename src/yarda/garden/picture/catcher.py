"""The light that the photo's own ground and the house's foot still receive once new plants stand before them.

A white floor and a low wall along the house are traced with the plants and without them, from the same random
numbers: where no plant stands in the way both pictures are the same to the last bit, and their ratio is 1.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter

from yarda.garden.brief import Sun
from yarda.garden.photo.camera import Camera
from yarda.garden.photo.light import LUMINANCE
from yarda.garden.picture.rays import SceneDict, lights, mi, render, sensor
from yarda.garden.shapes import Bools, Floats, Polygon, Singles

WALL_HEIGHT = 1.5
"""Metres of the house's foot that plants may shade."""
WALL_FADE = 0.5
SCALE = 0.5
SAMPLES = 4
STRIP_PX = 4
UNTOUCHED = 0.97
LEAST_RECEIVED = 0.25
NOISE = {"type": "direct", "emitter_samples": 3, "bsdf_samples": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Backdrop:
    """The row of every column at which the house, or whatever ends the ground, meets the ground."""

    contact: Floats


def find_backdrop(camera: Camera, ground: Bools, *, house_edge: Polygon | None = None) -> Backdrop:
    """The far outline of the ground, bridged over its gaps; where the house's edge was marked, that."""
    columns = np.flatnonzero(ground.any(0))
    contact = np.full(camera.width_px, float(camera.height_px))
    if len(columns):
        tops = ground.argmax(0)[columns].astype(float)
        points = np.stack([columns.astype(float), tops], 1).astype(np.float32)
        hull = cv2.convexHull(points)[:, 0]
        left, right = hull[hull[:, 0].argmin()], hull[hull[:, 0].argmax()]
        chord = left[1] + (hull[:, 0] - left[0]) / max(right[0] - left[0], 1) * (right[1] - left[1])
        far = hull[hull[:, 1] <= chord + 0.5]
        far = far[np.argsort(far[:, 0], kind="stable")]
        contact = np.interp(np.arange(camera.width_px), far[:, 0], far[:, 1])
    if house_edge is not None and len(house_edge) >= 2:
        edge = np.array(sorted(house_edge))
        across = np.arange(camera.width_px)
        marked = (across >= edge[0, 0]) & (across <= edge[-1, 0])
        contact[marked] = np.interp(across, edge[:, 0], edge[:, 1])[marked]
    return Backdrop(contact=np.clip(contact, camera.horizon_y + 2, camera.height_px))


def received_light(
    standing: SceneDict, backdrop: Backdrop, *, camera: Camera, sun: Sun, coverage: Singles, seed: int
) -> Singles:
    """The share of its light that every pixel of ground or wall keeps, 0 to 1; 1 where nothing is near."""
    small = camera.scaled(SCALE)
    first = int(np.clip(camera.horizon_y * SCALE, 0, small.height_px - 2))
    scene = {
        "type": "scene",
        "integrator": NOISE,
        "sensor": sensor(small, samples=SAMPLES, rows=(first, small.height_px)),
        "wall": _wall(small, backdrop),
        "open": _plane(),
        **lights(sun),
    }
    without = render(scene, seed=seed)[..., :3] @ LUMINANCE
    shaded = render({**scene, **standing}, seed=seed)[..., :3] @ LUMINANCE
    hidden = cv2.resize(coverage, (small.width_px, small.height_px), interpolation=cv2.INTER_AREA)[first:]
    known = cv2.erode((hidden < 0.02).astype(np.float32), np.ones((3, 3)))
    ratio = _calm(np.clip(shaded / np.maximum(without, 1e-4), 0, 1), known)
    full = np.ones((camera.height_px, camera.width_px), np.float32)
    rows = np.clip((np.arange(camera.height_px) + 0.5) * SCALE - 0.5 - first, 0, len(ratio) - 1)
    columns = np.clip((np.arange(camera.width_px) + 0.5) * SCALE - 0.5, 0, ratio.shape[1] - 1)
    place = np.meshgrid(columns.astype(np.float32), rows.astype(np.float32))
    wide = cv2.remap(ratio.astype(np.float32), place[0], place[1], cv2.INTER_LINEAR)
    full[:] = 1 - (1 - wide) * _reach(camera, backdrop)
    return np.clip(full / UNTOUCHED, LEAST_RECEIVED, 1).astype(np.float32)


def shade_photo(linear: Singles, received: Singles) -> Singles:
    """How much darker the photo becomes: where it lies in a shadow already, the new one takes less away."""
    touched = received < 1
    if not touched.any():
        return received
    luminance = np.asarray(linear @ LUMINANCE, np.float32)
    small = cv2.resize(luminance, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    side = max(3, small.shape[1] // 8) | 1
    around = cv2.blur(cv2.dilate(small, np.ones((side, side))), (side, side))
    brightest: Singles = cv2.resize(around, luminance.shape[::-1], interpolation=cv2.INTER_LINEAR)
    lit: Singles = np.clip((luminance / np.maximum(brightest, 1e-3) - 0.25) / 0.35, 0.35, 1)
    lit = cv2.GaussianBlur(lit, (0, 0), 2)
    return np.where(touched, 1 - (1 - received) * lit, 1).astype(np.float32)


def _reach(camera: Camera, backdrop: Backdrop) -> Floats:
    """1 on the ground and low on the wall, 0 above it, and 0 just under the horizon where a pixel is metres."""
    rows = np.arange(camera.height_px)[:, None] + 0.5
    depth = camera.focal_px * camera.eye_height / np.maximum(backdrop.contact - camera.horizon_y, 2.0)
    up = (backdrop.contact[None] - rows) * depth / camera.focal_px
    low = np.clip((WALL_HEIGHT - up) / WALL_FADE, 0, 1)
    return np.asarray(low * np.clip((rows - camera.horizon_y - 1) / 4, 0, 1))


def _calm(ratio: Floats, known: Floats) -> Floats:
    """The ratio without noise, continued behind the plants that hide it; far from all that is known it is 1."""
    steady = cv2.medianBlur(np.where(known > 0, ratio, 1.0).astype(np.float32), 3) * known
    total, weight = np.full(known.shape, 1e-6), np.full(known.shape, 1e-6)
    for reach, trust in ((1.2, 1.0), (4.0, 0.02), (12.0, 0.0005)):
        total += trust * gaussian_filter(steady, reach, truncate=3)
        weight += trust * gaussian_filter(known, reach, truncate=3)
    return np.asarray(total / weight)


def _wall(camera: Camera, backdrop: Backdrop) -> Any:
    """Upright strips along the contact, facing the camera."""
    columns = np.arange(0, camera.width_px + STRIP_PX, STRIP_PX).astype(float)
    rows = np.interp(columns / SCALE, np.arange(len(backdrop.contact)), backdrop.contact) * SCALE
    x, z = camera.to_ground(columns, np.maximum(rows, camera.horizon_y + 1.0))
    foot = np.stack([x, z, np.zeros(len(x))], 1)
    vertices = np.concatenate([foot, foot + np.array([0, 0, WALL_HEIGHT])])
    here = np.arange(len(x) - 1)
    over = here + len(x)
    faces = np.concatenate([np.stack([here, here + 1, over + 1], 1), np.stack([here, over + 1, over], 1)])
    return _white(vertices, faces)


def _plane() -> Any:
    corners = np.array([[-80, 0.2, 0], [80, 0.2, 0], [80, 160, 0], [-80, 160, 0]], float)
    return _white(corners, np.array([[0, 1, 2], [0, 2, 3]]))


def _white(vertices: Floats, faces: Floats) -> Any:
    properties = mi.Properties()
    properties["bsdf"] = mi.load_dict({"type": "twosided", "bsdf": {"type": "diffuse"}})
    made = mi.Mesh("white", len(vertices), len(faces), props=properties)
    parameters = mi.traverse(made)
    parameters["vertex_positions"] = np.ascontiguousarray(vertices, np.float32).ravel()
    parameters["faces"] = np.ascontiguousarray(faces, np.uint32).ravel()
    parameters.update()
    return made
