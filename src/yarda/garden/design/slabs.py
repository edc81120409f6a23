"""Stones laid along a path, one after the other."""

import numpy as np

from yarda.garden.design.site import Site
from yarda.garden.design.styles import Slabs, SlabShape
from yarda.garden.design.ways import PathLine
from yarda.garden.flora.mesh import Rng
from yarda.garden.model import Feature, FeatureKind
from yarda.garden.shapes import Floats

CLEARANCE = 0.02


def lay_slabs(rule: Slabs, path: PathLine, *, site: Site, rng: Rng) -> tuple[Feature, ...]:
    """Slabs of the path that lie on the ground with all their corners, from the front to the house."""
    travelled = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path.points, axis=0), axis=1))])
    laid = []
    for number, at in enumerate(np.arange(rule.step / 2, travelled[-1] - rule.step * 0.3, rule.step)):
        centre = _along(path, travelled, float(at))
        ahead = _along(path, travelled, float(at) + 0.1) - centre
        ahead = ahead / max(float(np.linalg.norm(ahead)), 1e-9)
        across = np.array([ahead[1], -ahead[0]])
        centre = centre + across * rule.stagger * (1 if number % 2 else -1)
        outline = centre + _outline(rule, path.width, rng) @ np.stack([across, ahead])
        if _fits(outline, site):
            laid.append(_slab(rule, centre, outline))
    return tuple(laid)


def _along(path: PathLine, travelled: Floats, at: float) -> Floats:
    x = np.interp(at, travelled, path.points[:, 0])
    return np.array([x, np.interp(at, travelled, path.points[:, 1])])


def _outline(rule: Slabs, path_width: float, rng: Rng) -> Floats:
    width, length = rule.width * max(1.0, path_width / max(rule.width, 1e-6) * 0.86), rule.step - rule.gap
    if rule.shape is SlabShape.SQUARE:
        return np.array([(-width, -length), (width, -length), (width, length), (-width, length)]) / 2
    turns = np.arange(11) / 11 * 2 * np.pi + rng.uniform(0, 1)
    reach = rng.uniform(0.82, 1.1, 11)
    reach = (reach + np.roll(reach, 1)) / 2
    half = np.array([min(width, 1.2 * rule.width) * rng.uniform(0.9, 1.15), length]) / 2
    return np.stack([np.cos(turns), np.sin(turns)], 1) * reach[:, None] * half


def _fits(outline: Floats, site: Site) -> bool:
    edge = site.grid.sample(site.edge, outline[:, 0], outline[:, 1])
    return bool((edge > CLEARANCE).all() and (outline[:, 1] > site.grid.near).all())


def _slab(rule: Slabs, centre: Floats, outline: Floats) -> Feature:
    return Feature(
        kind=FeatureKind.SLAB,
        form=rule.colour,
        x=round(float(centre[0]), 3),
        z=round(float(centre[1]), 3),
        radius=round(float(np.linalg.norm(outline - centre, axis=1).max()), 3),
        height=rule.height,
        outline=tuple((round(float(x), 3), round(float(z), 3)) for x, z in outline),
    )
