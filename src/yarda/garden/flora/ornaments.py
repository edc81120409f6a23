"""What is set rather than planted: boulders, lanterns, pots, slabs of a bench."""

import numpy as np

from yarda.garden.flora.mesh import Mesh, Part, Parts, Rng, linear, merge, ripple
from yarda.garden.flora.solids import box, rock, turned


def boulder(rng: Rng, *, length: float, width: float, height: float, colour: str) -> Parts:
    """A stone with a third of it in the ground; the measures are half-extents."""
    return {Part.SOLID: rock(rng, size=(length, width, height), colour=colour)}


def lantern(rng: Rng, *, colour: str) -> Parts:
    """A Japanese stone lantern, 1.2 m tall."""
    stone = linear(colour)
    foot = [
        (0.0, 0.0),
        (0.2, 0.0),
        (0.2, 0.08),
        (0.1, 0.12),
        (0.085, 0.5),
        (0.14, 0.56),
        (0.22, 0.6),
        (0.22, 0.66),
    ]
    roof = [
        (0.0, 0.84),
        (0.34, 0.86),
        (0.33, 0.9),
        (0.14, 1.02),
        (0.06, 1.06),
        (0.07, 1.1),
        (0.045, 1.17),
        (0.0, 1.2),
    ]
    body = merge(
        [
            turned([*foot, (0.0, 0.66)], colour=stone, sides=20),
            turned([(0.0, 0.66), (0.13, 0.66), (0.13, 0.86), (0.0, 0.86)], colour=stone * 0.8, sides=6),
            turned(roof, colour=stone, sides=6),
        ]
    )
    grain = np.exp(0.16 * ripple(rng, body.vertices, frequency=3))[:, None]
    body = Mesh(vertices=body.vertices, faces=body.faces, colours=np.clip(body.colours * grain, 0.01, 0.9))
    openings = []
    for turn in np.arange(6) * np.pi / 3 + np.pi / 6:
        size = (0.07, 0.1, 0.11) if abs(np.sin(turn)) < 0.7 else (0.1, 0.07, 0.11)
        centre = (0.131 * np.cos(turn), 0.131 * np.sin(turn), 0.76)
        openings.append(box(centre, size, colour=linear("#2a2620")))
    return {Part.SOLID: body, Part.FLESH: merge(openings)}


def pot(rng: Rng, *, radius: float, height: float, colour: str) -> Parts:
    """A turned clay pot, filled with soil."""
    profile = [
        (0.0, 0.0),
        (0.55, 0.0),
        (0.62, 0.03),
        (0.9, 0.55),
        (0.93, 0.85),
        (1.0, 0.88),
        (1.0, 1.0),
        (0.9, 1.0),
    ]
    profile += [(0.86, 0.9), (0.0, 0.9)]
    clay = turned([(r * radius, z * height) for r, z in profile], colour=linear(colour), sides=32)
    grain = np.exp(0.1 * ripple(rng, clay.vertices / height, frequency=1.4))[:, None]
    shades = clay.colours * grain
    shades[-64:] = linear("#3a2c20")
    return {Part.SOLID: Mesh(vertices=clay.vertices, faces=clay.faces, colours=np.clip(shades, 0.01, 0.9))}
