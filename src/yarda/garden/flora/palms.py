"""Broad leaves of warm gardens: fan palms, feather palms, banana and bird-of-paradise."""

from dataclasses import replace

import numpy as np

from yarda.garden.flora.foliage import arc, blades, leaves
from yarda.garden.flora.mesh import Mesh, Part, Parts, Rng, leaning, linear, merge, sideways, unit, varied
from yarda.garden.flora.solids import rings_mesh, tube
from yarda.garden.shapes import Floats

GOLDEN_ANGLE = 2.39996
SECTIONS = 45


def _crown(rng: Rng, count: int, *, lowest: float, highest: float) -> Floats:
    """Directions of fronds around a palm's head; tilts from upright in radians."""
    number = np.arange(count)
    angle = number * GOLDEN_ANGLE + rng.normal(0, 0.12, count)
    tilt = highest + (lowest - highest) * ((number + 0.5) / count) ** 0.8
    return leaning(angle, tilt)


def _stem(rng: Rng, *, height: float, girth: float, bark: str) -> Mesh:
    rings = max(12, int(height / 0.05))
    level = np.linspace(0, height, rings)
    bow = 0.05 * height * np.sin(level / height * 1.6)
    turn = rng.uniform(0, 6.28)
    path = np.stack([bow * np.cos(turn), bow * np.sin(turn), level], 1)
    bulge = girth * (1 + 0.35 * np.exp(-level / (0.15 * height))) * (1 + 0.07 * (np.arange(rings) % 2))
    return tube(path, bulge, colour=linear(bark), sides=12)


def feather_palm(
    rng: Rng,
    *,
    height: float,
    frond: float,
    colour: str,
    fronds: int = 20,
    stem: float = 1.4,
    girth: float = 0.09,
    bark: str = "#8a7a66",
    droop: float = 0.55,
) -> Parts:
    """A palm with arching feathery fronds, on a stem or (stem near 0) from the ground."""
    head = np.array([0.0, 0.0, stem * height / 3.0 if stem else 0.08])
    direction = _crown(rng, fronds, lowest=1.35, highest=0.15)
    length = np.full((fronds, 1), frond) * rng.uniform(0.85, 1.1, (fronds, 1))
    bend = np.full((fronds, 1), droop)
    base = np.repeat(head[None], fronds, 0)
    per = 64
    share = np.tile(np.linspace(0.12, 1, per), fronds)[:, None]
    along = np.repeat(direction, per, 0)
    long, bends = np.repeat(length, per, 0), np.repeat(bend, per, 0)
    where = arc(np.repeat(base, per, 0), along, length=long, droop=bends, share=share)
    ahead = unit(arc(np.repeat(base, per, 0), along, length=long, droop=bends, share=share + 0.02) - where)
    across = sideways(ahead)
    size = (np.sin(np.clip(share * 0.86 + 0.12, 0, 1) * np.pi) ** 0.6 * frond * 0.34)[:, 0]
    sheets = []
    for sign in (-1.0, 1.0):
        out = unit(across * sign + ahead * 0.65 + rng.normal(size=where.shape) * 0.06)
        shades = varied(rng, linear(colour), count=len(where), value=0.14, hue=0.04)
        sheets.append(
            blades(
                where,
                out,
                length=size,
                width=0.03,
                droop=0.35,
                colours=shades * 0.85,
                tips=shades,
                segments=3,
                taper=2.0,
            )
        )
    rib = varied(rng, linear("#8f9a4a"), count=fronds)
    sheets.append(
        blades(base, direction, length=length[:, 0], width=0.024, droop=bend[:, 0], colours=rib, segments=8)
    )
    parts: Parts = {Part.LEAF: merge(sheets)}
    if stem:
        parts[Part.SOLID] = _stem(rng, height=float(head[2]), girth=girth, bark=bark)
    return parts


def clump_palm(
    rng: Rng, *, radius: float, height: float, colour: str, stems: int = 7, fronds: int = 7, bark: str = "#a8a05a"
) -> Parts:
    """Several slender feather palms from one foot, such as an areca."""
    palms = []
    for number in range(stems):
        share = rng.uniform(0.62, 1.0) if number else 1.0
        palm = feather_palm(
            rng,
            height=height * share,
            frond=height * 0.48 * share,
            colour=colour,
            fronds=fronds,
            stem=height * 0.42 * share * 3.0,
            girth=0.028,
            bark=bark,
            droop=0.5,
        )
        far = radius * 0.42 * np.sqrt(number / stems)
        angle = number * GOLDEN_ANGLE
        lean = np.array([np.cos(angle), np.sin(angle), 0]) * far
        palms.append(
            {
                part: replace(mesh, vertices=mesh.vertices + lean * (0.35 + 0.9 * mesh.vertices[:, 2:] / height))
                for part, mesh in palm.items()
            }
        )
    return {part: merge(palm[part] for palm in palms) for part in (Part.LEAF, Part.SOLID)}


def fan_palm(
    rng: Rng, *, height: float, fan: float, colour: str, fans: int = 22, stem: float = 0.5, girth: float = 0.11
) -> Parts:
    """A palm of stiff fans on long stalks."""
    head = np.array([0.0, 0.0, stem])
    direction = _crown(rng, fans, lowest=1.55, highest=0.1)
    reach = (height - stem - fan * 0.5) * rng.uniform(0.75, 1.0, fans)
    base = np.repeat(head[None], fans, 0)
    stalk = varied(rng, linear("#7f8f4a"), count=fans)
    sheets = [blades(base, direction, length=reach, width=0.022, droop=0.1, colours=stalk, segments=4)]
    hub = arc(base, direction, length=reach[:, None], droop=np.full((fans, 1), 0.1), share=0.97)
    across = sideways(direction)
    for turn in np.linspace(-1.75, 1.75, 22):
        out = direction * np.cos(turn) + across * np.sin(turn)
        shades = varied(rng, linear(colour), count=fans, value=0.12, hue=0.03)
        size = fan * (1 - 0.12 * abs(turn)) * rng.uniform(0.9, 1.05, fans)
        sheets.append(
            blades(
                hub,
                out,
                length=size,
                width=0.05,
                droop=0.14,
                colours=shades * 0.85,
                tips=shades,
                segments=4,
                taper=2.4,
            )
        )
    return {Part.LEAF: merge(sheets), Part.SOLID: _stem(rng, height=stem, girth=girth, bark="#6f5d49")}


def _paddle(
    rng: Rng,
    foot: Floats,
    ahead: Floats,
    *,
    size: float,
    stalk: float,
    colour: str,
    wide: float,
    droop: float,
    wave: float,
) -> Mesh:
    """One large leaf with a midrib and a wavy blade, on a stalk."""
    share = np.linspace(0, 1, SECTIONS)[:, None]
    total = stalk + size
    bend = np.full((1, 1), droop)
    length = np.full((1, 1), total)
    spine = arc(foot[None], ahead[None], length=length, droop=bend, share=share)
    across = sideways(ahead[None])[0]
    along = unit(np.gradient(spine, axis=0))
    up = np.cross(across, along)
    on_blade = np.clip((share - stalk / total) / (size / total), 0, 1)
    half = size * wide * np.clip(np.sin(np.pi * on_blade**0.75), 0, 1) ** 0.75 + 0.012
    wavy = wave * size * np.sin(share * 23 + rng.uniform(0, 6)) * (on_blade > 0)
    left = spine - across * half + up * (half * 0.25 + wavy)
    right = spine + across * half + up * (half * 0.25 - wavy)
    rings = np.stack([left, spine, right, spine], 1)
    tone = varied(rng, linear(colour), count=1, value=0.12, hue=0.04)[0]
    shades = np.broadcast_to(tone, rings.shape).copy()
    shades[:, 1::2] *= np.array([1.25, 1.2, 1.0])
    shades[:, 0::2] *= (1 + 0.10 * ((np.arange(SECTIONS) // 2 % 2) * 2 - 1))[:, None, None]
    mesh = rings_mesh(rings, np.clip(shades, 0.01, 0.9))
    flat = mesh.faces.reshape(-1, 3)
    upper = (flat % 4 != 3).all(1)
    return Mesh(vertices=mesh.vertices, faces=flat[upper], colours=mesh.colours)


def paddles(
    rng: Rng,
    *,
    radius: float,
    height: float,
    colour: str,
    leaf_count: int = 14,
    width: float = 0.19,
    stalk: float = 0.5,
    flat: float = 0.0,
    droop: float = 0.42,
    flower: str = "",
    flower_count: int = 0,
) -> Parts:
    """A clump of big paddle leaves: banana, canna, elephant ear; `flat` 1 makes it a traveller's palm's fan."""
    direction = _crown(rng, leaf_count, lowest=0.85, highest=0.06)
    if flat:
        side = np.linspace(-1.05, 1.05, leaf_count)[rng.permutation(leaf_count)]
        fanned = np.stack([np.sin(side), rng.normal(0, 0.05, leaf_count), np.cos(side)], 1)
        direction = unit(direction * (1 - flat) + fanned * flat)
    sheets = []
    for number, ahead in enumerate(direction):
        foot = np.array([*(ahead[:2] * radius * 0.15), 0.0])
        total = height * rng.uniform(0.85, 1.1) * (1.12 - 0.35 * number / leaf_count)
        sheets.append(
            _paddle(
                rng,
                foot,
                ahead,
                size=total * (1 - stalk),
                stalk=total * stalk,
                colour=colour,
                wide=width,
                droop=droop,
                wave=0.05 * (1 - 0.85 * flat),
            )
        )
    parts: Parts = {Part.LEAF: merge(sheets)}
    if flower_count:
        parts[Part.FLOWER] = _beaks(rng, height=height, colour=flower, count=flower_count)
    return parts


def _beaks(rng: Rng, *, height: float, colour: str, count: int) -> Mesh:
    """Crests of pointed petals on stalks, as on bird-of-paradise or canna."""
    direction = leaning(rng.uniform(0, 6.28, count), rng.uniform(0.05, 0.45, count))
    long = height * rng.uniform(0.85, 1.05, count)
    green = varied(rng, linear("#6f8f4a"), count=count)
    base = np.zeros((count, 3))
    sheets = [blades(base, direction, length=long, width=0.018, droop=0.05, colours=green, segments=4)]
    top = arc(base, direction, length=long[:, None], droop=np.full((count, 1), 0.05), share=0.98)
    for _ in range(7):
        out = unit(direction + rng.normal(size=(count, 3)) * 0.55 + np.array([0, 0, 0.4]))
        shades = varied(rng, linear(colour), count=count, value=0.1, hue=0.05)
        side = rng.normal(size=(count, 3))
        sheets.append(leaves(top, out, side=side, length=0.14, width=0.035, colours=shades))
    return merge(sheets)
