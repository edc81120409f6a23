"""Mitsuba, set up once: the camera, the lights and one rendering."""

import os
from typing import Any

import numpy as np

from yarda.garden.brief import Sun
from yarda.garden.errors import PainterUnavailable
from yarda.garden.photo.camera import Camera
from yarda.garden.photo.light import LUMINANCE
from yarda.garden.shapes import Floats, Singles

try:
    import drjit
    import mitsuba as mi
except ImportError as error:  # no wheel for this platform
    raise PainterUnavailable(
        "Mitsuba has no build for this platform (Linux x86-64, macOS arm64 and Windows have one); "
        "use another image provider"
    ) from error

__all__ = ["SceneDict", "lights", "mi", "open_level", "render", "sensor", "sky_colour"]

mi.set_variant("scalar_rgb")
mi.set_log_level(mi.LogLevel.Error)
if os.environ.get("YARDA_PAINTER_THREADS"):
    drjit.set_thread_count(int(os.environ["YARDA_PAINTER_THREADS"]))

SKY = np.array([0.36, 0.42, 0.52])
SUN_COLOUR = np.array([3.1, 2.8, 2.35])
SceneDict = dict[str, Any]


def render(scene: SceneDict, *, seed: int) -> Singles:
    """Linear colours and coverage; the same scene and seed give the same pixels."""
    traced: Any = mi.render(mi.load_dict(scene), seed=mi.UInt32(seed % 2**31))
    return np.asarray(traced, np.float32)


def sensor(
    camera: Camera, *, samples: int, height: float | None = None, rows: tuple[int, int] | None = None
) -> SceneDict:
    """The camera, at another height above the ground and with some of its rows alone where that is asked for."""
    width_px, height_px = camera.width_px, camera.height_px
    first, last = rows or (0, height_px)
    eye = camera.eye_height if height is None else height
    return {
        "type": "perspective",
        "fov_axis": "x",
        "fov": float(np.degrees(2 * np.arctan(width_px / 2 / camera.focal_px))),
        "principal_point_offset_x": (width_px / 2 - camera.centre_x) / width_px,
        "principal_point_offset_y": (height_px / 2 - camera.horizon_y) / height_px,
        "near_clip": 0.05,
        "far_clip": 500.0,
        "to_world": mi.ScalarTransform4f().look_at(origin=[0, 0, eye], target=[0, 10, eye], up=[0, 0, 1]),
        "film": {
            "type": "hdrfilm",
            "width": width_px,
            "height": height_px,
            "crop_offset_x": 0,
            "crop_offset_y": first,
            "crop_width": width_px,
            "crop_height": last - first,
            "pixel_format": "rgba",
            "component_format": "float32",
            "rfilter": {"type": "tent"},
        },
        "sampler": {"type": "multijitter", "sample_count": samples},
    }


def sky_colour(sun: Sun) -> Floats:
    """The radiance of the sky, the same from everywhere; brighter where the sun is veiled."""
    return SKY * (1 + 0.9 * (1 - sun.strength))


def lights(sun: Sun) -> SceneDict:
    """Sky and sun."""
    azimuth, elevation = np.radians(sun.azimuth), np.radians(sun.elevation)
    towards = np.array([-np.sin(azimuth), np.cos(azimuth), 0]) * np.cos(elevation) - np.array(
        [0, 0, np.sin(elevation)]
    )
    sky = {"type": "constant", "radiance": {"type": "rgb", "value": sky_colour(sun).tolist()}}
    scene: SceneDict = {"sky": sky}
    if sun.strength > 0:
        power = {"type": "rgb", "value": (SUN_COLOUR * sun.strength).tolist()}
        scene["sun"] = {"type": "directional", "direction": towards.tolist(), "irradiance": power}
    return scene


def open_level(sun: Sun) -> float:
    """How bright white ground is under that sun with nothing around it."""
    direct = SUN_COLOUR * sun.strength * np.sin(np.radians(sun.elevation)) / np.pi
    return float((sky_colour(sun) + direct) @ LUMINANCE)
