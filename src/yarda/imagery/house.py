"""Keeps the house: lays the photo's pixels over a provider's picture wherever the garden does not reach."""

import asyncio
import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from yarda.domain.photo import Polygon
from yarda.pipeline.ports import Judged

RISE = 0.22
"""How far above the ground new plants may reach, as a share of the picture's height."""
DIFFERENCE = 26.0
"""CIELAB distance from which a pixel counts as redrawn rather than re-encoded."""
FEATHER = 0.002
"""Width of the blend at the ground's edge, as a share of the picture's longest side."""

Pixels = NDArray[np.uint8]


class MaskHouseKeeper:
    """Plays the `HouseKeeper` port. Pictures must have passed the gate: they are decoded in this process."""

    async def judge(
        self, image: bytes, *, photo: bytes, ground: tuple[Polygon, ...], keep_house: bool, provider: str
    ) -> Judged:
        return await asyncio.to_thread(_judge, image, photo, ground)


def _judge(image: bytes, photo: bytes, ground: tuple[Polygon, ...]) -> Judged:
    before = _pixels(photo)
    height, width = before.shape[:2]
    after = np.asarray(Image.fromarray(_pixels(image)).resize((width, height), Image.Resampling.LANCZOS))
    reach = _reach(before, after, ground)
    size = max(1, round(FEATHER * max(width, height)))
    weight = cv2.GaussianBlur(reach.astype(np.float32), (0, 0), size)
    weight = np.where(reach, weight, 0.0)[..., None]
    blended = (after * weight + before * (1 - weight) + 0.5).astype(np.uint8)
    changed = np.any(blended != before, axis=-1)
    mask = _png(np.where(changed, 255, 0).astype(np.uint8))
    return Judged(image=_png(blended), edit_mask=mask, preserved=1.0)


def _reach(before: Pixels, after: Pixels, ground: tuple[Polygon, ...]) -> NDArray[np.bool_]:
    """The ground, and what was redrawn right above it and hangs together with it."""
    height, width = before.shape[:2]
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [np.round(np.asarray(polygon)).astype(np.int32) for polygon in ground], 255)
    rise = max(1, round(RISE * height))
    band = cv2.dilate(mask, np.ones((rise, 1), np.uint8), anchor=(0, 0))
    redrawn = (_difference(before, after) > DIFFERENCE) & (band > 0)
    grown = cv2.morphologyEx(((mask > 0) | redrawn).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    _, labels = cv2.connectedComponents(grown)
    touching = np.unique(labels[mask > 0])
    return np.asarray((mask > 0) | np.isin(labels, touching[touching > 0]))


def _difference(before: Pixels, after: Pixels) -> NDArray[np.float32]:
    distance = np.linalg.norm(_lab(before) - _lab(after), axis=-1).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(distance, (0, 0), 1.5), np.float32)


def _lab(pixels: Pixels) -> NDArray[np.float32]:
    return np.asarray(cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)


def _pixels(image: bytes) -> Pixels:
    with Image.open(io.BytesIO(image)) as picture:
        return np.asarray(picture.convert("RGB"))


def _png(pixels: Pixels) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=4)
    return buffer.getvalue()
