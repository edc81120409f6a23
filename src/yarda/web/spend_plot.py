"""Spend per day as stacked bars: the numbers of an SVG, so that the template only draws them."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from types import SimpleNamespace

from yarda.core.operator import DAYS
from yarda.pipeline.operate import DaySpent

WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, TOP, BOTTOM = 64, 8, 16, 32
GAP = 0.25
STEPS = (1.0, 2.0, 5.0, 10.0)
MOST_TICKS = 5
LABEL_EVERY = 7


def plot_spend(spend: Sequence[DaySpent], *, limit: float | None, today: date) -> SimpleNamespace:
    """Bars of the last days up to `today`, whole dollars and cents on the axis, the limit as a line."""
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    names = sorted({entry.provider for entry in spend})
    usd = {(entry.day, entry.provider): float(entry.usd) for entry in spend}
    totals = [sum(usd.get((day, name), 0.0) for name in names) for day in days]
    ticks = _ticks(max([*totals, limit or 0.0, 0.01]))
    scale = (HEIGHT - TOP - BOTTOM) / ticks[-1]
    slot = (WIDTH - LEFT - RIGHT) / len(days)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - value * scale, 1)

    bars = []
    for index, day in enumerate(days):
        edges = [0.0]
        for name in names:
            edges.append(edges[-1] + usd.get((day, name), 0.0))
        bars += [
            SimpleNamespace(
                x=round(LEFT + index * slot + slot * GAP / 2, 1),
                width=round(slot * (1 - GAP), 1),
                y=y(above),
                height=round(y(below) - y(above), 1),
                kind=kind,
            )
            for kind, (below, above) in enumerate(pairwise(edges))
            if above > below
        ]
    return SimpleNamespace(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=WIDTH - RIGHT,
        floor=HEIGHT - BOTTOM,
        bars=bars,
        ticks=[SimpleNamespace(y=y(tick), words=f"${tick:.2f}") for tick in ticks],
        labels=[
            SimpleNamespace(x=round(LEFT + (index + 0.5) * slot, 1), words=f"{day:%-d %b}")
            for index, day in enumerate(days)
            if (len(days) - 1 - index) % LABEL_EVERY == 0
        ],
        limit=None if limit is None else y(limit),
        names=names,
    )


def _ticks(highest: float) -> list[float]:
    """From zero to at least the highest value, in round steps."""
    step = 0.01
    while step * MOST_TICKS < highest:
        step *= 10
    step = next(step / 10 * part for part in STEPS if step / 10 * part * MOST_TICKS >= highest)
    step = max(step, 0.01)
    count = 1
    while step * count < highest:
        count += 1
    return [step * tick for tick in range(count + 1)]
