"""What is seen of each zone from above: later zones cover earlier ones, and the ground's outline ends them all."""

from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from yarda.garden.model import Garden, Zone
from yarda.garden.shapes import Polygon

SLIVER_M2 = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """The visible part of a zone, in metres."""

    zone: Zone
    shape: BaseGeometry

    @property
    def area(self) -> float:
        """Square metres."""
        return float(self.shape.area)

    def edge_length(self, outline: BaseGeometry) -> float:
        """Metres of border that another zone shares; the ground's own border needs no edging."""
        return float(self.shape.boundary.difference(outline.boundary.buffer(0.06)).length)


def find_regions(garden: Garden) -> tuple[Region, ...]:
    """In painting order, without what is covered altogether."""
    left = ground_of(garden)
    found = []
    for zone in reversed(garden.zones):
        shape = _polygons(_filled(zone.rings).intersection(left))
        left = left.difference(shape)
        if shape.area > SLIVER_M2:
            found.append(Region(zone=zone, shape=shape))
    return tuple(reversed(found))


def ground_of(garden: Garden) -> BaseGeometry:
    """The ground's outline as a shape."""
    return _polygons(_filled(garden.outline))


def rings_of(shape: BaseGeometry) -> list[Polygon]:
    """Outer and inner rings of every polygon in it, for filling by the even-odd rule."""
    return [
        tuple((x, z) for x, z in ring.coords[:-1])
        for part in shapely.get_parts(shape)
        for ring in (part.exterior, *part.interiors)
    ]


def _polygons(shape: BaseGeometry) -> BaseGeometry:
    """Without the lines and points where shapes only touch."""
    return shapely.MultiPolygon([part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"])


def _filled(rings: tuple[Polygon, ...]) -> BaseGeometry:
    """By the even-odd rule."""
    shape: BaseGeometry = shapely.Polygon()
    for ring in rings:
        if len(ring) >= 3:
            shape = shape.symmetric_difference(shapely.make_valid(shapely.Polygon(ring)))
    return shape
