"""Where a provider's picture has moved against the photo it was drawn from."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Matrix = NDArray[np.float64]

FEWEST = 14
"""Matches that must agree on one movement before it is believed."""
RATIO = 0.75
"""A match counts when the second best is that much worse (Lowe 2004)."""
WITHIN_PX = 2.5
MOST_STRETCH = 1.18
MOST_TURN_DEGREES = 4.0
FARTHEST = 0.08
"""How far a corner may have moved, as a share of the diagonal; what moved farther is another view."""
ALIKE, CHANCE = 0.30, 0.12
"""Correlation of edges from which two pictures show the same thing, and up to which they do not."""
IDENTITY: Matrix = np.eye(2, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """An affine map from the picture's pixels to the photo's; None where the picture shows something else.

    It is sure where features of both agree on it.
    """

    matrix: Matrix | None
    is_sure: bool = False
    said: str = ""


def register(photo: Pixels, picture: Pixels, *, still: NDArray[np.bool_]) -> Movement:
    """Find how the picture, of the photo's size, moved. `still` is where the photo should not have changed.

    By matched features (SIFT, RANSAC over affine maps); where a photo has too few of them, by its edges alone.
    The same pictures give the same answer.
    """
    before, after = _grey(photo), _grey(picture)
    matched = _match(before, after, still)
    if matched is not None:
        moved = _farthest_corner(matched, photo.shape)
        if not _is_plausible(matched) or moved > FARTHEST:
            return Movement(matrix=None, said=f"the house moved by {moved:.0%} of the picture")
        return Movement(matrix=matched, is_sure=True)
    likeness = _likeness(before, after, still)
    if likeness >= ALIKE:
        return Movement(matrix=_refined(before, after, still))
    if likeness <= CHANCE and _has_edges(before, still):
        return Movement(matrix=None, said="the picture does not show the house of the photo")
    return Movement(matrix=IDENTITY)


def _grey(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def _match(before: Pixels, after: Pixels, still: NDArray[np.bool_]) -> Matrix | None:
    finder = cv2.SIFT_create(2500)  # type: ignore[attr-defined]
    points, described = finder.detectAndCompute(before, still.astype(np.uint8))
    others, other_described = finder.detectAndCompute(after, None)
    if min(len(points), len(others)) < FEWEST:
        return None
    pairs = cv2.BFMatcher().knnMatch(other_described, described, k=2)
    good = [best for best, second in pairs if best.distance < RATIO * second.distance]
    if len(good) < FEWEST:
        return None
    from_ = np.array([others[match.queryIdx].pt for match in good])
    to = np.array([points[match.trainIdx].pt for match in good])
    cv2.setRNGSeed(1)
    matrix, agreed = cv2.estimateAffine2D(
        from_, to, method=cv2.RANSAC, ransacReprojThreshold=WITHIN_PX, maxIters=4000
    )
    if matrix is None or int(agreed.sum()) < FEWEST or not _is_spread(to[agreed[:, 0] > 0], before.shape):
        return None
    return np.asarray(matrix, np.float64)


def _is_spread(points: NDArray[np.float64], shape: tuple[int, ...]) -> bool:
    """Matches in one corner say nothing of the others."""
    return bool(np.ptp(points[:, 0]) > 0.15 * shape[1] and np.ptp(points[:, 1]) > 0.06 * shape[0])


def _is_plausible(matrix: Matrix) -> bool:
    """Near to no movement: an editing model shifts, crops and stretches a little; it does not turn or mirror."""
    across, down = matrix[:, 0], matrix[:, 1]
    stretched = [math.hypot(*across), math.hypot(*down)]
    turned = [math.degrees(math.atan2(across[1], across[0])), math.degrees(math.atan2(-down[0], down[1]))]
    return all(1 / MOST_STRETCH <= one <= MOST_STRETCH for one in stretched) and all(
        abs(one) <= MOST_TURN_DEGREES for one in turned
    )


def _farthest_corner(matrix: Matrix, shape: tuple[int, ...]) -> float:
    height, width = shape[:2]
    corners = np.array([(0, 0), (width, 0), (0, height), (width, height)], np.float64)
    moved = corners @ matrix[:, :2].T + matrix[:, 2] - corners
    return float(np.linalg.norm(moved, axis=1).max() / math.hypot(width, height))


def _edges(grey: Pixels) -> NDArray[np.float32]:
    """The strength of edges that survive being drawn anew: not grain, not leaves."""
    soft = cv2.GaussianBlur(grey, (0, 0), max(grey.shape) / 250).astype(np.float32)
    across, down = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    return np.asarray(np.hypot(across, down), np.float32)


def _likeness(before: Pixels, after: Pixels, still: NDArray[np.bool_]) -> float:
    """Correlation of the edges where nothing should have changed, -1 to 1; 1 where there is nothing to compare."""
    if still.sum() < 100:
        return 1.0
    one, other = (_edges(grey)[still] for grey in (before, after))
    if one.std() < 1e-3 or other.std() < 1e-3:
        return 1.0 if one.std() < 1e-3 else 0.0
    return float(np.corrcoef(one, other)[0, 1])


def _has_edges(grey: Pixels, still: NDArray[np.bool_]) -> bool:
    edges = _edges(grey)[still]
    return bool(edges.size and np.percentile(edges, 99) > 4 * np.median(edges) + 2)


def _refined(before: Pixels, after: Pixels, still: NDArray[np.bool_]) -> Matrix:
    """The last pixels of a movement by enhanced correlation (Evangelidis 2008); none where that finds nothing."""
    start = np.eye(2, 3, dtype=np.float32)
    until = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 40, 1e-4)
    try:
        _, found = cv2.findTransformECC(
            _edges(before), _edges(after), start, cv2.MOTION_AFFINE, until, still.astype(np.uint8), 5
        )
    except cv2.error:
        return IDENTITY
    matrix = np.asarray(cv2.invertAffineTransform(found), np.float64)
    close = _is_plausible(matrix) and _farthest_corner(matrix, before.shape) < FARTHEST
    return matrix if close else IDENTITY
