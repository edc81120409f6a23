"""Every number that `/metrics` shows: its name and type, what it tells, and where its value comes from."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from prometheus_client import generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from yarda.domain.gate import Breaker
from yarda.pipeline.measure import Measurements

Sample = tuple[tuple[str, ...], float]
"""The labels' values, and the number."""


class Kind(StrEnum):
    GAUGE = "gauge"
    COUNTER = "counter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One metric. A counter's name ends in `_total`."""

    name: str
    says: str
    read: Callable[[Measurements], Iterable[Sample]]
    labels: tuple[str, ...] = ()
    kind: Kind = Kind.GAUGE

    def sample(self, measured: Measurements) -> Metric:
        family = GaugeMetricFamily if self.kind is Kind.GAUGE else CounterMetricFamily
        made = family(self.name, self.says, labels=self.labels)
        for labels, value in self.read(measured):
            made.add_metric(labels, value)
        return made


def render(measured: Measurements) -> bytes:
    """The page as Prometheus reads it."""
    return generate_latest(_Snapshot(measured))


class _Snapshot(Collector):
    def __init__(self, measured: Measurements) -> None:
        self._measured = measured

    def collect(self) -> Iterator[Metric]:
        for shown in METRICS:
            yield shown.sample(self._measured)


def _counts(values: dict[str, int]) -> Iterator[Sample]:
    return (((label,), count) for label, count in values.items())


def _breakers(measured: Measurements) -> Iterator[Sample]:
    for provider in measured.providers:
        for breaker in Breaker:
            yield (provider.name, provider.model, breaker.value), float(provider.breaker is breaker)


def _quartiles(values: dict[str, tuple[float, ...]]) -> Iterator[Sample]:
    for label, (lower, median, upper, *_) in values.items():
        yield from (((label, "0.25"), lower), ((label, "0.5"), median), ((label, "0.75"), upper))


METRICS = (
    Shown(
        name="yarda_areas",
        says="Areas on record, by status.",
        labels=("status",),
        read=lambda m: _counts(m.areas_by_status),
    ),
    Shown(
        name="yarda_oldest_area_seconds",
        says="Age of the oldest area that is pending, or processing; 0 where there is none.",
        labels=("status",),
        read=lambda m: (((at,), m.oldest_area_seconds.get(at, 0.0)) for at in ("pending", "processing")),
    ),
    Shown(
        name="yarda_overdue_areas",
        says="Unfinished areas older than 15 minutes.",
        read=lambda m: [((), m.overdue_areas)],
    ),
    Shown(
        name="yarda_areas_rescued_total",
        says="How often a worker took an area from one that had died or stood still.",
        kind=Kind.COUNTER,
        read=lambda m: [((), m.areas_rescued)],
    ),
    Shown(
        name="yarda_jobs",
        says="Jobs of the engine, by status.",
        labels=("status",),
        read=lambda m: _counts(m.jobs_by_status),
    ),
    Shown(
        name="yarda_oldest_job_seconds",
        says="Age of the oldest waiting job; an area that waits for its provider has a new one each time.",
        read=lambda m: [((), m.oldest_job_seconds)],
    ),
    Shown(
        name="yarda_provider_calls",
        says="Provider calls on record, by outcome; a reply found after a crash turns unknown to succeeded.",
        labels=("provider", "outcome"),
        read=lambda m: m.calls_by_outcome.items(),
    ),
    Shown(
        name="yarda_provider_recent_calls",
        says="Provider calls that ended in the last ten minutes, by outcome: what an error rate is made of.",
        labels=("provider", "outcome"),
        read=lambda m: m.recent_calls_by_outcome.items(),
    ),
    Shown(
        name="yarda_provider_breaker",
        says="1 for the state that a provider's circuit breaker is in: closed, open or half_open.",
        labels=("provider", "model", "state"),
        read=_breakers,
    ),
    Shown(
        name="yarda_provider_pace",
        says="Calls a minute that a provider's refusals taught; absent where there is no such limit.",
        labels=("provider", "model"),
        read=lambda m: [((p.name, p.model), p.pace) for p in m.providers if p.pace is not None],
    ),
    Shown(
        name="yarda_provider_wait_seconds",
        says="How long a provider is left alone yet, for a pause it asked for or an open breaker.",
        labels=("provider", "model"),
        read=lambda m: [((p.name, p.model), p.wait_seconds) for p in m.providers],
    ),
    Shown(
        name="yarda_provider_cost_usd",
        says="What all provider calls on record cost, at most.",
        labels=("provider",),
        read=lambda m: (((provider,), usd) for provider, usd in m.cost_usd_by_provider.items()),
    ),
    Shown(
        name="yarda_spend_today_usd",
        says="What the provider calls of this UTC day cost at most, calls under way included.",
        read=lambda m: [((), m.spend_today_usd)],
    ),
    Shown(
        name="yarda_spend_limit_usd",
        says="The day's budget (YARDA_DAILY_SPEND_LIMIT_USD) of the process that answers; absent without one.",
        read=lambda m: [] if m.spend_limit_usd is None else [((), m.spend_limit_usd)],
    ),
    Shown(
        name="yarda_area_seconds",
        says="Seconds from start to picture, the newest 200 areas of each provider.",
        labels=("provider", "quantile"),
        read=lambda m: _quartiles({**m.seconds_by_provider}),
    ),
    Shown(
        name="yarda_stage_seconds",
        says="Seconds an area spent in a stage, the newest 50 designs.",
        labels=("stage", "quantile"),
        read=lambda m: _quartiles({**m.seconds_by_stage}),
    ),
    Shown(
        name="yarda_invariants_violated",
        says="Violations that the workers' last audit of all rows found.",
        read=lambda m: [((), m.invariants_violated)],
    ),
    Shown(
        name="yarda_audit_timestamp_seconds",
        says="When a worker last audited the rows, which one does every minute; 0 before the first time.",
        read=lambda m: [((), m.audited_at)],
    ),
)
