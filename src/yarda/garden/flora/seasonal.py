"""What the seasons do to a plant's mesh: flowers come and go, leaves turn, fall or die back."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from scipy.spatial import cKDTree

from yarda.garden.flora.foliage import blades
from yarda.garden.flora.mesh import Mesh, Part, Parts, Rng, around, leaning, linear, merge, unit, varied
from yarda.garden.flora.pieces import piece_of, recolour, thin
from yarda.garden.seasons import Season

MONTHS: dict[Season, tuple[int, ...]] = {
    Season.SPRING: (3, 4, 5),
    Season.SUMMER: (6, 7, 8),
    Season.AUTUMN: (9, 10, 11),
    Season.WINTER: (12, 1, 2),
}
STRAW = "#b79d68"
TWIGS = 420


class LeafHabit(StrEnum):
    """Whether leaves stay the winter."""

    EVERGREEN = "evergreen"
    SEMI_EVERGREEN = "semi-evergreen"
    """Keeps some of its leaves, more of them where winters are mild."""
    DECIDUOUS = "deciduous"
    """Woody, bare in winter."""
    HERBACEOUS = "herbaceous"
    """Dies back to the ground, or stands dry until it is cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """What of a species the seasons go by; months are 1 to 12, the autumn colour is an sRGB code."""

    leaf_habit: LeafHabit
    flowers: tuple[int, ...]
    fruits: tuple[int, ...]
    autumn_colour: str
    stands_in_winter: bool
    blooms_bare: bool
    spread: float


def is_in(months: Iterable[int], season: Season) -> bool:
    """Whether any of the months falls in the season."""
    return not set(months).isdisjoint(MONTHS[season])


def in_season(parts: Parts, *, habit: Habit, season: Season, rng: Rng) -> Parts:
    """The parts that show in the season, as they look then."""
    flowering = is_in(habit.flowers, season)
    shown = dict(parts)
    seeds = shown.get(Part.FLOWER)
    if not flowering:
        shown.pop(Part.FLOWER, None)
    if not is_in(habit.fruits, season):
        shown.pop(Part.FRUIT, None)
    if habit.leaf_habit is LeafHabit.DECIDUOUS:
        shown = _deciduous(shown, habit, season, rng)
    elif habit.leaf_habit is LeafHabit.HERBACEOUS:
        shown = _herbaceous(shown, habit, season, rng)
        if habit.stands_in_winter and seeds and not flowering and season in (Season.AUTUMN, Season.WINTER):
            shown[Part.LEAF] = merge([shown[Part.LEAF], recolour(seeds, STRAW, share=0.8, rng=rng)])
    elif habit.leaf_habit is LeafHabit.SEMI_EVERGREEN and season is Season.WINTER:
        shown[Part.LEAF] = recolour(thin(shown[Part.LEAF], 0.6, rng=rng), "#7a6a45", share=0.25, rng=rng)
    return shown


def _deciduous(parts: Parts, habit: Habit, season: Season, rng: Rng) -> Parts:
    leaf = parts[Part.LEAF]
    if season is Season.WINTER:
        bare: Parts = {part: mesh for part, mesh in parts.items() if part is not Part.LEAF}
        bare[Part.SOLID] = merge([parts[Part.SOLID], _twigs(leaf, parts[Part.SOLID], rng)])
        return bare
    if season is Season.AUTUMN:
        return {**parts, Part.LEAF: recolour(thin(leaf, 0.8, rng=rng), habit.autumn_colour, share=0.85, rng=rng)}
    if season is Season.SPRING:
        if habit.blooms_bare and Part.FLOWER in parts:
            twigs = _twigs(leaf, parts[Part.SOLID], rng)
            leaf = thin(leaf, 0.12, rng=rng)
            parts = {**parts, Part.SOLID: merge([parts[Part.SOLID], twigs])}
        return {**parts, Part.LEAF: _fresh(leaf)}
    return parts


def _fresh(mesh: Mesh) -> Mesh:
    return replace(mesh, colours=np.clip(mesh.colours * np.array([1.3, 1.25, 0.95]), 0, 0.9))


def _twigs(leaf: Mesh, wood: Mesh, rng: Rng) -> Mesh:
    """Thin shoots from the wood to where leaves were."""
    of = piece_of(leaf)
    starts = np.flatnonzero(np.diff(of, prepend=-1))
    ends = leaf.vertices[rng.choice(starts, min(TWIGS, len(starts)), replace=False)]
    found = cKDTree(wood.vertices).query(ends)
    away, nearest = np.asarray(found[0]), np.asarray(found[1])
    height = float(wood.vertices[:, 2].max())
    kept = (away > 0.01 * height) & (away < 0.45 * height)
    if not kept.any():
        return Mesh(vertices=np.zeros((0, 3)), faces=np.zeros((0, 3), np.int64), colours=np.zeros((0, 3)))
    base, tip = wood.vertices[nearest[kept]], ends[kept]
    shades = varied(rng, wood.colours[nearest[kept]].mean(0), count=len(base), value=0.12, hue=0.03)
    width = np.clip(0.004 * height, 0.004, 0.012)
    return blades(
        base, unit(tip - base), length=away[kept], width=width, droop=-0.08, colours=shades * 0.9, segments=2
    )


def _herbaceous(parts: Parts, habit: Habit, season: Season, rng: Rng) -> Parts:
    turned = habit.autumn_colour or STRAW
    if season is Season.WINTER and not habit.stands_in_winter:
        return {Part.LEAF: _stubble(habit.spread / 2, rng)}
    if season is Season.WINTER:
        return {**parts, Part.LEAF: recolour(parts[Part.LEAF], STRAW, share=0.92, rng=rng)}
    if season is Season.AUTUMN:
        return {**parts, Part.LEAF: recolour(parts[Part.LEAF], turned, share=0.5, rng=rng)}
    if season is Season.SPRING and Part.FLOWER not in parts:
        return {part: replace(mesh, vertices=mesh.vertices * 0.7) for part, mesh in parts.items()}
    return parts


def _stubble(radius: float, rng: Rng) -> Mesh:
    """Stalks cut a hand's breadth above the ground."""
    count = 90
    angle = rng.uniform(0, 2 * np.pi, count)
    base = around(angle, radius * 0.5 * np.sqrt(rng.random(count)))
    return blades(
        base,
        leaning(angle, np.abs(rng.normal(0, 0.3, count))),
        length=rng.uniform(0.03, 0.1, count),
        width=0.007,
        droop=0.05,
        colours=varied(rng, linear("#8a744e"), count=count, value=0.2, hue=0.05),
        segments=1,
        taper=4.0,
    )
