"""The one check of everything that is set in a garden: is there room for it, and does it stand in nobody's way."""

from dataclasses import dataclass, field

import numpy as np

from yarda.garden.design.fields import Fields
from yarda.garden.design.site import CELL, Site
from yarda.garden.design.styles import Place
from yarda.garden.design.ways import find_door
from yarda.garden.flora.species import Form, clearance
from yarda.garden.shapes import Floats

NEAREST = 1.5
DOOR_ROOM, DOOR_HEIGHT = 1.6, 1.2
MOST_COVERED = 0.42
"""The share of the picture's height that a plant other than a tree may take."""


@dataclass(slots=True, kw_only=True)
class Room:
    """What has been taken so far, as circles on the ground."""

    site: Site
    fields: Fields
    taken: list[tuple[float, float, float]] = field(default_factory=list)

    def holds(
        self,
        form: Form,
        x: float,
        z: float,
        *,
        radius: float,
        height: float,
        region: Floats,
        margin: float,
        spacing: float,
    ) -> bool:
        """Whether a form may stand there: `margin` of its radius inside its region, clear of everything else."""
        grid = self.site.grid
        if z < NEAREST or not self._is_ground(x, z):
            return False
        if grid.at(self.site.edge, x, z) < clearance(radius) or grid.at(region, x, z) < radius * margin:
            return False
        if grid.at(self.fields.built, x, z) > -min(radius * 0.7, 0.35):
            return False
        if height > DOOR_HEIGHT and self._is_before_door(x, z):
            return False
        if not form.tree and (self._hides_the_view(z, height) or self._hides_a_place(x, z, height)):
            return False
        return all(
            (x - px) ** 2 + (z - pz) ** 2 > ((radius + other) * spacing) ** 2 for px, pz, other in self.taken
        )

    def _is_ground(self, x: float, z: float) -> bool:
        grid = self.site.grid
        row, column = int((z - grid.near) / CELL), int((x - grid.left) / CELL)
        inside = 0 <= row < grid.rows and 0 <= column < grid.columns
        return inside and bool(self.site.ground[row, column])

    def _hides_the_view(self, z: float, height: float) -> bool:
        """Whether it would stand so tall and near that it covers what lies behind it."""
        camera = self.site.camera
        return camera.focal_px * height / z > MOST_COVERED * camera.height_px

    def _hides_a_place(self, x: float, z: float, height: float) -> bool:
        """Whether it would stand before a pool or a terrace and reach up into it."""
        camera = self.site.camera
        for place in (Place.POOLSIDE, Place.TERRACE):
            if place not in self.fields.places:
                continue
            corners_x, corners_z = self.fields.places[place][0].corners()
            if z >= corners_z.min():
                continue
            columns, rows = camera.to_photo(corners_x, np.maximum(corners_z, 0.5))
            column, top = camera.to_photo(np.array(x), np.array(z), height=height)
            if columns.min() < column < columns.max() and top < rows.max():
                return True
        return False

    def _is_before_door(self, x: float, z: float) -> bool:
        return bool(np.hypot(*(find_door(self.site) - (x, z))) < DOOR_ROOM)
