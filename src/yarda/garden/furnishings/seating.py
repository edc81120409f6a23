"""Seats and tables. Sizes follow usual outdoor furniture: seats 0.42 m, tables 0.74 m, loungers 1.95 m long."""

import numpy as np

from yarda.garden.flora.mesh import Mesh, Part, Parts, Rng, linear, merge
from yarda.garden.flora.solids import turned
from yarda.garden.furnishings.joinery import (
    board,
    boards,
    cushion,
    legs,
    placed,
    rod,
    slats,
    tilted,
)

SEAT = 0.42
TABLE = 0.74


def dining_set(
    rng: Rng, *, frame: str, top: str, fabric: str, length: float = 1.7, width: float = 0.9, chairs: int = 6
) -> Parts:
    """A rectangular table with chairs along its sides, and at its ends when there are six."""
    table = merge(
        [
            slats(rng, count=7, span=width, length=length, thick=0.03, height=TABLE, colour=top, wide=width / 7.5),
            legs(rng, width=length - 0.1, depth=width - 0.1, height=TABLE - 0.015, thick=0.06, colour=frame),
        ]
    )
    along = (np.arange(2) - 0.5) * length * 0.5
    places = [(x, side * (width / 2 + 0.18), 0.0 if side > 0 else 180.0) for x in along for side in (1, -1)]
    if chairs > 4:
        places += [(side * (length / 2 + 0.2), 0.0, -90.0 * side) for side in (1, -1)]
    seats = [
        placed(
            _chair(rng, frame=frame, fabric=fabric),
            at=(x + rng.normal(0, 0.03), y + rng.normal(0, 0.03), 0),
            turn=turn + rng.normal(0, 5),
        )
        for x, y, turn in places[:chairs]
    ]
    return {Part.FLESH: merge([table, *seats])}


def bistro_set(rng: Rng, *, frame: str, top: str, radius: float = 0.36) -> Parts:
    """A small round table with two folding chairs."""
    pieces = [
        turned(
            [(0, TABLE - 0.02), (radius, TABLE - 0.02), (radius, TABLE), (0, TABLE)], colour=linear(top), sides=28
        ),
        rod([(0, 0, 0), (0, 0, TABLE - 0.02)], radius=0.022, colour=frame),
        turned([(0.22, 0.0), (0.22, 0.015), (0.03, 0.03)], colour=linear(frame), sides=20),
    ]
    for x, turn in ((-0.66, 90.0), (0.66, -90.0)):
        pieces.append(placed(_folding_chair(rng, frame=frame), at=(x, 0, 0), turn=turn + rng.normal(0, 9)))
    return {Part.FLESH: merge(pieces)}


def lounge_set(rng: Rng, *, frame: str, fabric: str, accent: str, low: float = 0.3) -> Parts:
    """A sofa and an armchair at right angles around a low table."""
    sofa = _sofa(rng, width=2.1, frame=frame, fabric=fabric, accent=accent)
    chair = _sofa(rng, width=0.85, frame=frame, fabric=fabric, accent=accent)
    table = merge(
        [
            slats(rng, count=6, span=0.62, length=1.05, thick=0.03, height=low, colour=frame, wide=0.095),
            legs(rng, width=1.0, depth=0.56, height=low - 0.015, thick=0.05, colour=frame),
        ]
    )
    return {
        Part.FLESH: merge(
            [
                placed(sofa, at=(0, 0.75, 0)),
                placed(chair, at=(-1.2, -0.45, 0), turn=72),
                placed(table, at=(0.1, -0.3, 0)),
            ]
        )
    }


def garden_bench(rng: Rng, *, timber: str, width: float = 1.5) -> Parts:
    """A slatted bench with a back and arms."""
    depth, back = 0.5, 0.88
    posts = [((sx * width / 2, 0.22, back / 2), (0.06, 0.06, back)) for sx in (-1, 1)]
    posts += [((sx * width / 2, -0.2, 0.31), (0.06, 0.06, 0.62)) for sx in (-1, 1)]
    rails = [((sx * width / 2, 0.0, 0.62), (0.07, 0.5, 0.04)) for sx in (-1, 1)]
    rails += [((0, 0.23, back - 0.04), (width, 0.04, 0.08)), ((0, 0.23, 0.52), (width, 0.04, 0.06))]
    uprights = [
        ((x, 0.235, 0.68), (0.05, 0.025, 0.3)) for x in np.linspace(-width / 2 + 0.12, width / 2 - 0.12, 11)
    ]
    seat = slats(rng, count=6, span=depth * 0.9, length=width, thick=0.028, height=SEAT, colour=timber, wide=0.062)
    return {Part.FLESH: merge([boards(rng, [*posts, *rails, *uprights], colour=timber), seat])}


def slab_bench(rng: Rng, *, stone: str, width: float = 1.4) -> Parts:
    """A stone slab on two blocks."""
    top = board(rng, (0, 0, SEAT - 0.05), (width, 0.42, 0.1), colour=stone)
    feet = boards(
        rng, [((sx * width * 0.32, 0, 0.16), (0.16, 0.34, 0.33)) for sx in (-1, 1)], colour=stone, value=0.1
    )
    return {Part.FLESH: merge([top, feet])}


def adirondack_pair(rng: Rng, *, timber: str) -> Parts:
    """Two low slatted chairs, turned a little to each other."""
    chairs = [
        placed(_adirondack(rng, timber=timber), at=(side * 0.55, 0, 0), turn=-14.0 * side) for side in (-1, 1)
    ]
    return {Part.FLESH: merge(chairs)}


def lounger_pair(rng: Rng, *, frame: str, fabric: str, back: float = 38.0) -> Parts:
    """Two sun loungers with their heads away from the looker, and a small table between them."""
    pieces = [
        placed(_lounger(rng, frame=frame, fabric=fabric, back=back), at=(side * 0.62, 0, 0)) for side in (-1, 1)
    ]
    pieces.append(board(rng, (0, 0.35, 0.2), (0.36, 0.36, 0.4), colour=frame))
    return {Part.FLESH: merge(pieces)}


def _chair(rng: Rng, *, frame: str, fabric: str) -> Mesh:
    """A dining chair whose back is at +y."""
    pieces = [
        legs(rng, width=0.46, depth=0.46, height=SEAT, thick=0.035, colour=frame),
        cushion(rng, (0, 0, SEAT + 0.03), (0.48, 0.47, 0.08), colour=fabric),
        boards(rng, [((sx * 0.22, 0.22, 0.62), (0.035, 0.035, 0.44)) for sx in (-1, 1)], colour=frame),
        cushion(rng, (0, 0.22, 0.68), (0.44, 0.05, 0.32), colour=fabric),
        boards(rng, [((sx * 0.24, 0.0, 0.62), (0.04, 0.42, 0.03)) for sx in (-1, 1)], colour=frame),
    ]
    return merge(pieces)


def _folding_chair(rng: Rng, *, frame: str) -> Mesh:
    """A slatted metal chair whose back is at +y."""
    bars = []
    for side in (-0.19, 0.19):
        bars.append(rod([(side, -0.2, 0), (side, 0.2, 0.86)], radius=0.011, colour=frame))
        bars.append(rod([(side, 0.22, 0), (side, -0.18, 0.45)], radius=0.011, colour=frame))
    seat = slats(rng, count=5, span=0.36, length=0.4, thick=0.014, height=0.45, colour=frame, wide=0.055)
    back = boards(
        rng, [((0, 0.17 + 0.02 * k, 0.68 + 0.1 * k), (0.4, 0.014, 0.06)) for k in range(2)], colour=frame
    )
    return merge([*bars, seat, back])


def _sofa(rng: Rng, *, width: float, frame: str, fabric: str, accent: str) -> Mesh:
    """A deep seat whose back is at +y, on a frame of boards."""
    depth, low = 0.8, 0.16
    pieces = [
        boards(
            rng,
            [
                ((0, 0, low), (width, depth, 0.06)),
                ((0, depth / 2 - 0.03, 0.4), (width, 0.05, 0.42)),
                *(((sx * (width / 2 - 0.04), 0, 0.36), (0.08, depth, 0.36)) for sx in (-1, 1)),
            ],
            colour=frame,
        ),
        legs(rng, width=width, depth=depth, height=low, thick=0.06, colour=frame),
    ]
    seats = max(1, round((width - 0.2) / 0.68))
    each = (width - 0.2) / seats
    for k in range(seats):
        x = (k - (seats - 1) / 2) * each
        pieces.append(cushion(rng, (x, -0.03, 0.3), (each * 0.98, depth * 0.86, 0.2), colour=fabric))
        rest = cushion(rng, (x, 0.26, 0.54), (each * 0.95, 0.18, 0.4), colour=fabric)
        pieces.append(tilted(rest, about=(x, 0.3, 0.4), degrees=12))
    for side in (-1, 1) if seats > 1 else (1,):
        throw = cushion(rng, (side * (width / 2 - 0.34), 0.12, 0.54), (0.4, 0.14, 0.36), colour=accent)
        pieces.append(tilted(throw, about=(0, 0.12, 0.4), degrees=24))
    return merge(pieces)


def _adirondack(rng: Rng, *, timber: str) -> Mesh:
    seat = slats(rng, count=5, span=0.5, length=0.56, thick=0.022, height=0.33, colour=timber, wide=0.085)
    back = boards(
        rng,
        [((x, 0.26, 0.66), (0.085, 0.02, 0.72 - 2.2 * x * x)) for x in np.linspace(-0.21, 0.21, 5)],
        colour=timber,
    )
    arms = boards(rng, [((sx * 0.34, 0.0, 0.56), (0.12, 0.7, 0.025)) for sx in (-1, 1)], colour=timber)
    feet = [((sx * 0.3, -0.28, 0.28), (0.03, 0.1, 0.56)) for sx in (-1, 1)]
    feet += [((sx * 0.3, 0.25, 0.28), (0.03, 0.09, 0.56)) for sx in (-1, 1)]
    tipped = tilted(seat, about=(0, -0.25, 0.33), degrees=-9)
    return merge([tipped, tilted(back, about=(0, 0.26, 0.3), degrees=24), arms, boards(rng, feet, colour=timber)])


def _lounger(rng: Rng, *, frame: str, fabric: str, back: float) -> Mesh:
    """A bed of 1.95 m whose head at +y is raised by `back` degrees."""
    base = boards(
        rng,
        [((sx * 0.31, 0, 0.28), (0.05, 1.95, 0.06)) for sx in (-1, 1)]
        + [((0, sy * 0.94, 0.28), (0.66, 0.05, 0.06)) for sy in (-1, 1)],
        colour=frame,
    )
    feet = legs(rng, width=0.66, depth=1.7, height=0.28, thick=0.055, colour=frame)
    mattress = cushion(rng, (0, -0.33, 0.36), (0.62, 1.3, 0.11), colour=fabric)
    head = tilted(
        cushion(rng, (0, 0.62, 0.36), (0.62, 0.66, 0.11), colour=fabric), about=(0, 0.3, 0.34), degrees=-back
    )
    return merge([base, feet, mattress, head])
