"""Flower heads by their form: daisies, globes, cups, double flowers, froth, irises, torches, bells, umbels."""

from collections.abc import Callable

import numpy as np

from yarda.garden.flora.foliage import column, diamonds, leaves, roses
from yarda.garden.flora.mesh import Mesh, Rng, linear, merge, on_sphere, unit, varied
from yarda.garden.shapes import Floats


def _frame(rng: Rng, up: Floats) -> tuple[Floats, Floats]:
    across = unit(np.cross(up, rng.normal(size=up.shape)))
    return across, np.cross(up, across)


def _rays(
    rng: Rng,
    tops: Floats,
    up: Floats,
    *,
    count: int,
    tilt: float,
    length: Floats,
    width: float,
    shades: Floats,
    turn: float = 0.0,
) -> Mesh:
    """Petals around each top, raised (or lowered) by `tilt`; widths are shares of lengths."""
    across, other = _frame(rng, up)
    petals = []
    for angle in turn + np.arange(count) * 2 * np.pi / count:
        out = unit(across * np.cos(angle) + other * np.sin(angle) + up * tilt)
        shade = np.clip(shades * rng.uniform(0.88, 1.1), 0, 0.95)
        side = np.cross(out, up)
        petals.append(
            leaves(tops, out, side=side, length=length, width=length * width, colours=shade, fold=0.1, curl=0.1)
        )
    return merge(petals)


def daisy(rng: Rng, tops: Floats, up: Floats, *, size: float, colour: str, heart: str) -> Mesh:
    """Rays around a raised cone."""
    count = len(tops)
    shades = varied(rng, linear(colour), count=count, value=0.1, hue=0.05)
    length = size * 0.5 * rng.uniform(0.85, 1.1, count)
    rays = _rays(rng, tops, up, count=13, tilt=-0.15, length=length, width=0.3, shades=shades)
    per = 34
    out = on_sphere(rng, count * per)
    out = unit(out + np.repeat(up, per, 0) * 0.9)
    where = np.repeat(tops, per, 0) + out * size * 0.1 + np.repeat(up, per, 0) * size * 0.02
    dark = varied(rng, linear(heart), count=count * per, value=0.2)
    side = rng.normal(size=out.shape)
    return merge([rays, diamonds(where, out, side=side, length=size * 0.1, width=size * 0.07, colours=dark)])


def globe(rng: Rng, tops: Floats, up: Floats, *, size: float, colour: str, heart: str) -> Mesh:
    """Balls of small stars, as on an allium or agapanthus."""
    count, per = len(tops), 100
    out = on_sphere(rng, count * per)
    wide = np.repeat(size * 0.5 * rng.uniform(0.85, 1.1, count), per)[:, None]
    where = np.repeat(tops, per, 0) + out * wide * rng.uniform(0.75, 1, (count * per, 1))
    shades = varied(rng, linear(colour), count=count * per, value=0.2, hue=0.06)
    stars = []
    across, other = _frame(rng, out)
    for angle in np.arange(3) * 2 * np.pi / 3:
        ahead = unit(across * np.cos(angle) + other * np.sin(angle) + out * 0.4)
        side = np.cross(ahead, out)
        stars.append(diamonds(where, ahead, side=side, length=size * 0.17, width=size * 0.08, colours=shades))
    return merge(stars)


def cup(rng: Rng, tops: Floats, up: Floats, *, size: float, colour: str, heart: str) -> Mesh:
    """Open bowls of six petals around a heart of stamens."""
    count = len(tops)
    shades = varied(rng, linear(colour), count=count, value=0.1, hue=0.04)
    length = size * 0.55 * rng.uniform(0.85, 1.1, count)
    petals = _rays(rng, tops, up, count=6, tilt=0.4, length=length, width=0.85, shades=shades)
    per = 16
    out = unit(np.repeat(up, per, 0) + rng.normal(size=(count * per, 3)) * 0.5)
    gold = varied(rng, linear(heart), count=count * per)
    where = np.repeat(tops + up * size * 0.03, per, 0)
    side = rng.normal(size=out.shape)
    return merge([petals, diamonds(where, out, side=side, length=size * 0.16, width=size * 0.05, colours=gold)])


def double(rng: Rng, tops: Floats, up: Floats, *, size: float, colour: str, heart: str) -> Mesh:
    """Full double flowers, as on a peony."""
    outer = roses(rng, tops, up, size=size * rng.uniform(0.9, 1.1, len(tops)), colour=colour)
    inner = roses(rng, tops + up * size * 0.12, up, size=size * 0.62, colour=heart)
    return merge([outer, inner])


def froth(rng: Rng, tops: Floats, up: Floats, *, size: float, colour: str, heart: str) -> Mesh:
    """Loose clouds of tiny flowers."""
    count, per = len(tops), 60
    puff = on_sphere(rng, count * per) * rng.random((count * per, 1)) ** 0.5 * size * 0.5
    where = np.repeat(tops, per, 0) + puff
    shades = varied(rng, linear(colour), count=count * per, value=0.2, hue=0.05)
    ahead, side = on_sphere(rng, count * per), rng.normal(size=(count * per, 3))
    return diamonds(where, ahead, side=side, length=0.016, width=0.013, colours=shades)


def umbel(rng: Rng, tops: Floats, up: Floats, *, size: float, colour: str, heart: str) -> Mesh:
    """Flat plates of tiny flowers."""
    count, per = len(tops), 110
    across, other = _frame(rng, np.repeat(up, per, 0))
    reach = np.sqrt(rng.random((count * per, 1))) * size * 0.5
    angle = rng.uniform(0, 2 * np.pi, (count * per, 1))
    lift = np.repeat(up, per, 0) * rng.uniform(-0.04, 0.04, (count * per, 1)) * size
    where = np.repeat(tops, per, 0) + reach * (across * np.cos(angle) + other * np.sin(angle)) + lift
    shades = varied(rng, linear(colour), count=count * per, value=0.15, hue=0.05)
    ahead = unit(rng.normal(size=where.shape) + np.array([0, 0, 0.8]))
    side = rng.normal(size=where.shape)
    return diamonds(where, ahead, side=side, length=size * 0.11, width=size * 0.1, colours=shades)


def iris(rng: Rng, tops: Floats, up: Floats, *, size: float, colour: str, heart: str) -> Mesh:
    """Three hanging falls and three upright standards."""
    count = len(tops)
    shades = varied(rng, linear(colour), count=count, value=0.12, hue=0.05)
    length = size * 0.55 * rng.uniform(0.9, 1.1, count)
    falls = _rays(rng, tops, up, count=3, tilt=-0.35, length=length, width=0.62, shades=shades * 0.85)
    standards = _rays(
        rng, tops, up, count=3, tilt=1.6, length=length * 0.9, width=0.6, shades=shades * 1.12, turn=1.0
    )
    signal = varied(rng, linear(heart), count=count)
    lit = _rays(
        rng, tops + up * 0.004, up, count=3, tilt=-0.2, length=length * 0.35, width=0.4, shades=signal, turn=0.3
    )
    return merge([falls, standards, lit])


def _spike(rng: Rng, tops: Floats, up: Floats, *, per: int, size: float) -> tuple[Floats, Floats, Floats]:
    """Places down a stalk's last `size` metres, directions out of it, and how far down each is, 0 to 1."""
    count = len(tops)
    down = rng.random((count * per, 1))
    across, other = _frame(rng, np.repeat(up, per, 0))
    angle = rng.uniform(0, 2 * np.pi, (count * per, 1))
    out = across * np.cos(angle) + other * np.sin(angle)
    return np.repeat(tops, per, 0) - np.repeat(up, per, 0) * down * size, out, down


def torch(rng: Rng, tops: Floats, up: Floats, *, size: float, colour: str, heart: str) -> Mesh:
    """Dense spikes of hanging tubes, as on an aloe; the lowest ones have the heart's colour."""
    where, out, down = _spike(rng, tops, up, per=70, size=size)
    mixed = linear(colour) * (1 - down) + linear(heart) * down
    shades = np.clip(mixed * np.exp(rng.normal(0, 0.15, (len(where), 1))), 0, 0.95)
    ahead = unit(out - np.repeat(up, 70, 0) * (0.9 - 1.4 * (1 - down)))
    long = column((size * (0.1 + 0.12 * down))[:, 0], len(where))[:, 0]
    return diamonds(
        where, ahead, side=rng.normal(size=where.shape), length=long, width=size * 0.045, colours=shades
    )


def bells(rng: Rng, tops: Floats, up: Floats, *, size: float, colour: str, heart: str) -> Mesh:
    """Loose spikes of bells or trumpets held out on all sides."""
    where, out, down = _spike(rng, tops, up, per=36, size=size)
    shades = varied(rng, linear(colour), count=len(where), value=0.14, hue=0.05)
    ahead = unit(out + np.array([0, 0, -0.25]))
    long = (0.02 + 0.018 * down)[:, 0]
    side = rng.normal(size=where.shape)
    tubes = leaves(where + out * 0.008, ahead, side=side, length=long, width=long * 0.7, colours=shades, fold=0.4)
    lips = varied(rng, linear(heart), count=len(where))
    mouth = where + out * 0.008 + ahead * long[:, None] * 0.8
    return merge([tubes, diamonds(mouth, out, side=side, length=long * 0.4, width=long * 0.5, colours=lips)])


BLOOMS: dict[str, Callable[..., Mesh]] = {
    maker.__name__: maker for maker in (daisy, globe, cup, double, froth, umbel, iris, torch, bells)
}
