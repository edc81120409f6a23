"""Judges a provider's picture against the photo: is it the same house, where it was; and puts it back."""

import asyncio
import io
import math

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from yarda.domain.photo import Polygon
from yarda.errors import HouseMoved, PictureUnchanged, UnusableReply
from yarda.imagery.registration import IDENTITY, Matrix, register
from yarda.imagery.tone import fit_tone
from yarda.pipeline.picture_ports import Judged

WORK_PX = 1280
"""Pictures are compared at this longest side; only the blend is made of all pixels."""
SIGHT_PX = 256
MOST_DISTORTED = 1.15
"""How much wider or narrower than the photo a picture may be; providers offer few shapes."""
RISE = 0.22
"""How far above the ground new plants may reach, as a share of the picture's height."""
DIFFERENCE = 26.0
"""CIELAB distance from which a pixel right above the ground counts as redrawn rather than re-encoded."""
ALTERED = 14.0
"""CIELAB distance, after a slight blur, from which a pixel of the house counts as altered. Re-encoding and
sharpening stay under 8; a repainted door or another window is over 20."""
LEAST_ALIKE = 0.75
"""The share that must be as in the photo where nothing but this says that it is the same house: two different
houses behind lawns agree in 0.4 to 0.65."""
REDESIGNED = 0.02
"""The least share of the ground that a redesign changes."""
BLANK = 3.0
"""Standard deviation, in CIELAB, under which a picture shows nothing."""
PLAIN = 3
"""How far a channel may be from the picture's median for a pixel to count as of its one colour."""
NOTICE = 0.8
"""The share of such pixels from which a picture is a notice; an overexposed sky fills half of one at most."""
FEATHER = 0.002
"""Width of the blend at the ground's edge, as a share of the picture's longest side."""

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]


class MaskHouseKeeper:
    """Plays the `HouseKeeper` port. Pictures must have passed the gate: they are decoded in this process."""

    async def judge(
        self, image: bytes, *, photo: bytes, ground: tuple[Polygon, ...], keep_house: bool, provider: str
    ) -> Judged:
        return await asyncio.to_thread(_judge, image, photo, ground, keep_house=keep_house, provider=provider)

    async def check_new_view(self, image: bytes, *, seen: bytes, provider: str) -> None:
        await asyncio.to_thread(_check_new_view, image, seen, provider=provider)

    async def shows_place(self, image: bytes) -> bool:
        return await asyncio.to_thread(_shows_place, image)


def _shows_place(image: bytes) -> bool:
    pixels = _pixels(image).astype(np.int16)
    plain = np.abs(pixels - np.median(pixels, axis=(0, 1))).max(axis=-1) <= PLAIN
    return float(plain.mean()) < NOTICE


def _check_new_view(image: bytes, seen: bytes, *, provider: str) -> None:
    small, known = (_resized(_pixels(picture), SIGHT_PX, SIGHT_PX) for picture in (image, seen))
    _check_blank(small, provider=provider)
    _check_changed(_distance(known, small), np.ones(small.shape[:2], bool), provider=provider)


def _judge(image: bytes, photo: bytes, ground: tuple[Polygon, ...], *, keep_house: bool, provider: str) -> Judged:
    before, after = _pixels(photo), _pixels(image)
    _check_shape(before, after, provider=provider)
    height, width = before.shape[:2]
    after = _resized(after, width, height)
    scale = min(1.0, WORK_PX / max(width, height))
    small = round(width * scale), round(height * scale)
    small_before, small_after = _resized(before, *small), _resized(after, *small)
    _check_blank(small_after, provider=provider)
    area = _ground_mask(ground, small, scale)
    still = ~_with_rise(area)
    movement = register(small_before, small_after, still=still)
    if movement.matrix is None:
        raise HouseMoved(provider, movement.said)
    small_after, seen = _moved_back(small_after, movement.matrix)
    tone = fit_tone(small_before, small_after, where=still & seen)
    distance = _distance(small_before, tone.apply(small_after))
    distance[~seen] = 0.0
    if not ground:
        area = np.ones_like(area)
    _check_changed(distance, area, provider=provider)
    reach = _reach(distance, area)
    outside = ~reach & seen
    preserved = float((distance[outside] < ALTERED).mean()) if outside.any() else 1.0
    if not movement.is_sure and preserved < LEAST_ALIKE:
        raise HouseMoved(provider, f"only {preserved:.0%} of the picture outside the garden is as in the photo")
    full = movement.matrix.copy()
    full[:, 2] /= scale
    after, _ = _moved_back(after, full)
    if not keep_house:
        mask = _resized(np.where(reach | (distance > ALTERED), 255, 0).astype(np.uint8), width, height)
        return Judged(image=_png(after), edit_mask=_png(np.where(mask > 127, 255, 0)), preserved=preserved)
    blended = _blend(before, tone.apply(after), _resized(reach.astype(np.uint8) * 255, width, height))
    changed = np.any(blended != before, axis=-1)
    return Judged(image=_png(blended), edit_mask=_png(np.where(changed, 255, 0)), preserved=preserved)


def _check_shape(before: Pixels, after: Pixels, *, provider: str) -> None:
    shapes = [pixels.shape[1] / pixels.shape[0] for pixels in (before, after)]
    if abs(math.log(shapes[1] / shapes[0])) > math.log(MOST_DISTORTED):
        asked, got = (f"{pixels.shape[1]} × {pixels.shape[0]}" for pixels in (before, after))
        raise UnusableReply(provider, f"the picture has another shape than the photo: {got} for {asked}")


def _check_blank(picture: Pixels, *, provider: str) -> None:
    if float(_lab(picture).reshape(-1, 3).std(axis=0).max()) < BLANK:
        raise PictureUnchanged(provider, "the picture shows nothing: it is all one colour")


def _check_changed(distance: Floats, area: Mask, *, provider: str) -> None:
    if float((distance[area] > ALTERED).mean()) < REDESIGNED:
        raise PictureUnchanged(provider, "the picture is the photo again: nothing of the ground was changed")


def _ground_mask(ground: tuple[Polygon, ...], size: tuple[int, int], scale: float) -> Mask:
    mask = np.zeros((size[1], size[0]), np.uint8)
    corners = [np.round(np.asarray(polygon) * scale).astype(np.int32) for polygon in ground]
    cv2.fillPoly(mask, corners, 1)
    return mask > 0


def _with_rise(area: Mask) -> Mask:
    """The ground, and above it as far as plants may reach."""
    rise = max(1, round(RISE * area.shape[0]))
    return cv2.dilate(area.astype(np.uint8), np.ones((rise, 1), np.uint8), anchor=(0, 0)) > 0


def _reach(distance: Floats, area: Mask) -> Mask:
    """The ground, and what was redrawn right above it and hangs together with it."""
    redrawn = (distance > DIFFERENCE) & _with_rise(area)
    grown = cv2.morphologyEx((area | redrawn).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    _, labels = cv2.connectedComponents(grown)
    touching = np.unique(labels[area])
    return np.asarray(area | np.isin(labels, touching[touching > 0]))


def _moved_back(picture: Pixels, matrix: Matrix) -> tuple[Pixels, Mask]:
    """The picture laid onto the photo, and where there is any of it; a strip left over mirrors it."""
    height, width = picture.shape[:2]
    if np.abs(matrix - IDENTITY).max() < 1e-9:
        return picture, np.ones((height, width), bool)
    size = (width, height)
    laid = cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    there = cv2.warpAffine(np.full((height, width), 255, np.uint8), matrix, size) > 254
    return np.asarray(laid, np.uint8), np.asarray(there)


def _blend(before: Pixels, after: Pixels, reach: Pixels) -> Pixels:
    """The picture inside the reach, fading to the photo at its edge; a strip at a time, for large photos."""
    size = max(1, round(FEATHER * max(before.shape)))
    inside = reach > 127
    weight = cv2.GaussianBlur(inside.astype(np.float32), (0, 0), size)
    weight[~inside] = 0.0
    blended = before.copy()
    for top in range(0, before.shape[0], 512):
        rows = slice(top, top + 512)
        share = weight[rows, :, None]
        blended[rows] = (after[rows] * share + before[rows] * (1 - share) + 0.5).astype(np.uint8)
    return blended


def _distance(before: Pixels, after: Pixels) -> Floats:
    """CIELAB distance of each pixel, both blurred a little: grain, sharpening and encoding do not count."""
    blur = max(before.shape) / 600
    one, other = (cv2.GaussianBlur(_lab(pixels), (0, 0), blur) for pixels in (before, after))
    return np.asarray(np.linalg.norm(one - other, axis=-1), np.float32)


def _lab(pixels: Pixels) -> Floats:
    return np.asarray(cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)


def _resized(pixels: Pixels, width: int, height: int) -> Pixels:
    if pixels.shape[:2] == (height, width):
        return pixels
    shrinks = width * height < pixels.shape[0] * pixels.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=how), np.uint8)


def _pixels(image: bytes) -> Pixels:
    with Image.open(io.BytesIO(image)) as picture:
        return np.asarray(picture.convert("RGB"))


def _png(pixels: NDArray[np.generic]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(buffer, "PNG", compress_level=4)
    return buffer.getvalue()
