"""Finds where groups of furnishings stand: on a terrace, in a nook, by a pool, beside the door, over the path."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from yarda.garden.design.fields import Fields
from yarda.garden.design.places import Frame
from yarda.garden.design.room import NEAREST
from yarda.garden.design.styles import Furnishing, Member, Place
from yarda.garden.design.ways import PathLine
from yarda.garden.flora.species import get_form
from yarda.garden.shapes import Floats

STEP = 0.2
INSIDE = 0.55
"""How much of a piece's radius must lie on its place: chairs may stand with a leg at the rim."""
BESIDE_DOOR = 0.42
BEFORE_DOOR = 0.75
OVER_SHARE = 0.45


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a group's own origin lies on the ground, and how far it is turned."""

    x: float
    z: float
    degrees: float

    def at(self, x: float, z: float) -> tuple[float, float]:
        """The ground's x and z of a member's offset."""
        angle = np.radians(self.degrees)
        return (
            float(self.x + x * np.cos(angle) - z * np.sin(angle)),
            float(self.z + x * np.sin(angle) + z * np.cos(angle)),
        )


def find_spots(group: Furnishing, fields: Fields, *, taken: Sequence[tuple[float, float, float]]) -> list[Spot]:
    """Where the group goes: nowhere, at one spot, or at two beside the door."""
    path = fields.path
    match group.on:
        case Place.DOOR:
            spots = _beside_door(path) if path is not None and path.ends_at_door else []
        case Place.OVER_PATH:
            spots = _over(path) if path is not None else []
        case _:
            found = fields.places.get(group.on)
            spot = _best_spot(group.members, fields, *found, taken=taken) if found else None
            return [spot] if spot else []
    return [spot for spot in spots if _is_clear(spot, group.members, fields, taken=taken)]


def _best_spot(
    members: Sequence[Member],
    fields: Fields,
    frame: Frame,
    inside: Floats,
    *,
    taken: Sequence[tuple[float, float, float]],
) -> Spot | None:
    """As near to the place's middle as there is room; rather towards the house than towards the camera."""
    grid, site = fields.site.grid, fields.site
    u, v = np.meshgrid(
        np.arange(-frame.half_x, frame.half_x + STEP / 2, STEP),
        np.arange(-frame.half_z, frame.half_z + STEP / 2, STEP),
    )
    fits = np.ones(u.shape, bool)
    for member in members:
        x, z = frame.world(u + member.x, v + member.z)
        radius = get_form(member.form).spread / 2 * member.scale
        fits &= grid.sample(inside, x, z) > radius * INSIDE
        fits &= grid.sample(site.ground.astype(float), x, z) > 0.99
        fits &= grid.sample(site.edge, x, z) > min(radius, 0.5) * INSIDE
        for px, pz, other in taken:
            fits &= np.hypot(x - px, z - pz) > (radius + other) * 0.9
    if not fits.any():
        return None
    score = -np.hypot(u / frame.half_x, (v - 0.15 * frame.half_z) / frame.half_z)
    best = int(np.where(fits, score, -99.0).argmax())
    x, z = frame.world(u.ravel()[best], v.ravel()[best])
    return Spot(x=float(x), z=float(z), degrees=float(np.degrees(frame.angle)))


def _beside_door(path: PathLine) -> list[Spot]:
    """A pair on both sides of the path's end."""
    at, ahead = _along(path, back=BEFORE_DOOR)
    across = np.array([ahead[1], -ahead[0]])
    turn = float(np.degrees(np.arctan2(-ahead[0], ahead[1])))
    places = [at + across * side * (path.width / 2 + BESIDE_DOOR) for side in (1, -1)]
    return [Spot(x=float(x), z=float(z), degrees=turn) for x, z in places]


def _over(path: PathLine) -> list[Spot]:
    length = float(np.linalg.norm(np.diff(path.points, axis=0), axis=1).sum())
    at, ahead = _along(path, back=length * OVER_SHARE)
    return [Spot(x=float(at[0]), z=float(at[1]), degrees=float(np.degrees(np.arctan2(-ahead[0], ahead[1]))))]


def _along(path: PathLine, *, back: float) -> tuple[Floats, Floats]:
    """The point `back` metres before the path's end, and the direction there."""
    steps = np.linalg.norm(np.diff(path.points, axis=0), axis=1)
    travelled = np.concatenate([[0.0], np.cumsum(steps)])
    at = int(np.searchsorted(travelled, max(travelled[-1] - back, 0.0)).clip(1, len(path.points) - 1))
    ahead = path.points[at] - path.points[at - 1]
    return path.points[at], ahead / max(float(np.linalg.norm(ahead)), 1e-9)


def _is_clear(
    spot: Spot, members: Sequence[Member], fields: Fields, *, taken: Sequence[tuple[float, float, float]]
) -> bool:
    grid, site = fields.site.grid, fields.site
    for member in members:
        x, z = spot.at(member.x, member.z)
        radius = get_form(member.form).spread / 2 * member.scale
        if (
            z < NEAREST
            or grid.at(site.ground.astype(float), x, z) < 0.99
            or grid.at(site.edge, x, z) < radius * INSIDE
        ):
            return False
        if any(np.hypot(x - px, z - pz) < (radius + other) * 0.9 for px, pz, other in taken):
            return False
    return True
