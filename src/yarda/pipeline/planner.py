"""The port that draws what someone builds from."""

from enum import StrEnum
from typing import Protocol


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
    async def draw_plan(self, scene: bytes, *, form: PlanForm) -> bytes:
        """From a Rendering's `garden` as JSON. The same scene gives the same bytes."""
        ...
