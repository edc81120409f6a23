"""Trees: branching skeletons carrying clouds of leaves."""

from dataclasses import dataclass, field

import numpy as np

from yarda.garden.flora.foliage import blades, diamonds, flowers, leaves
from yarda.garden.flora.mesh import Mesh, Part, Parts, Rng, blend, linear, merge, on_sphere, sideways, unit, varied
from yarda.garden.flora.solids import berries, tube
from yarda.garden.shapes import Floats

CROWN_TRIANGLES = 84_000
"""A crown that forked more than others gets fewer leaves at each tip."""


@dataclass(slots=True, kw_only=True)
class _Skeleton:
    """Branches grown so far, and the points that will carry leaves."""

    rng: Rng
    spread: float
    fork: tuple[int, int]
    wander: float
    lift: float
    leafy: int = 1
    branches: list[tuple[Floats, Floats]] = field(default_factory=list)
    tips: list[Floats] = field(default_factory=list)

    def grow(self, start: Floats, direction: Floats, *, length: float, radius: float, level: int) -> None:
        """Add one branch and, above level 0, the ones that fork from its end."""
        path, ahead = [start], direction
        for _ in range(5):
            bend = self.rng.normal(size=3) * self.wander + np.array([0, 0, self.lift])
            ahead = unit((ahead + bend)[None])[0]
            path.append(path[-1] + ahead * length / 5)
        thin = radius * 0.68
        self.branches.append((np.array(path), np.linspace(radius, thin, 6)))
        if level == 0:
            self.tips.append(path[-1])
            return
        if 1 < self.leafy >= level:
            self.tips += [(path[2] + path[3]) / 2, path[4]]
        forks = int(self.rng.integers(self.fork[0], self.fork[1] + 1))
        first = self.rng.uniform(0, 2 * np.pi)
        across = sideways(ahead[None])[0]
        other = np.cross(ahead, across)
        for fork in range(forks):
            turn = first + fork * 2 * np.pi / forks + self.rng.normal(0, 0.3)
            tilt = self.spread * self.rng.uniform(0.7, 1.3)
            out = ahead * np.cos(tilt) + (across * np.cos(turn) + other * np.sin(turn)) * np.sin(tilt)
            if level <= 1:
                self.tips.append((path[-1] + path[3]) / 2)
            self.grow(
                path[-1],
                unit(out[None])[0],
                length=length * self.rng.uniform(0.66, 0.86),
                radius=thin * (0.72 if forks > 2 else 0.8),
                level=level - 1,
            )


def _palmate(rng: Rng, points: Floats, direction: Floats, *, leaf: float, colours: Floats) -> Mesh:
    """Five narrow lobes from one base, as on a Japanese maple."""
    across = unit(np.cross(direction, rng.normal(size=points.shape)))
    face = np.cross(direction, across)
    lobes = []
    for turn in (-1.25, -0.6, 0.0, 0.6, 1.25):
        ahead = direction * np.cos(turn) + across * np.sin(turn)
        side = np.cross(ahead, face)
        long = leaf * (1 - 0.25 * abs(turn))
        lobes.append(diamonds(points, ahead, side=side, length=long, width=leaf * 0.32, colours=colours))
    return merge(lobes)


def tree(
    rng: Rng,
    *,
    height: float,
    colour: str,
    fresh: str,
    bark: str,
    trunks: int = 2,
    levels: int = 4,
    spread: float = 0.55,
    leaf: float = 0.055,
    leaf_shape: float = 0.3,
    leaves_per_tip: int = 50,
    cloud: float = 0.26,
    flatness: float = 0.75,
    trunk: float = 0.28,
    girth: float = 0.05,
    lean: float = 0.26,
    lift: float = 0.02,
    wander: float = 0.07,
    leaf_form: str = "pointed",
    flower: str = "",
    flower_share: float = 0.0,
    flower_size: float = 0.03,
    fruit: str = "",
    fruit_count: int = 0,
    fruit_size: float = 0.03,
    weep: float = 0.0,
    leafy: int = 1,
) -> Parts:
    """A small garden tree, single or multi-trunk.

    Twigs hang down by `weep` metres; branches up to the level `leafy` from the outside carry leaves.
    """
    skeleton = _Skeleton(rng=rng, spread=spread, fork=(2, 3), wander=wander, lift=lift, leafy=leafy)
    for number in range(trunks):
        angle = number * 2 * np.pi / trunks + rng.uniform(0, 0.8)
        tilt = lean * rng.uniform(0.7, 1.3) if trunks > 1 else lean * rng.random() * 0.6
        ahead = np.array([np.sin(tilt) * np.cos(angle), np.sin(tilt) * np.sin(angle), np.cos(tilt)])
        foot = 0.06 * (trunks > 1)
        start = np.array([foot * np.cos(angle), foot * np.sin(angle), -0.03])
        skeleton.grow(start, ahead, length=height * trunk, radius=girth, level=levels)
    tips = np.array(skeleton.tips)
    scale = height / tips[:, 2].max()
    wood = merge(
        tube(
            path * scale,
            radii * scale**0.5,
            colour=varied(rng, linear(bark), count=1, value=0.1, hue=0.03)[0],
            sides=8 if radii[0] > 0.015 else 4,
        )
        for path, radii in skeleton.branches
    )
    each = (10 if leaf_form == "palmate" else 4) + 12 * flower_share
    leaves_per_tip = min(leaves_per_tip, int(CROWN_TRIANGLES / each / len(tips)))
    count = len(tips) * leaves_per_tip
    puff = on_sphere(rng, count) * rng.random((count, 1)) ** (1 / 2.2) * cloud * np.array([1, 1, flatness])
    points = np.repeat(tips * scale, leaves_per_tip, 0) + puff
    if weep:
        points, strands = _weeping(rng, tips * scale, points, puff, weep=weep)
        wood = merge([wood, strands])
    direction = unit(puff / cloud + rng.normal(size=(count, 3)) * 0.6 + np.array([0, 0, -0.15]))
    shades = _crown_colours(rng, points, colour=colour, fresh=fresh)
    if leaf_form == "palmate":
        sheet = _palmate(rng, points, direction, leaf=leaf, colours=shades)
    else:
        length = leaf * rng.uniform(0.75, 1.2, count)
        width = leaf * leaf_shape * rng.uniform(0.8, 1.2, count)
        side = rng.normal(size=(count, 3))
        sheet = leaves(
            points, direction, side=side, length=length, width=width, colours=shades, fold=0.15, curl=0.1
        )
    parts: Parts = {Part.LEAF: sheet, Part.SOLID: wood}
    if flower_share:
        chosen = rng.choice(count, int(count * flower_share), replace=False)
        facing = unit(unit(puff[chosen]) + np.array([0, 0, 0.3]))
        where = points[chosen] + facing * 0.03
        parts[Part.FLOWER] = flowers(rng, where, facing, size=flower_size, colour=flower)
    if fruit_count:
        hung = points[rng.choice(count, fruit_count, replace=False)] - np.array([0, 0, fruit_size])
        parts[Part.FRUIT] = berries(rng, hung, size=fruit_size, colour=fruit)
    return parts


def _weeping(rng: Rng, tips: Floats, points: Floats, puff: Floats, *, weep: float) -> tuple[Floats, Mesh]:
    """The leaf points strung along shoots that hang from the tips, and the shoots."""
    count, per = len(tips), len(points) // len(tips)
    shoots = 5
    aside = rng.normal(0, 0.12, (count, shoots, 3)) * np.array([1, 1, 0.2])
    long = np.minimum(weep * rng.uniform(0.4, 1.0, (count, shoots)), tips[:, 2:] * 0.85)
    of = np.repeat(np.arange(count), per)
    shoot = rng.integers(0, shoots, len(of))
    share = rng.random(len(of))
    out = tips * np.array([1, 1, 0])
    spread = unit(out)[of] * (0.35 * long[of, shoot] * np.sqrt(share))[:, None]
    hung = tips[of] + aside[of, shoot] + spread + puff * 0.22
    hung[:, 2] -= long[of, shoot] * share
    foot, fall = np.repeat(tips, shoots, 0), long.ravel()
    away = unit(unit(np.repeat(out, shoots, 0)) * 0.45 + aside.reshape(-1, 3) * 2 + np.array([0, 0, -1.0]))
    bark = varied(rng, linear("#5c4a40"), count=len(foot))
    strands = blades(foot, away, length=fall, width=0.006, droop=0.05, colours=bark, segments=3)
    return hung, strands


def _crown_colours(rng: Rng, points: Floats, *, colour: str, fresh: str) -> Floats:
    count = len(points)
    reach = np.linalg.norm((points - points.mean(0)) / np.array([1, 1, 0.8]), axis=1)
    depth = np.clip(reach / np.percentile(reach, 92), 0, 1)
    shades = varied(rng, linear(colour), count=count, value=0.22) * (0.55 + 0.45 * depth)[:, None]
    young = varied(rng, linear(fresh), count=count, value=0.12, hue=0.04)
    return blend(shades, young, (rng.random(count) < 0.3) * 0.7)
