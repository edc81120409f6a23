"""Clumps of strap and sword leaves: flax, iris, agapanthus, red yucca."""

import numpy as np

from yarda.garden.flora.blooms import BLOOMS
from yarda.garden.flora.foliage import arc, blades
from yarda.garden.flora.mesh import Mesh, Part, Parts, Rng, around, leaning, linear, merge, varied


def straps(
    rng: Rng,
    *,
    radius: float,
    height: float,
    colour: str,
    tip: str,
    leaf_count: int = 60,
    width: float = 0.04,
    droop: float = 0.3,
    spread: float = 0.6,
    fans: int = 5,
    flower: str = "",
    heart: str = "#f2e2a0",
    bloom: str = "globe",
    stalks: int = 8,
    stalk: float = 1.0,
    bloom_size: float = 0.15,
) -> Parts:
    """Leaves in fans from the ground, perhaps under flowers on stalks `stalk` metres tall."""
    fan = rng.integers(0, fans, leaf_count)
    heading = rng.uniform(0, 2 * np.pi, fans)[fan]
    foot = around(rng.uniform(0, 2 * np.pi, fans), radius * 0.3 * np.sqrt(rng.random(fans)))[fan]
    tilt = np.abs(rng.normal(0, spread * 0.55, leaf_count)) + 0.03
    side = rng.choice([0.0, np.pi], leaf_count) + rng.normal(0, 0.6, leaf_count)
    foot = foot + rng.normal(0, 0.01, (leaf_count, 3)) * np.array([1, 1, 0])
    ahead = leaning(heading + side, tilt)
    length = height * rng.uniform(0.65, 1.1, leaf_count) * (1 + 0.15 * tilt)
    wide = width * rng.uniform(0.75, 1.2, leaf_count)
    bend = droop * rng.uniform(0.3, 1.5, leaf_count) * (0.3 + tilt)
    lower = varied(rng, linear(colour), count=leaf_count, value=0.16, hue=0.05) * 0.8
    upper = varied(rng, linear(tip), count=leaf_count, value=0.12, hue=0.05)
    turn = rng.uniform(-0.7, 0.7, leaf_count)
    leaf = merge(
        blades(
            foot,
            ahead,
            length=length,
            width=wide,
            droop=bend,
            colours=lower,
            tips=upper,
            segments=10,
            taper=3.0,
            twist=turn + channel,
        )
        for channel in (-0.3, 0.3)
    )
    if not flower:
        return {Part.LEAF: leaf}
    blooming = on_stalks(
        rng,
        radius=radius,
        height=stalk,
        count=stalks,
        lean=0.18,
        bloom=bloom,
        size=bloom_size,
        colour=flower,
        heart=heart,
    )
    return {Part.LEAF: leaf, Part.FLOWER: blooming}


def on_stalks(
    rng: Rng,
    *,
    radius: float,
    height: float,
    count: int,
    lean: float,
    bloom: str,
    size: float,
    colour: str,
    heart: str,
    green: str = "#6f8a50",
    thick: float = 0.008,
) -> Mesh:
    """Flower heads of a form of `BLOOMS` at the ends of bare stalks; the tallest head ends at `height`."""
    angle = rng.uniform(0, 2 * np.pi, count)
    reach = radius * 0.6 * np.sqrt(rng.random(count))
    base = around(angle, reach * 0.5)
    up = leaning(angle, lean * reach / radius * 1.6 + np.abs(rng.normal(0, lean * 0.4, count)))
    round_head = bloom in ("globe", "froth")
    length = (height - size * 0.5 * round_head) * rng.uniform(0.78, 1.0, count)
    bend = np.full((count, 1), 0.05)
    shade = varied(rng, linear(green), count=count)
    stems = blades(
        base, up, length=length, width=thick, droop=0.05, colours=shade, tips=shade, segments=4, taper=6.0
    )
    crossed = blades(
        base,
        up,
        length=length,
        width=thick,
        droop=0.05,
        colours=shade,
        tips=shade,
        segments=4,
        taper=6.0,
        twist=np.pi / 2,
    )
    tops = arc(base, up, length=length[:, None], droop=bend, share=0.99)
    return merge([stems, crossed, BLOOMS[bloom](rng, tops, up, size=size, colour=colour, heart=heart)])
