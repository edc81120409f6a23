"""What the operator asks of all rows: numbers, and whether every invariant holds."""

from dataclasses import dataclass, field
from typing import Protocol

from yarda.domain.gate import Breaker


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderState:
    """A configured provider as all workers see it. `pace` is in calls a minute; None where it has none."""

    name: str
    model: str
    breaker: Breaker = Breaker.CLOSED
    pace: float | None = None
    wait_seconds: float = 0.0
    """Until a call may be made, as far as pauses and the breaker go."""
    reason: str | None = None
    """Why the breaker is not closed, for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurements:
    """What `/metrics` shows. Seconds and counts; empty where nothing is."""

    areas_by_status: dict[str, int] = field(default_factory=dict)
    oldest_area_seconds: dict[str, float] = field(default_factory=dict)
    """Since an unfinished area was accepted, or was asked to run again, by status."""
    areas_rescued: int = 0
    jobs_by_status: dict[str, int] = field(default_factory=dict)
    oldest_job_seconds: float = 0.0
    overdue_areas: int = 0
    calls_by_outcome: dict[tuple[str, str], int] = field(default_factory=dict)
    recent_calls_by_outcome: dict[tuple[str, str], int] = field(default_factory=dict)
    cost_usd_by_provider: dict[str, float] = field(default_factory=dict)
    spend_today_usd: float = 0.0
    spend_limit_usd: float | None = None
    providers: tuple[ProviderState, ...] = ()
    seconds_by_provider: dict[str, tuple[float, float, float, int]] = field(default_factory=dict)
    seconds_by_stage: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    """Quartiles over the newest generations."""
    invariants_violated: int = 0
    audited_at: float = 0.0
    """Seconds since the epoch of the workers' last audit; 0 before the first."""


class Inspector(Protocol):
    """Reads over everything, for the operator."""

    async def check(self) -> None:
        """Raises `ServiceUnavailableError` or `SetupError` unless the database is there and at this version."""
        ...

    async def measure(self) -> Measurements:
        """What rows tell; not what the settings and the providers' gates do."""
        ...

    async def list_objects(self) -> dict[str, str]:
        """The key of every object that a row needs, and the id of what needs it."""
        ...

    async def audit_rows(self) -> list[str]: ...
    async def audit_alone(self) -> list[str]:
        """The audit of rows, with its result kept; nothing while another process is at it."""
        ...
