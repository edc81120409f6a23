"""Numbers and shapes that several documents share."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from yarda.domain.photo import Polygon

NO_NUL = r"^[^\x00]*$"
"""What no row can hold is refused before it gets there."""
Finite = Annotated[float, Field(allow_inf_nan=False, ge=-1e6, le=1e6)]
PointIn = tuple[Finite, Finite]
PolygonIn = Annotated[list[PointIn], Field(min_length=3, max_length=200)]
PolygonsIn = Annotated[list[PolygonIn], Field(max_length=32)]
STRICT = ConfigDict(extra="forbid")


def polygons_of(value: list[list[PointIn]]) -> tuple[Polygon, ...]:
    return tuple(tuple(polygon) for polygon in value)


Heading = Annotated[float, Field(ge=0, lt=360, allow_inf_nan=False)]
Pitch = Annotated[float, Field(ge=-15, le=10, allow_inf_nan=False)]
SightView = Annotated[float, Field(ge=20, le=120, allow_inf_nan=False)]
View = dict[str, Any]

Text = Annotated[str, Field(pattern=NO_NUL)]
Name = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]*[^\s\x00-\x1f][^\x00-\x1f]*$")]
"""One line with something to see in it."""
Address = Annotated[str, Field(min_length=5, max_length=200, pattern=r"^\s*[^\s\x00][^\x00]{3,}[^\s\x00]\s*$")]
