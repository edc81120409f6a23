"""Overhead and upright structures: parasols, a palapa, a pergola, arches, obelisks and screens."""

from itertools import pairwise

import numpy as np

from yarda.garden.flora.foliage import flowers, leaves
from yarda.garden.flora.mesh import Mesh, Part, Parts, Rng, around, linear, merge, on_sphere, unit, varied
from yarda.garden.flora.solids import turned
from yarda.garden.furnishings.joinery import boards, rod
from yarda.garden.shapes import Floats


def parasol(rng: Rng, *, fabric: str, pole: str, radius: float = 1.45, height: float = 2.5) -> Parts:
    """A market parasol of eight panels on a weighted foot."""
    rim, crown = height - 0.42, height - 0.05
    turns = np.arange(9) / 8 * 2 * np.pi
    panels = []
    for first, last in pairwise(turns):
        share = np.linspace(0, 1, 6)[:, None]
        left, right = (around(np.array([turn]), radius, rim)[0] for turn in (first, last))
        edge = left * (1 - share) + right * share
        sag = np.sin(np.pi * share) * np.array([0.0, 0.0, -0.05])
        hem = edge + sag - np.array([0, 0, 0.13])
        panels.append(_fan(np.array([0.0, 0.0, crown]), edge + sag, colour=fabric, rng=rng))
        panels.append(_ribbon(edge + sag, hem, colour=fabric))
    wood = [
        rod([(0, 0, 0), (0, 0, height)], radius=0.025, colour=pole),
        turned([(0, 0), (0.27, 0), (0.27, 0.05), (0.06, 0.09), (0.05, 0.3), (0, 0.3)], colour=linear("#6d6a64")),
        *(
            rod(
                [(0, 0, crown - 0.3), (*around(np.array([t]), radius * 0.55, 0.0)[0][:2], rim + 0.14)],
                radius=0.01,
                colour=pole,
            )
            for t in turns[:-1]
        ),
    ]
    return {Part.LEAF: merge(panels), Part.SOLID: merge(wood)}


def palapa(rng: Rng, *, thatch: str, pole: str, radius: float = 1.5, height: float = 2.6) -> Parts:
    """A round roof of palm thatch on a post."""
    count = 2600
    share = np.sqrt(rng.random(count))
    turn = rng.uniform(0, 2 * np.pi, count)
    base = around(turn, share * radius * 0.96, height - share * 0.75)
    out = around(turn, np.full(count, 1.0), np.full(count, -0.62)) + rng.normal(0, 0.12, (count, 3))
    straw = leaves(
        base + np.array([0, 0, 0.02]) * rng.random((count, 1)),
        unit(out),
        side=np.stack([-np.sin(turn), np.cos(turn), np.zeros(count)], 1),
        length=rng.uniform(0.22, 0.42, count),
        width=0.035,
        colours=varied(rng, linear(thatch), count=count, value=0.22),
        fold=0.1,
        curl=0.1,
    )
    cone = turned([(radius, height - 0.78), (0.02, height)], colour=linear(thatch) * 0.5, sides=28)
    post = rod([(0, 0, 0), (0.02, 0, height * 0.5), (0, 0, height - 0.1)], radius=0.06, colour=pole)
    return {Part.FLESH: merge([straw, cone]), Part.SOLID: post}


def pergola(
    rng: Rng,
    *,
    timber: str,
    width: float = 3.4,
    depth: float = 2.8,
    height: float = 2.4,
    post: float = 0.12,
    vine: str = "",
    bloom: str = "",
) -> Parts:
    """Four posts, two beams and rafters across them; a vine covers part of the roof when it has a colour."""
    corners = [(sx * (width / 2 - 0.15), sy * (depth / 2 - 0.15)) for sx in (-1, 1) for sy in (-1, 1)]
    pieces = [((x, y, height / 2), (post, post, height)) for x, y in corners]
    pieces += [((0, sy * (depth / 2 - 0.15), height), (width + 0.3, 0.06, 0.16)) for sy in (-1, 1)]
    pieces += [((x, 0, height + 0.13), (0.05, depth + 0.4, 0.11)) for x in np.linspace(-width / 2, width / 2, 10)]
    parts: Parts = {Part.FLESH: boards(rng, pieces, colour=timber)}
    if vine:
        centre = np.array([width * 0.15, 0.1, height + 0.2])
        reach = np.array([width * 0.42, depth * 0.48, 0.12])
        roof = _vine(rng, centre, reach, count=5200, colour=vine, bloom=bloom)
        x, y = corners[3]
        climb = _vine(
            rng,
            np.array([x, y, height * 0.5]),
            np.array([0.14, 0.14, height * 0.5]),
            count=1300,
            colour=vine,
            bloom="",
        )
        parts[Part.LEAF] = merge([roof, climb])
    return parts


def rose_arch(
    rng: Rng, *, frame: str, leaf: str, bloom: str, width: float = 1.4, depth: float = 0.5, height: float = 2.3
) -> Parts:
    """A metal arch over a path, grown with climbing roses."""
    turns = np.linspace(0, np.pi, 13)
    rise = height - width / 2
    bow = np.stack([np.cos(turns) * width / 2, np.zeros(13), rise + np.sin(turns) * width / 2], 1)
    line = np.concatenate([[[width / 2, 0, 0]], bow, [[-width / 2, 0, 0]]])
    sides = (np.array([0.0, y, 0.0]) for y in (-depth / 2, depth / 2))
    bars = [rod((line + side).tolist(), radius=0.014, colour=frame) for side in sides]
    bars += [rod([(x, -depth / 2, z), (x, depth / 2, z)], radius=0.01, colour=frame) for x, _, z in line[::2]]
    travelled = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    steps = np.linspace(0, travelled[-1], 20)
    dense = np.stack([np.interp(steps, travelled, line[:, k]) for k in range(3)], 1)
    green = [
        _vine(rng, point, np.array([0.14, depth * 0.6, 0.2]), count=260, colour=leaf, bloom=bloom, petals=0.06)
        for point in dense
    ]
    return {Part.SOLID: merge(bars), Part.LEAF: merge(green)}


def obelisk(rng: Rng, *, timber: str, leaf: str, bloom: str, height: float = 2.0, foot: float = 0.5) -> Parts:
    """A four-legged wooden obelisk with a climber on it."""
    corners = [(sx * foot / 2, sy * foot / 2) for sx in (-1, 1) for sy in (-1, 1)]
    bars = [
        rod([(x, y, 0), (x * 0.12, y * 0.12, height)], radius=0.016, colour=timber, sides=4) for x, y in corners
    ]
    for level in np.linspace(0.2, 0.85, 5):
        half = foot / 2 * (1 - 0.88 * level)
        z = level * height
        square = [(-half, -half, z), (half, -half, z), (half, half, z), (-half, half, z), (-half, -half, z)]
        bars.append(rod(square, radius=0.009, colour=timber, sides=4))
    knob = turned(
        [(0, height), (0.05, height + 0.03), (0.05, height + 0.07), (0, height + 0.11)], colour=linear(timber)
    )
    turns = np.linspace(0, 5 * np.pi, 20)
    share = np.linspace(0.02, 0.86, 20)
    spiral = around(turns, foot / 2 * (1 - 0.85 * share), share * height)
    green = [
        _vine(rng, point, np.array([0.16, 0.16, 0.12]), count=130, colour=leaf, bloom=bloom, petals=0.07)
        for point in spiral
    ]
    return {Part.SOLID: merge([*bars, knob]), Part.LEAF: merge(green)}


def screen(
    rng: Rng, *, colour: str, frame: str, width: float = 1.8, height: float = 1.6, canes: int = 44
) -> Parts:
    """A panel of upright canes or slats between two posts."""
    xs = np.linspace(-width / 2 + 0.05, width / 2 - 0.05, canes)
    thick = width / canes * 0.42
    upright = [
        rod(
            [(x, rng.normal(0, 0.004), 0.04), (x, 0, height - 0.04 + rng.normal(0, 0.01))],
            radius=thick,
            colour=_shade(rng, colour),
            sides=6,
        )
        for x in xs
    ]
    rails = [((0, 0, z), (width, 0.06, 0.05)) for z in (0.15, height * 0.55, height - 0.08)]
    posts = [((sx * width / 2, 0, height / 2), (0.09, 0.09, height)) for sx in (-1, 1)]
    return {Part.SOLID: merge(upright), Part.FLESH: boards(rng, [*rails, *posts], colour=frame)}


def _shade(rng: Rng, colour: str) -> str:
    tone = rng.uniform(0.84, 1.08)
    code = colour.removeprefix("#")
    return "#" + "".join(f"{min(255, int(int(code[i : i + 2], 16) * tone)):02x}" for i in (0, 2, 4))


def _fan(top: Floats, edge: Floats, *, colour: str, rng: Rng) -> Mesh:
    count = len(edge)
    faces = np.stack([np.zeros(count - 1, int), np.arange(1, count), np.arange(2, count + 1)], 1)
    shades = np.repeat(linear(colour)[None] * np.exp(rng.normal(0, 0.02)), count + 1, 0)
    return Mesh(vertices=np.concatenate([top[None], edge]), faces=faces, colours=shades)


def _ribbon(upper: Floats, lower: Floats, *, colour: str) -> Mesh:
    count = len(upper)
    here = np.arange(count - 1)
    faces = np.concatenate(
        [np.stack([here, here + 1, here + count], 1), np.stack([here + 1, here + count + 1, here + count], 1)]
    )
    shades = np.repeat(linear(colour)[None] * 0.94, 2 * count, 0)
    return Mesh(vertices=np.concatenate([upper, lower]), faces=faces, colours=shades)


def _vine(
    rng: Rng, centre: Floats, reach: Floats, *, count: int, colour: str, bloom: str, petals: float = 0.05
) -> Mesh:
    """Leaves through an ellipsoid, with flowers among them when `bloom` has a colour."""
    direction = on_sphere(rng, count)
    points = centre + direction * rng.random((count, 1)) ** 0.5 * reach
    facing = unit(direction + rng.normal(size=(count, 3)) * 0.7 + np.array([0, 0, 0.3]))
    green = leaves(
        points,
        facing,
        side=rng.normal(size=(count, 3)),
        length=rng.uniform(0.045, 0.085, count),
        width=rng.uniform(0.03, 0.055, count),
        colours=varied(rng, linear(colour), count=count, value=0.22),
    )
    if not bloom:
        return green
    chosen = rng.choice(count, max(3, count // 28), replace=False)
    out = unit(direction[chosen] + np.array([0, -0.3, 0.3]))
    return merge([green, flowers(rng, centre + direction[chosen] * reach * 1.02, out, size=petals, colour=bloom)])
