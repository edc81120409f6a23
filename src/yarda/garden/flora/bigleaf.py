"""Bold foliage: hearts, shields, split and lobed leaves on stalks, and canes clothed in long leaves."""

import numpy as np

from yarda.garden.flora.blooms import BLOOMS
from yarda.garden.flora.foliage import arc, blades
from yarda.garden.flora.mesh import Mesh, Part, Parts, Rng, around, leaning, linear, merge, sideways, unit, varied
from yarda.garden.flora.solids import tube
from yarda.garden.flora.straps import on_stalks
from yarda.garden.shapes import Floats

GOLDEN_ANGLE = 2.39996


def _half_widths(form: str, share: Floats) -> Floats:
    """Half the width of a leaf of length 1 and width 1, from its base to its tip."""
    if form == "lance":
        return 0.5 * np.sin(np.pi * share**0.8) ** 0.8
    if form == "heart":
        return 0.5 * np.clip(np.sin(np.pi * (0.16 + 0.84 * share) ** 0.8), 0, 1) ** 0.75
    if form == "round":
        return 0.5 * np.sqrt(np.clip(1 - (2 * share - 1) ** 2, 0, 1)) + 0.01
    whole = 0.5 * np.clip(np.sin(np.pi * (0.1 + 0.9 * share) ** 0.7), 0, 1) ** 0.6
    lobes = 0.5 + 0.5 * np.cos(share * 2 * np.pi * 6.5)
    return whole * (0.22 + 0.78 * lobes) if form == "split" else whole * (0.6 + 0.4 * lobes)


def _leaf_sheet(
    rng: Rng, foot: Floats, ahead: Floats, *, length: Floats, width: float, form: str, colours: Floats, sag: float
) -> Mesh:
    """Leaves of one form, lying along `ahead` with their upper side up, sagging to the tip."""
    count, steps = len(foot), 40 if form in ("split", "lobed") else 12
    share = np.linspace(0, 1, steps)
    half = _half_widths(form, share) * width
    back = 0.16 * (form == "heart") * np.clip(1 - share * 5, 0, 1)
    across = sideways(ahead)
    across = unit(across + np.cross(across, ahead) * rng.normal(0, 0.25, (count, 1)))
    up = np.cross(across, ahead)
    long = length[:, None, None]
    middle = foot[:, None] + ahead[:, None] * share[None, :, None] * long
    middle = middle - np.array([0, 0, 1.0]) * sag * long * share[None, :, None] ** 2
    sweep = (0.22 if form in ("split", "lobed") else 0.0) * half / max(width, 1e-6)
    edge = ahead[:, None] * (sweep - back)[None, :, None] * long
    lift = up[:, None] * (half * 0.3)[None, :, None] * long
    reach = across[:, None] * half[None, :, None] * long
    points = np.stack([middle + reach + edge + lift, middle, middle - reach + edge + lift], 2)
    rows = 3 * np.arange(steps - 1)[:, None, None]
    pattern = np.array([[0, 1, 4], [0, 4, 3], [1, 2, 5], [1, 5, 4]])
    faces = (np.arange(count)[:, None, None] * 3 * steps + (rows + pattern).reshape(-1, 3)).reshape(-1, 3)
    shades = np.repeat(colours[:, None], 3 * steps, 1).reshape(count, steps, 3, 3).copy()
    shades[:, :, 1] *= 1.3
    shades *= np.exp(rng.normal(0, 0.05, (count, steps, 1, 1)))
    return Mesh(vertices=points.reshape(-1, 3), faces=faces, colours=np.clip(shades.reshape(-1, 3), 0, 0.9))


def big_leaves(
    rng: Rng,
    *,
    radius: float,
    height: float,
    colour: str,
    leaf: float,
    leaf_width: float = 0.8,
    form: str = "heart",
    leaf_count: int = 30,
    sag: float = 0.25,
    lowest: float = 1.15,
    stem: float = 0.0,
    flower: str = "",
    heart: str = "#f2e2a0",
    bloom: str = "bells",
    stalks: int = 8,
    stalk: float = 0.8,
    bloom_size: float = 0.2,
) -> Parts:
    """Large leaves, each on its own stalk from the ground or a short stem: hosta, philodendron, acanthus."""
    number = np.arange(leaf_count)
    share = ((number + 0.5) / leaf_count) ** 0.75
    angle = number * GOLDEN_ANGLE + rng.normal(0, 0.25, leaf_count)
    rise = height - stem - leaf * 0.15
    hub = np.array([0, 0, stem])
    top = around(angle, np.maximum(radius - leaf * 0.62, radius * 0.3) * share)
    top[:, 2] = stem + rise * (1 - 0.72 * share**2) * rng.uniform(0.8, 1.0, leaf_count)
    foot = around(angle, 0.12 * radius * share) + hub
    reach = np.linalg.norm(top - foot, axis=1)
    green = varied(rng, linear(colour), count=leaf_count, value=0.08, hue=0.03)
    stalked = blades(
        foot,
        unit(top - foot),
        length=reach,
        width=0.012 + 0.01 * leaf,
        droop=0.0,
        colours=green,
        segments=3,
        taper=5.0,
    )
    tilt = 0.75 + (lowest - 0.75) * share + rng.normal(0, 0.12, leaf_count)
    ahead = leaning(angle + rng.normal(0, 0.3, leaf_count), tilt)
    tones = varied(rng, linear(colour), count=leaf_count, value=0.16, hue=0.05)
    length = leaf * rng.uniform(0.78, 1.1, leaf_count)
    sheet = _leaf_sheet(rng, top, ahead, length=length, width=leaf_width, form=form, colours=tones, sag=sag)
    parts: Parts = {Part.LEAF: merge([sheet, stalked])}
    if stem:
        line = np.array([[0, 0, 0], [0.02, 0.01, stem * 0.5], [0, 0, stem]])
        parts[Part.SOLID] = tube(line, np.array([0.09, 0.07, 0.06]), colour=linear("#7a6a52"), sides=9)
    if flower:
        parts[Part.FLOWER] = on_stalks(
            rng,
            radius=radius,
            height=stalk,
            count=stalks,
            lean=0.2,
            bloom=bloom,
            size=bloom_size,
            colour=flower,
            heart=heart,
        )
    return parts


def leafy_stems(
    rng: Rng,
    *,
    radius: float,
    height: float,
    colours: list[str],
    leaf: float,
    leaf_width: float = 0.25,
    stems: int = 14,
    per_stem: int = 14,
    lean: float = 0.35,
    first: float = 0.15,
    sag: float = 0.3,
    rise: float = 0.9,
    form: str = "lance",
    flower: str = "",
    heart: str = "#f2e2a0",
    bloom: str = "bells",
    bloom_size: float = 0.2,
    cane: str = "#6f7a45",
) -> Parts:
    """Canes clothed in long leaves from the share `first` up, perhaps each ending in a flower head."""
    angle = rng.uniform(0, 2 * np.pi, stems)
    out = np.sqrt(rng.random(stems))
    base = around(angle, radius * 0.45 * out)
    up = leaning(angle, lean * out * rng.uniform(0.6, 1.2, stems))
    length = (height - leaf * 0.25) * rng.uniform(0.68, 1.0, stems)
    bend = np.full((stems, 1), 0.1)
    line = np.linspace(0, 1, 5)[None, :, None]
    paths = arc(base[:, None], up[:, None], length=length[:, None, None], droop=bend[:, None], share=line)
    wood = merge(tube(path, np.linspace(0.013, 0.008, 5), colour=linear(cane), sides=5) for path in paths)
    of = np.repeat(np.arange(stems), per_stem)
    share = np.tile(np.linspace(first, 0.98, per_stem), stems)[:, None]
    where = arc(base[of], up[of], length=length[of][:, None], droop=bend[of], share=share)
    turn = np.tile(np.arange(per_stem) * GOLDEN_ANGLE, stems) + np.repeat(angle, per_stem)
    ahead = unit(leaning(turn, np.full(len(of), rise) - 0.5 * share[:, 0]) + 0.4 * up[of])
    palette = np.array([linear(code) for code in colours])[rng.integers(0, len(colours), len(of))]
    tones = np.clip(palette * np.exp(rng.normal(0, 0.14, (len(of), 1))), 0.002, 0.9)
    long = leaf * rng.uniform(0.75, 1.1, len(of))
    sheet = _leaf_sheet(rng, where, ahead, length=long, width=leaf_width, form=form, colours=tones, sag=sag)
    parts: Parts = {Part.LEAF: sheet, Part.SOLID: wood}
    if flower:
        tops = paths[:, -1] + up * bloom_size * 0.6
        parts[Part.FLOWER] = BLOOMS[bloom](rng, tops, up, size=bloom_size, colour=flower, heart=heart)
    return parts
