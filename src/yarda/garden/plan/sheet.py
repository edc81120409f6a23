"""A sheet of paper and the marks on it, in millimetres from its upper left corner."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from yarda.garden.shapes import Polygon


class Anchor(StrEnum):
    """Which part of a text its point is."""

    START = "start"
    MIDDLE = "middle"
    END = "end"


class Face(StrEnum):
    REGULAR = "regular"
    BOLD = "bold"
    ITALIC = "italic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """Rings filled by the even-odd rule. Colours are #rrggbb, or empty for none."""

    rings: tuple[Polygon, ...]
    fill: str = ""
    stroke: str = ""
    width: float = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Disc:
    x: float
    y: float
    radius: float
    fill: str = ""
    stroke: str = ""
    width: float = 0.15
    opacity: float = 1.0
    dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    points: Polygon
    stroke: str
    width: float = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """`size` is the letters' height in millimetres; `turned` reads from below upwards."""

    x: float
    y: float
    words: str
    size: float
    anchor: Anchor = Anchor.START
    face: Face = Face.REGULAR
    colour: str = "#1b2420"
    turned: bool = False


Mark: TypeAlias = Outline | Disc | Line | Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Marks in drawing order."""

    width: float
    height: float
    title: str
    marks: tuple[Mark, ...]
