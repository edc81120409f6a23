"""The way through a garden: from the front to the house, or to the place where one sits."""

from dataclasses import dataclass

import numpy as np

from yarda.garden.design.places import Frame
from yarda.garden.design.site import Site
from yarda.garden.design.styles import Course, PathRule
from yarda.garden.flora.mesh import Rng
from yarda.garden.shapes import Floats

PATH_AREAS = ("front_yard", "walkway", "backyard")
WALKWAY_WIDER = 1.3
LEAST_LENGTH = 2.0
BOWS = {Course.STRAIGHT: (0.0, 0.0), Course.CURVED: (0.1, 0.1), Course.WINDING: (0.16, -0.13)}


@dataclass(frozen=True, slots=True, kw_only=True)
class PathLine:
    """The middle of the way as points (n, 2), its width, and every cell's distance to it."""

    points: Floats
    width: float
    distance: Floats
    ends_at_door: bool


def find_path(rule: PathRule, site: Site, *, area: str, rng: Rng, goal: Frame | None) -> PathLine | None:
    """From the middle of the near ground to the goal, or to the middle of the house side."""
    if rule.course is Course.NONE:
        return None
    x, z = site.grid.centres()
    near = site.ground & (z < np.percentile(z[site.ground], 8))
    start = np.array([float(np.median(x[near])), float(z[site.ground].min()) - 0.4])
    end = find_door(site) if goal is None else np.array([goal.x, goal.z])
    along = end - start
    if np.linalg.norm(along) < LEAST_LENGTH:
        return None
    across = np.array([along[1], -along[0]]) / np.linalg.norm(along)
    side = 1.0 if rng.random() < 0.5 else -1.0
    reach = min(float(np.linalg.norm(along)), 8.0)
    first, last = BOWS[rule.course]
    knots = [
        start,
        start + along * 0.35 + across * first * reach * side,
        start + along * 0.7 + across * last * reach * side,
        end,
    ]
    points = smooth_line(np.array(knots))
    if goal is not None:
        away = np.hypot(*(points - end).T)
        points = points[: max(2, int(np.argmax(away < goal.half_x * 0.95)) + 1)]
    width = rule.width * (WALKWAY_WIDER if area == "walkway" else 1.0)
    return PathLine(points=points, width=width, distance=site.grid.distance_to(points), ends_at_door=goal is None)


def find_door(site: Site) -> Floats:
    """Where the ground is left for the house: at the marked door, else in the middle of the house's side."""
    if site.door is not None:
        away = np.hypot(*(site.back_line - np.array(site.door)).T)
        return np.asarray(site.back_line[away.argmin()])
    middle = float(np.median(site.back_line[:, 0]))
    return np.asarray(site.back_line[np.argmin(np.abs(site.back_line[:, 0] - middle))])


def smooth_line(knots: Floats, *, per_span: int = 90) -> Floats:
    """A Catmull-Rom curve through the knots."""
    padded = np.concatenate([[2 * knots[0] - knots[1]], knots, [2 * knots[-1] - knots[-2]]])
    t = np.linspace(0, 1, per_span, endpoint=False)[:, None]
    spans = []
    for p0, p1, p2, p3 in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        spans.append(
            0.5
            * (
                2 * p1
                + (p2 - p0) * t
                + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
                + (-p0 + 3 * p1 - 3 * p2 + p3) * t**3
            )
        )
    return np.concatenate([*spans, knots[-1:]])
