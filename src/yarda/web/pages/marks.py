"""What is marked on a photo, as the form's fields write it: points "12, 34; 56, 78", one shape a line."""

from yarda.domain.photo import KnownLength, Photo, Point, Polygon
from yarda.errors import InvalidRequest

DOOR_METRES = 2.03


def write_points(points: tuple[Point, ...]) -> str:
    return "; ".join(f"{x:g}, {y:g}" for x, y in points)


def write_shapes(shapes: tuple[Polygon, ...]) -> str:
    return "\n".join(write_points(points) for points in shapes)


def write_length(photo: Photo) -> str:
    known = photo.known_length
    return write_points((known.start, known.end)) if known else ""


def write_metres(photo: Photo) -> str:
    return f"{photo.known_length.metres if photo.known_length else DOOR_METRES:g}"


def read_points(text: str, *, field: str) -> tuple[Point, ...]:
    """Raises `InvalidRequest`."""
    pairs = [pair.replace(",", " ").split() for pair in text.split(";") if pair.strip()]
    try:
        return tuple((float(x), float(y)) for x, y in pairs)
    except ValueError:
        raise InvalidRequest(f"{field}: write points as 12, 34; 56, 78", field=field) from None


def read_shapes(text: str) -> tuple[Polygon, ...]:
    """Raises `InvalidRequest`."""
    return tuple(read_points(line, field="keep_in_front") for line in text.splitlines() if line.strip())


def read_length(text: str, metres: str) -> KnownLength | None:
    """Raises `InvalidRequest`."""
    points = read_points(text, field="known_length")
    if not points:
        return None
    if len(points) != 2:
        raise InvalidRequest("known_length: give its two ends", field="known_length")
    try:
        return KnownLength(start=points[0], end=points[1], metres=float(metres))
    except ValueError:
        raise InvalidRequest("known_length: say how many metres it is", field="known_length") from None
