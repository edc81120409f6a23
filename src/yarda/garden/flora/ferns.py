"""Ferns, from the ground or on a trunk."""

import numpy as np

from yarda.garden.flora.foliage import arc, blades, diamonds
from yarda.garden.flora.mesh import Part, Parts, Rng, leaning, linear, sideways, unit, varied
from yarda.garden.flora.mesh import merge as merged
from yarda.garden.flora.solids import tube

GOLDEN_ANGLE = 2.39996


def fern(
    rng: Rng,
    *,
    frond: float,
    colour: str,
    fresh: str,
    fronds: int = 20,
    pinnae: int = 20,
    leaflets: int = 5,
    width: float = 0.3,
    lowest: float = 1.25,
    droop: float = 0.45,
    stem: float = 0.0,
    girth: float = 0.09,
    bark: str = "#4a3828",
) -> Parts:
    """Arching fronds `frond` metres long, twice divided; young ones in the middle have the fresh colour."""
    number = np.arange(fronds)
    age = (number + 0.5) / fronds
    angle = number * GOLDEN_ANGLE + rng.normal(0, 0.15, fronds)
    direction = leaning(angle, 0.18 + (lowest - 0.18) * age**0.8)
    length = frond * rng.uniform(0.82, 1.08, (fronds, 1))
    bend = np.full((fronds, 1), droop)
    base = np.tile(np.array([[0.0, 0.0, stem]]), (fronds, 1)) + direction * 0.02
    young = (1 - age[:, None]) ** 2
    tone = linear(fresh) * young + linear(colour) * (1 - young)
    tone = np.clip(tone * np.exp(rng.normal(0, 0.1, (fronds, 1))), 0, 0.9)
    share = np.tile(np.linspace(0.14, 0.99, pinnae), fronds)[:, None]
    of = np.repeat(number, pinnae)
    where = arc(base[of], direction[of], length=length[of], droop=bend[of], share=share)
    ahead = unit(arc(base[of], direction[of], length=length[of], droop=bend[of], share=share + 0.02) - where)
    across = sideways(ahead)
    reach = length[of] * width * (np.sin(np.clip(share * 0.95 + 0.05, 0, 1) ** 0.75 * np.pi) ** 0.8 * 0.95 + 0.05)
    sheets = []
    for sign in (-1.0, 1.0):
        out = unit(across * sign + ahead * 0.35 + np.array([0, 0, -0.12]))
        up = np.cross(out, ahead)
        for step in np.arange(leaflets) + 0.4:
            along = step / leaflets
            point = where + out * reach * along
            size = (length[of] / pinnae * 0.85 * (1.15 - along))[:, 0]
            shades = np.clip(tone[of] * np.exp(rng.normal(0, 0.1, (len(of), 1))), 0, 0.9)
            for lean in (-1.0, 1.0):
                ways = unit(out * 0.75 + ahead * lean)
                sheets.append(
                    diamonds(point, ways, side=np.cross(ways, up), length=size, width=size * 0.5, colours=shades)
                )
    ribs = varied(rng, linear("#6b6a34"), count=fronds)
    sheets.append(
        blades(
            base,
            direction,
            length=length[:, 0],
            width=0.012 * frond + 0.004,
            droop=droop,
            colours=ribs,
            segments=8,
        )
    )
    parts: Parts = {Part.LEAF: merged(sheets)}
    if stem:
        level = np.linspace(0, stem, 16)
        path = np.stack([0.02 * (level - stem), 0.01 * (level - stem), level], 1)
        thick = girth * (1 + 0.5 * np.exp(-level / (0.2 * stem))) * rng.uniform(0.9, 1.1, 16)
        parts[Part.SOLID] = tube(path, thick, colour=linear(bark), sides=12)
    return parts
