"""Trees: branching skeletons carrying clouds of leaves."""

from dataclasses import dataclass, field

import numpy as np

from yarda.garden.flora.foliage import diamonds, flowers, leaves
from yarda.garden.flora.mesh import Mesh, Part, Parts, Rng, blend, linear, merge, on_sphere, sideways, unit, varied
from yarda.garden.flora.solids import tube
from yarda.garden.shapes import Floats


@dataclass(slots=True, kw_only=True)
class _Skeleton:
    """Branches grown so far, and the points that will carry leaves."""

    rng: Rng
    spread: float
    fork: tuple[int, int]
    wander: float
    lift: float
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
) -> Parts:
    """A small garden tree, single or multi-trunk."""
    skeleton = _Skeleton(rng=rng, spread=spread, fork=(2, 3), wander=wander, lift=lift)
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
    count = len(tips) * leaves_per_tip
    puff = on_sphere(rng, count) * rng.random((count, 1)) ** (1 / 2.2) * cloud * np.array([1, 1, flatness])
    points = np.repeat(tips * scale, leaves_per_tip, 0) + puff
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
    if flower_share:
        chosen = rng.choice(count, int(count * flower_share), replace=False)
        facing = unit(unit(puff[chosen]) + np.array([0, 0, 0.3]))
        bloom = flowers(rng, points[chosen] + facing * 0.03, facing, size=flower_size, colour=flower)
        sheet = merge([sheet, bloom])
    return {Part.LEAF: sheet, Part.SOLID: wood}


def _crown_colours(rng: Rng, points: Floats, *, colour: str, fresh: str) -> Floats:
    count = len(points)
    reach = np.linalg.norm((points - points.mean(0)) / np.array([1, 1, 0.8]), axis=1)
    depth = np.clip(reach / np.percentile(reach, 92), 0, 1)
    shades = varied(rng, linear(colour), count=count, value=0.22) * (0.55 + 0.45 * depth)[:, None]
    young = varied(rng, linear(fresh), count=count, value=0.12, hue=0.04)
    return blend(shades, young, (rng.random(count) < 0.3) * 0.7)
