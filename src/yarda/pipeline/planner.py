"""What only the built-in painter draws: plans to build from, and previews to choose by."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from yarda.domain.catalog import AreaName, StyleName
from yarda.domain.photo import KnownLength, Point, Polygon
from yarda.pipeline.provider import Guide, Rendering, RenderOrder


class PlanForm(StrEnum):
    """What someone builds from, as files."""

    SVG = "plan.svg"
    PDF = "plan.pdf"
    JSON = "plants.json"
    CSV = "plants.csv"

    @property
    def media_type(self) -> str:
        kinds = {"svg": "image/svg+xml", "pdf": "application/pdf", "json": "application/json", "csv": "text/csv"}
        return kinds[self.value.rsplit(".", 1)[-1]]


class Planner(Protocol):
    async def draw_plan(self, scene: bytes, *, form: PlanForm, attribution: str | None = None) -> bytes:
        """From a Rendering's `garden` as JSON. The same scene gives the same bytes.

        `attribution` says whose the picture is that the scene was designed into; it stands in each.
        """
        ...

    async def draw_guide(self, order: RenderOrder) -> Guide:
        """The order's area as a concept, for another provider to follow. Raises `ProviderError`."""
        ...

    async def draw_yard(self, order: RenderOrder) -> Rendering:
        """The order's area and its neighbours in one picture; `garden` is the order's own.

        Raises `ProviderError`.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewOrder:
    """One area of a clean photo, and the styles in the order they are wanted."""

    photo: bytes
    area: AreaName
    styles: tuple[StyleName, ...]
    ground: tuple[Polygon, ...]
    keep_in_front: tuple[Polygon, ...]
    horizon_y: float
    focal_length_35mm: float | None
    known_length: KnownLength | None
    house_edge: tuple[Point, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A JPEG of at most 480 pixels on its longest side."""

    style: StyleName
    image: bytes


class Previewer(Protocol):
    def draw_previews(self, order: PreviewOrder) -> AsyncGenerator[Preview, None]:
        """As they finish; previews never wait behind designs. Raises `ProviderError`."""
        ...

    def warm_up(self) -> None:
        """Get ready for previews that somebody will want soon. Returns at once."""
        ...
