"""Ground in a photo: masks from polygons, and a proposal of where the ground is."""

import cv2
import numpy as np

from yarda.garden.errors import NoGround
from yarda.garden.photo.camera import Camera
from yarda.garden.shapes import Bools, Bytes, Floats, GroundProposal, Polygon

LEAST_SHARE = 0.004
HORIZON_GAP_PX = 4
WORKING_SIDE = 480
MOST_POINTS = 24
MOST_POLYGONS = 4


def fill_polygons(polygons: tuple[Polygon, ...], *, size_px: tuple[int, int], scale: float) -> Bytes:
    """An anti-aliased 8-bit mask of polygons given in photo pixels, for the photo resized by `scale`."""
    width, height = size_px
    mask = np.zeros((height, width), np.uint8)
    for polygon in polygons:
        points = np.round((np.asarray(polygon, float) * scale - 0.5) * 16)
        cv2.fillPoly(mask, [points.clip(-(2**26), 2**26).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return mask


def ground_mask(
    ground: tuple[Polygon, ...], *, keep_in_front: tuple[Polygon, ...], camera: Camera, scale: float
) -> Bytes:
    """The ground below the horizon without what stands in front of it. Raises NoGround when little is left."""
    usable = tuple(polygon for polygon in ground if len(polygon) >= 3)
    if not usable:
        raise NoGround("no ground is marked: draw the ground that may be changed")
    size = (camera.width_px, camera.height_px)
    mask = fill_polygons(usable, size_px=size, scale=scale)
    if (mask > 127).sum() < LEAST_SHARE * mask.size:
        raise NoGround("the marked ground is too small: draw it larger")
    mask[: max(0, int(camera.horizon_y) + HORIZON_GAP_PX)] = 0
    if (mask > 127).sum() < LEAST_SHARE * mask.size:
        raise NoGround("the marked ground lies above the horizon: move the eye-level line or the ground")
    mask = np.minimum(mask, 255 - fill_polygons(keep_in_front, size_px=size, scale=scale))
    if (mask > 127).sum() < LEAST_SHARE * mask.size:
        raise NoGround("what is kept in front covers the ground: mark less of it, or more ground")
    return mask


def propose_ground(pixels: Bytes, *, horizon_y: float) -> GroundProposal:
    """Guess the ground of an RGB photo. Always answers: with nothing found, a trapezoid and confidence near 0."""
    height, width = pixels.shape[:2]
    scale = min(1.0, WORKING_SIDE / max(height, width))
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    horizon = int(np.clip(horizon_y * scale, 0, small.shape[0] * 0.9))
    found = _cut(small, horizon=horizon)
    polygons = _outlines(found, scale=scale)
    if not polygons:
        return GroundProposal(polygons=(_trapezoid(width, height, horizon_y=horizon_y),), confidence=0.05)
    share = float(found.mean())
    return GroundProposal(polygons=polygons, confidence=float(np.clip(0.25 + 2.2 * share, 0.3, 0.85)))


def _trapezoid(width: int, height: int, *, horizon_y: float) -> Polygon:
    top = min(max(horizon_y + 0.12 * height, 0.62 * height), 0.9 * height)
    return ((0.25 * width, top), (0.75 * width, top), (0.95 * width, 0.98 * height), (0.05 * width, 0.98 * height))


def _features(small: Bytes) -> tuple[Bools, Bools, Floats]:
    """Where lawn or soil colours are, where paving colours are, and the local roughness."""
    colour = small.astype(np.float64) / 255
    red, green, blue = colour[..., 0], colour[..., 1], colour[..., 2]
    top, low = colour.max(2), colour.min(2)
    saturation = (top - low) / np.maximum(top, 0.02)
    excess_green = (2 * green - red - blue) / np.maximum(red + green + blue, 0.05)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    variance = cv2.blur(grey * grey, (9, 9)) - cv2.blur(grey, (9, 9)) ** 2
    rough = np.sqrt(np.maximum(variance, 0)).astype(float)
    lawn = (excess_green > 0.05) & (saturation > 0.18) & (top > 0.10)
    soil = (red > green) & (green > blue) & (saturation > 0.16) & (saturation < 0.62) & (rough < 0.13)
    paving = (saturation < 0.17) & (rough < 0.07) & (top > 0.25)
    return lawn | soil, paving, rough


def _cut(small: Bytes, *, horizon: int) -> Bools:
    height, width = small.shape[:2]
    target, paving, rough = _features(small)
    row = np.arange(height)[:, None] * np.ones((1, width), int)
    seeds = np.full((height, width), cv2.GC_PR_BGD, np.uint8)
    seeds[(row > horizon + 0.10 * height) & target] = cv2.GC_PR_FGD
    seeds[: horizon + 1] = cv2.GC_BGD
    seeds[paving & (row > horizon)] = cv2.GC_BGD
    low = target & (row > max(height * 0.72, horizon))
    calm = low & (rough < (np.percentile(rough[low], 70) if low.sum() > 50 else 1.0))
    kernel = np.ones((5, 5), np.uint8)
    sure = cv2.erode(calm.astype(np.uint8), kernel) > 0
    if sure.sum() < 40:
        sure = cv2.erode((target & (row > horizon + 0.12 * height)).astype(np.uint8), kernel) > 0
    if sure.sum() < 40:
        return np.zeros((height, width), bool)
    seeds[sure] = cv2.GC_FGD
    if not ((seeds == cv2.GC_BGD) | (seeds == cv2.GC_PR_BGD)).any():
        return np.ones((height, width), bool)
    cv2.setRNGSeed(7)
    picture: Bytes = cv2.cvtColor(small, cv2.COLOR_RGB2BGR)
    model = (np.zeros((1, 65)), np.zeros((1, 65)))
    cv2.grabCut(picture, seeds, None, model[0], model[1], 4, cv2.GC_INIT_WITH_MASK)  # type: ignore[call-overload]
    found = ((seeds == cv2.GC_FGD) | (seeds == cv2.GC_PR_FGD)).astype(np.uint8)
    found = cv2.morphologyEx(found, cv2.MORPH_OPEN, kernel)
    return _grounded(cv2.morphologyEx(found, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8)))


def _grounded(found: Bytes) -> Bools:
    """The pieces that are large and reach into the lower part of the picture."""
    height, width = found.shape
    count, labels, stats, _ = cv2.connectedComponentsWithStats(found)
    kept = np.zeros(found.shape, bool)
    for label in range(1, count):
        _, top, _, tall, area = stats[label]
        if area > 0.012 * height * width and top + tall > height * 0.62:
            kept |= labels == label
    return kept


def _outlines(found: Bools, *, scale: float) -> tuple[Polygon, ...]:
    contours, _ = cv2.findContours(found.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    outlines = []
    for contour in sorted(contours, key=cv2.contourArea, reverse=True)[:MOST_POLYGONS]:
        tolerance = 1.2
        simple = cv2.approxPolyDP(contour, tolerance, True)
        while len(simple) > MOST_POINTS:
            tolerance *= 1.25
            simple = cv2.approxPolyDP(contour, tolerance, True)
        if len(simple) >= 3:
            points = (simple[:, 0].astype(float) + 0.5) / scale
            outlines.append(tuple((round(float(x), 1), round(float(y), 1)) for x, y in points))
    return tuple(outlines)
