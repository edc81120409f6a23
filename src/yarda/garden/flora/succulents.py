"""Desert plants: agaves, rosettes of narrow leaves, barrel and columnar cacti."""

import numpy as np

from yarda.garden.flora.foliage import blades
from yarda.garden.flora.mesh import (
    Mesh,
    Part,
    Parts,
    Rng,
    around,
    linear,
    merge,
    on_sphere,
    sideways,
    unit,
    varied,
)
from yarda.garden.flora.solids import rings_mesh, tube
from yarda.garden.flora.straps import on_stalks
from yarda.garden.shapes import Floats

GOLDEN_ANGLE = 2.39996


def agave(
    rng: Rng,
    *,
    radius: float,
    colour: str,
    leaf_count: int = 34,
    width: float = 0.16,
    flower: str = "",
    heart: str = "#f2c25a",
    stalks: int = 6,
    stalk: float = 0.6,
) -> Parts:
    """A rosette of thick, channelled leaves with dark tips, perhaps under torches of flowers."""
    number = np.arange(leaf_count)
    share = (number + 0.5) / leaf_count
    angle = number * GOLDEN_ANGLE + rng.normal(0, 0.08, leaf_count)
    rise = np.deg2rad(12 + 72 * share**0.9)
    direction = np.stack([np.cos(rise) * np.cos(angle), np.cos(rise) * np.sin(angle), np.sin(rise)], 1)
    length = radius * (1 - 0.25 * share) * rng.uniform(0.92, 1.08, leaf_count)
    shades = varied(rng, linear(colour), count=leaf_count, value=0.08, hue=0.03)
    wide = width * radius / 0.5
    parts: Parts = {
        Part.FLESH: merge(
            _thick_leaf(ahead, length=long, width=wide * rng.uniform(0.9, 1.1), colour=shade)
            for ahead, long, shade in zip(direction, length, shades, strict=True)
        )
    }
    if flower:
        size = 0.3 * stalk
        parts[Part.FLOWER] = on_stalks(
            rng,
            radius=radius,
            height=stalk,
            count=stalks,
            lean=0.2,
            bloom="torch",
            size=size,
            colour=flower,
            heart=heart,
        )
    return parts


def _thick_leaf(ahead: Floats, *, length: float, width: float, colour: Floats) -> Mesh:
    side = unit(np.cross(ahead, np.array([0, 0, 1.0]))[None])[0]
    up = np.cross(side, ahead)
    share = np.linspace(0, 1, 10)[:, None]
    middle = ahead * length * share + up * 0.10 * length * share**2 + np.array([0, 0, 0.05])
    wide = width * 1.25 * (0.55 + 0.9 * share) * np.clip(1 - share, 0, 1) ** 0.62
    rim = up * wide * 0.22
    under = middle - up * (0.3 * wide + 0.006)
    rings = np.stack([middle - side * wide * 0.5 + rim, middle, middle + side * wide * 0.5 + rim, under], 1)
    shades = np.stack(
        [
            np.broadcast_to(colour * tone + lift, (10, 3))
            for tone, lift in ((1.12, 0.02), (1, 0), (1.12, 0.02), (0.7, 0))
        ],
        1,
    )
    shades[:, 1] *= 0.75 + 0.35 * share
    shades[-1] = linear("#4a2f22")
    return rings_mesh(rings, np.clip(shades, 0.01, 0.95))


def rosette(
    rng: Rng,
    *,
    radius: float,
    colour: str,
    tip: str,
    leaf_count: int = 420,
    stem: float = 0.0,
    width: float = 0.022,
) -> Parts:
    """A ball of narrow stiff leaves, on the ground or on a stem: yucca, desert spoon."""
    out = on_sphere(rng, leaf_count * 2)
    out = out[out[:, 2] > -0.35][:leaf_count]
    count = len(out)
    sheet = blades(
        out * 0.05 + np.array([0, 0, radius * 0.35 + stem]),
        out,
        length=radius * rng.uniform(0.85, 1.1, count),
        width=width,
        droop=0.03,
        colours=varied(rng, linear(colour), count=count, value=0.15, hue=0.04) * 0.8,
        tips=varied(rng, linear(tip), count=count, value=0.1, hue=0.03),
        segments=3,
        taper=2.2,
        twist=rng.uniform(-0.6, 0.6, count),
    )
    if not stem:
        return {Part.LEAF: sheet}
    path = np.array([[0, 0, 0], [0.01, 0, stem * 0.5], [0, 0.01, stem + radius * 0.3]])
    return {Part.LEAF: sheet, Part.SOLID: tube(path, np.array([0.1, 0.09, 0.08]), colour=linear("#7a6650"))}


def _spines(rng: Rng, points: Floats, outward: Floats, *, length: float, colour: str) -> Mesh:
    direction = unit(outward + rng.normal(size=points.shape) * 0.52)
    shades = varied(rng, linear(colour), count=len(points), value=0.15, hue=0.03)
    return blades(points, direction, length=length, width=0.003, droop=0.0, colours=shades, segments=1)


def barrel(rng: Rng, *, radius: float, colour: str = "#6f9050", ribs: int = 22) -> Parts:
    """A ribbed ball with golden spines."""
    per_rib = 6
    turn = np.arange(ribs * per_rib) / (ribs * per_rib) * 2 * np.pi
    valley = 0.5 - 0.5 * np.cos(turn * ribs)
    rise = np.linspace(-1.18, 1.57, 22)
    rings = np.stack(
        [around(turn, radius * np.cos(r) * (1 - 0.13 * valley), radius * (0.95 * np.sin(r) + 0.7)) for r in rise]
    )
    skin = rings_mesh(rings, (linear(colour) * (1.05 - 0.55 * valley)[:, None])[None])
    ridges = np.repeat(rings[2:, ::per_rib].reshape(-1, 3), 6, 0)
    spines = _spines(rng, ridges, unit(ridges - np.array([0, 0, radius * 0.7])), length=0.035, colour="#e2c27a")
    return {Part.SOLID: skin, Part.LEAF: spines}


def columnar(rng: Rng, *, height: float, radius: float = 0.15, arms: int = 2, colour: str = "#77906a") -> Parts:
    """A saguaro: a ribbed column with upturned arms."""
    trunk = np.stack([np.zeros(26), np.zeros(26), np.linspace(0, height, 26)], 1)
    paths = [(trunk, radius)]
    for _ in range(arms):
        angle = rng.uniform(0, 2 * np.pi)
        out = np.array([np.cos(angle), np.sin(angle), 0])
        bend = np.linspace(0, np.pi / 2, 9)[:, None]
        up = np.array([0, 0, 1.0])
        start = up * height * rng.uniform(0.35, 0.5)
        elbow = start + out * 0.42 * np.sin(bend) + up * 0.16 * (1 - np.cos(bend))
        rise = elbow[-1] + up * np.linspace(0.08, height * rng.uniform(0.25, 0.4), 9)[:, None]
        paths.append((np.concatenate([elbow, rise]), radius * 0.72))
    skins, spines = zip(*(_ribbed(rng, path, radius=thick, colour=colour) for path, thick in paths), strict=True)
    return {Part.SOLID: merge(skins), Part.LEAF: merge(spines)}


def _ribbed(rng: Rng, path: Floats, *, radius: float, colour: str) -> tuple[Mesh, Mesh]:
    ribs, per_rib = 14, 4
    turn = np.arange(ribs * per_rib) / (ribs * per_rib) * 2 * np.pi
    valley = 0.5 - 0.5 * np.cos(turn * ribs)
    along = unit(np.gradient(path, axis=0))
    across = unit(np.cross(along, np.array([0.3, 1, 0.1])))
    other = np.cross(across, along)
    share = np.linspace(0, 1, len(path))
    thick = radius * np.minimum(1, np.sqrt(np.clip((1 - share) * len(path) * 0.22, 0.001, 1)))
    offset = across[:, None] * np.cos(turn)[None, :, None] + other[:, None] * np.sin(turn)[None, :, None]
    rings = path[:, None] + (thick[:, None] * (1 - 0.16 * valley)[None])[..., None] * offset
    skin = rings_mesh(rings, (linear(colour) * (1.08 - 0.5 * valley)[:, None])[None])
    ridges = rings[1:-1, ::per_rib]
    outward = unit(ridges - path[1:-1, None])
    points = np.repeat(ridges.reshape(-1, 3), 4, 0)
    needles = _spines(rng, points, np.repeat(outward.reshape(-1, 3), 4, 0), length=0.03, colour="#d9d2b0")
    return skin, needles


def column_cluster(
    rng: Rng, *, radius: float, height: float, girth: float = 0.08, columns: int = 7, colour: str = "#8fa57a"
) -> Parts:
    """Smooth, knobbly columns from one foot: a totem pole cactus."""
    meshes = []
    for number in range(columns):
        angle = np.array([number * GOLDEN_ANGLE])
        far = radius * 0.7 * np.sqrt((number + 0.3) / columns)
        tall = height * (1.0 if number == 0 else rng.uniform(0.45, 0.9))
        foot, top = around(angle, far * 0.55)[0], around(angle, far, tall)[0]
        level = np.linspace(0, 1, 40)
        path = foot + (top - foot) * level[:, None]
        path[:, 2] = tall * level
        thick = girth * rng.uniform(0.85, 1.1) * np.minimum(1, np.sqrt(np.clip((1 - level) * 14, 0.002, 1)))
        turn = np.arange(24) / 24 * 2 * np.pi
        knobs = 0.12 * np.sin(turn[None] * 4 + level[:, None] * 9) * np.sin(level[:, None] * 38 + turn[None] * 2)
        wide = thick[:, None] * (1 + knobs)
        rings = path[:, None] + np.stack([wide * np.cos(turn), wide * np.sin(turn), np.zeros_like(wide)], 2)
        tone = varied(rng, linear(colour), count=1, value=0.08, hue=0.03)[0]
        meshes.append(rings_mesh(rings, np.clip(tone * (1 + 1.6 * knobs[..., None]), 0.02, 0.9)))
    return {Part.SOLID: merge(meshes)}


def prickly_pear(rng: Rng, *, radius: float, height: float, colour: str = "#7f9a6a", pads: int = 16) -> Parts:
    """Flat oval pads growing out of one another."""
    from_base: list[tuple[Floats, Floats]] = []
    meshes = []
    size = height * 0.36
    for number in range(pads):
        if number < 3:
            angle = number * 2.1 + rng.uniform(0, 0.6)
            foot, ahead = around(np.array([angle]), radius * 0.25)[0], around(np.array([angle]), 0.35, 1.0)[0]
        else:
            start, lean = from_base[int(rng.integers(0, len(from_base)))]
            foot, ahead = start, unit((lean + rng.normal(size=3) * np.array([0.7, 0.7, 0.3]))[None])[0]
        ahead = unit(ahead[None])[0]
        pad = size * rng.uniform(0.75, 1.05) * (0.8 if number > 8 else 1)
        meshes.append(_pad(rng, foot, ahead, size=pad, colour=colour))
        if foot[2] + pad < height:
            from_base.append((foot + ahead * pad * 0.92, ahead))
    return {Part.SOLID: merge(meshes)}


def _pad(rng: Rng, foot: Floats, ahead: Floats, *, size: float, colour: str) -> Mesh:
    across = sideways(ahead[None])[0]
    face = np.cross(across, ahead)
    turn = rng.uniform(0, np.pi)
    across = across * np.cos(turn) + face * np.sin(turn)
    face = np.cross(across, ahead)
    share = np.linspace(0, 1, 12)
    wide = size * 0.36 * np.sqrt(np.clip(np.sin(np.pi * share**0.8), 0.002, 1))
    angle = np.arange(16) / 16 * 2 * np.pi
    ring = across[None] * np.cos(angle)[:, None] + face[None] * 0.22 * np.sin(angle)[:, None]
    rings = foot + ahead * (share * size)[:, None, None] + wide[:, None, None] * ring[None]
    shade = varied(rng, linear(colour), count=1, value=0.12, hue=0.04)[0]
    return rings_mesh(rings, shade)
