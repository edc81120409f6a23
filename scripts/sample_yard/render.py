"""Sun, sky, camera, and the development of the picture."""

import cv2
import mitsuba as mi
import numpy as np
from numpy.typing import NDArray
from parts import Scene, Transform
from scene import CAMERA, HEIGHT, STAND_X, WIDTH

SUN = (-0.55, 0.62, -0.78)
SKY_SIZE = (1024, 512)


def render(shapes: Scene, *, samples: int) -> NDArray[np.float32]:
    """Linear radiance, height × width × 3."""
    scene = {
        "type": "scene",
        "integrator": {"type": "path", "max_depth": 6, "rr_depth": 4},
        "sun": {
            "type": "directional",
            "direction": list(SUN),
            "irradiance": {"type": "rgb", "value": [3.0, 2.75, 2.35]},
        },
        "sky": {
            "type": "envmap",
            "bitmap": mi.Bitmap(_sky()),
            "scale": 1.0,
            "to_world": Transform().rotate([0, 0, 1], 205).rotate([1, 0, 0], 90),
        },
        "sensor": {
            "type": "perspective",
            "fov": float(np.degrees(2 * np.arctan(WIDTH / 2 / CAMERA.focal_px))),
            "principal_point_offset_y": (HEIGHT / 2 - CAMERA.horizon_y) / HEIGHT,
            "to_world": Transform().look_at(
                origin=[STAND_X, 0, CAMERA.eye_height], target=[STAND_X, 10, CAMERA.eye_height], up=[0, 0, 1]
            ),
            "film": {"type": "hdrfilm", "width": WIDTH, "height": HEIGHT, "rfilter": {"type": "gaussian"}},
            "sampler": {"type": "multijitter", "sample_count": samples},
        },
        **shapes,
    }
    return np.asarray(mi.render(mi.load_dict(scene), seed=1))[..., :3].astype(np.float32)


def _sky() -> NDArray[np.float32]:
    """A bright day with thin clouds, as a latitude-longitude picture."""
    height = SKY_SIZE[1]
    v = (np.arange(height) + 0.5) / height
    up = np.cos(v * np.pi)[:, None, None]
    zenith, rim = np.array([0.28, 0.46, 0.80]), np.array([0.72, 0.82, 0.95])
    clear = rim + (zenith - rim) * np.clip(up, 0, 1) ** 0.55
    rng = np.random.default_rng(4)
    cloud = sum(
        cv2.resize(
            rng.normal(size=(2 ** (k + 2), 2 ** (k + 3))).astype(np.float32),
            SKY_SIZE,
            interpolation=cv2.INTER_CUBIC,
        )
        * 0.62**k
        for k in range(6)
    )
    cover = (1 / (1 + np.exp(-(cloud - 0.35) * 3.0)))[..., None] * np.clip(up * 6, 0, 1) * 0.75
    sky = clear * (1 - cover) + np.array([1.05, 1.05, 1.06]) * cover
    return np.where(up > 0, sky, np.array([0.2, 0.2, 0.17])).astype(np.float32)


def develop(radiance: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Exposure, a soft shoulder, a little vignette and grain, as a phone would."""
    spikes = np.stack([cv2.medianBlur(radiance[..., channel], 3) for channel in range(3)], -1)
    light = np.minimum(radiance, spikes * 2.5 + 0.05) * 1.02
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    far = np.hypot((x - WIDTH / 2) / WIDTH, (y - HEIGHT / 2) / HEIGHT)
    light = light * (1 - 0.28 * far**2)[..., None]
    light = np.where(light > 0.7, 0.7 + 0.3 * np.tanh((light - 0.7) / 0.45), light)
    encoded = np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 1e-6) ** (1 / 2.4) - 0.055)
    encoded = encoded + np.random.default_rng(2).normal(0, 0.006, encoded.shape)
    shown = (np.clip(encoded, 0, 1) * 255 + 0.5).astype(np.uint8)
    return np.asarray(cv2.fastNlMeansDenoisingColored(shown, None, 1.5, 2, 3, 9), np.uint8)
