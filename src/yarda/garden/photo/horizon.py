"""The eye level of a photo, by letting its straight lines vote for vanishing points."""

import cv2
import numpy as np

from yarda.garden.shapes import Bytes, Floats, Horizon

WORKING_SIDE = 960
PRIOR, PRIOR_SPREAD = 0.5, 0.10
MOST_SEGMENTS = 140
SHARPNESS = 0.012


def propose_horizon(pixels: Bytes) -> Horizon:
    """Guess the horizon row of an upright RGB photo; without enough lines the middle, with confidence 0."""
    height, width = pixels.shape[:2]
    scale = min(1.0, WORKING_SIDE / max(height, width))
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    segments = _slanted_segments(small)
    if len(segments) < 6:
        return Horizon(y=height * PRIOR, confidence=0.0)
    rows, votes = _vote(segments, width=small.shape[1], height=small.shape[0])
    likely = votes * np.exp(-0.5 * ((rows / small.shape[0] - PRIOR) / PRIOR_SPREAD) ** 2)
    best = int(likely.argmax())
    lead = float(likely[best] / (np.median(likely) + 1e-6))
    return Horizon(y=float(rows[best] / scale), confidence=float(np.clip((lead - 1) / 8, 0, 0.9)))


def _slanted_segments(small: Bytes) -> Floats:
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    found = cv2.createLineSegmentDetector().detect(grey)[0]
    if found is None:
        return np.zeros((0, 4))
    segments = np.asarray(found, float).reshape(-1, 4)
    run = segments[:, 2:] - segments[:, :2]
    length = np.hypot(run[:, 0], run[:, 1])
    slant = np.abs(np.rad2deg(np.arctan2(run[:, 1], run[:, 0])))
    slant = np.minimum(slant, 180 - slant)
    kept = (length > 0.03 * small.shape[1]) & (slant > 3) & (slant < 70)
    longest = np.argsort(-length[kept], kind="stable")[:MOST_SEGMENTS]
    return segments[kept][longest]


def _vote(segments: Floats, *, width: int, height: int) -> tuple[Floats, Floats]:
    """For every candidate row, how well two vanishing points on it explain the segments."""
    run = segments[:, 2:] - segments[:, :2]
    length = np.hypot(run[:, 0], run[:, 1])
    direction = run / length[:, None]
    middle = (segments[:, :2] + segments[:, 2:]) / 2
    rows = np.arange(int(0.15 * height), int(0.85 * height), max(1, height // 200)).astype(float)
    columns = np.arange(-2 * width, 3 * width, max(1.0, width / 24))
    votes = np.zeros(len(rows))
    for number, row in enumerate(rows):
        away_x = columns[:, None] - middle[None, :, 0]
        away_y = row - middle[None, :, 1]
        distance = np.hypot(away_x, away_y) + 1e-6
        miss = np.abs(away_x * direction[None, :, 1] - away_y * direction[None, :, 0]) / distance
        weight = np.exp(-((miss / SHARPNESS) ** 2)) * length * (distance > length * 0.6)
        first = weight[weight.sum(1).argmax()]
        rest = weight * (1 - np.minimum(first / length, 1))
        votes[number] = first.sum() + rest.sum(1).max()
    return rows, votes / length.sum()
