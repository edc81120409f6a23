"""Numbers for the operator, read from rows."""

from dataclasses import dataclass, field


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
