"""What the operator asks of all rows: numbers, and whether every invariant holds."""

from dataclasses import dataclass, field
from typing import Protocol

from yarda.pipeline.ports import Objects


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurements:
    """What `/metrics` shows. Seconds and counts; empty where nothing is."""

    areas_by_status: dict[str, int] = field(default_factory=dict)
    jobs_by_status: dict[str, int] = field(default_factory=dict)
    oldest_job_seconds: float = 0.0
    overdue_areas: int = 0
    calls_by_outcome: dict[tuple[str, str], int] = field(default_factory=dict)
    cost_usd_by_provider: dict[str, float] = field(default_factory=dict)
    seconds_by_provider: dict[str, tuple[float, float, float, int]] = field(default_factory=dict)
    seconds_by_stage: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    """Quartiles over the newest generations."""


class Inspector(Protocol):
    """Reads over everything, for the operator."""

    async def check(self) -> None:
        """Raises `ServiceUnavailableError` or `SetupError` unless the database is there and at this version."""
        ...

    async def measure(self) -> Measurements: ...

    async def audit(self, objects: Objects) -> list[str]: ...

    async def audit_alone(self) -> list[str]:
        """The audit of rows only; nothing while another process is at it."""
        ...
