"""Pictures whose colours and corners a test can recognise, in every format that is allowed."""

import io
from typing import Any

import numpy as np
from PIL import Image
from pillow_heif import register_heif_opener

register_heif_opener()

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF")
RED, GREEN, BLUE, WHITE = (230, 20, 20), (20, 200, 40), (20, 40, 220), (250, 250, 250)


def quarters(width: int = 480, height: int = 320) -> Image.Image:
    """Red and green over blue and white: every turn of it looks different."""
    picture = Image.new("RGB", (2, 2))
    picture.putdata([RED, GREEN, BLUE, WHITE])
    return picture.resize((width, height), Image.Resampling.NEAREST)


def encode(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def decode(image: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(image))
    picture.load()
    return picture


def shows_quarters(image: bytes) -> bool:
    corners = np.asarray(decode(image).resize((4, 4), Image.Resampling.BOX), int)[::3, ::3]
    return bool(np.abs(corners.reshape(4, 3) - (RED, GREEN, BLUE, WHITE)).max() < 25)


def is_all(image: bytes, colour: tuple[int, int, int], *, within: int = 2) -> bool:
    return bool(np.abs(np.asarray(decode(image), int) - colour).max() <= within)
