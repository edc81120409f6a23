"""A photo of a yard and what is known of its geometry, in photo pixels."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType
from uuid import UUID

from yarda.domain.credit import AccountId
from yarda.errors import InvalidRequest

PhotoId = NewType("PhotoId", UUID)
ImageId = NewType("ImageId", UUID)

Point = tuple[float, float]
Polygon = tuple[Point, ...]

MAX_POLYGONS = 32
MAX_POINTS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The ground that may be redesigned; `confidence` 0–1, 1 when a person set it."""

    polygons: tuple[Polygon, ...]
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """The row where level ground meets the sky; `confidence` 0–1, 1 when a person set it."""

    y: float
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLength:
    """Two points whose true distance is known; a door is 2.03 m."""

    start: Point
    end: Point
    metres: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A clean picture of a yard, owned by one account."""

    id: PhotoId
    account: AccountId
    image: ImageId
    object_key: str
    width: int
    height: int
    media_type: str
    sha256: str
    created_at: datetime
    captured_at: datetime | None = None
    focal_length_35mm: float | None = None
    position: tuple[float, float] | None = None
    ground: Ground
    keep_in_front: tuple[Polygon, ...] = ()
    horizon: Horizon
    known_length: KnownLength | None = None
    house_edge: tuple[Point, ...] | None = None


def image_url(image: ImageId | None, *, size: str | None = None) -> str | None:
    """Where a picture is served; None where there is none."""
    if image is None:
        return None
    return f"/images/{image}" + (f"?size={size}" if size else "")


def check_polygons(polygons: tuple[Polygon, ...], *, width: int, height: int, field: str) -> None:
    """Raise `InvalidRequest` unless these are usable polygons inside a picture of that size."""
    if not 1 <= len(polygons) <= MAX_POLYGONS:
        raise InvalidRequest(f"{field}: give 1 to {MAX_POLYGONS} polygons", field=field)
    for polygon in polygons:
        if not 3 <= len(polygon) <= MAX_POINTS:
            raise InvalidRequest(f"{field}: a polygon has 3 to {MAX_POINTS} points", field=field)
        for x, y in polygon:
            if not (0 <= x <= width and 0 <= y <= height):
                raise InvalidRequest(
                    f"{field}: the point ({x:g}, {y:g}) lies outside the photo of {width} × {height} pixels",
                    field=field,
                )


def check_horizon(y: float, *, height: int) -> None:
    """Raise `InvalidRequest` unless the row can be an eye level of a photo of that height."""
    if not -height <= y <= 2 * height:
        raise InvalidRequest(f"horizon: y must lie between {-height} and {2 * height}", field="horizon")
