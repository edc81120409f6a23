"""What the painter reads off the photo before it draws: light, sun, grain and where the house stands."""

from dataclasses import dataclass, replace

import numpy as np

from yarda.garden.brief import Brief, Sun
from yarda.garden.photo.camera import Camera
from yarda.garden.photo.grain import Grain, read_grain
from yarda.garden.photo.light import Light, match_light, to_linear
from yarda.garden.photo.sunlight import find_sun
from yarda.garden.picture.catcher import Backdrop, find_backdrop
from yarda.garden.picture.rays import open_level
from yarda.garden.shapes import Bools, Bytes, Singles


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The photo's facts at the camera's resolution."""

    linear: Singles
    light: Light
    sun: Sun
    own: Singles
    """What the photo's ground reflects."""
    backdrop: Backdrop
    grain: Grain


def read_photo(
    brief: Brief, photo: Bytes, *, small: Bytes, ground: Bools, camera: Camera, scale: float
) -> Reading:
    """Read the photo; `small` is the photo at the camera's resolution, `scale` times as large."""
    linear = to_linear(small / 255.0).astype(np.float32)
    sun = brief.sun or find_sun(brief, small, ground=ground, camera=camera)
    light = match_light(linear, ground)
    light = replace(light, exposure=light.exposure / open_level(sun))
    edge = brief.house_edge
    marked = None if edge is None else tuple((x * scale, y * scale) for x, y in edge)
    return Reading(
        linear=linear,
        light=light,
        sun=sun,
        own=(linear / (light.exposure * open_level(sun) * light.tint)).clip(0.01, 0.9).astype(np.float32),
        backdrop=find_backdrop(camera, ground, house_edge=marked),
        grain=read_grain(photo),
    )
