"""Cuts the view of an ordinary camera out of a panorama of the whole sphere."""

import io
import math

import cv2
import numpy as np
from PIL import Image

SIZE = (1024, 768)


def cut_view(panorama: bytes, *, azimuth: float, heading: float, pitch: float, fov: float) -> bytes:
    """A JPEG of 1024 × 768 pixels. `panorama` is a clean equirectangular picture, twice as wide as high.

    Degrees. Its middle column looks to `azimuth`, its middle row is level. A pixel at (x, y) of a pinhole camera
    with focal length f = width / (2 tan(fov / 2)) looks along (x, -y, f), turned up by the pitch; the longitude
    of that ray, less the azimuth, is its column and its latitude its row.
    """
    with Image.open(io.BytesIO(panorama), formats=("JPEG",)) as picture:
        sphere = np.asarray(picture.convert("RGB"))
    width, height = SIZE
    focal = width / 2 / math.tan(math.radians(fov) / 2)
    across, down = np.meshgrid(np.arange(width) + 0.5 - width / 2, np.arange(height) + 0.5 - height / 2)
    up, ahead = -down, np.full_like(across, focal)
    sin, cos = math.sin(math.radians(pitch)), math.cos(math.radians(pitch))
    up, ahead = up * cos + ahead * sin, ahead * cos - up * sin
    longitude = np.arctan2(across, ahead) + math.radians(heading - azimuth)
    latitude = np.arctan2(up, np.hypot(across, ahead))
    columns = (longitude / (2 * math.pi) + 0.5) % 1 * sphere.shape[1] - 0.5
    rows = (0.5 - latitude / math.pi) * sphere.shape[0] - 0.5
    rows, columns = rows.astype(np.float32), (columns + 1).astype(np.float32)
    wrap = np.ascontiguousarray(np.pad(sphere, ((0, 0), (1, 1), (0, 0)), mode="wrap"))
    view = cv2.remap(wrap, columns, rows, cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE)
    out = io.BytesIO()
    Image.fromarray(view).save(out, "JPEG", quality=92, subsampling="4:4:4")
    return out.getvalue()
