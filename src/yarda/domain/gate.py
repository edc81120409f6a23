"""When a provider may be called: its limits, what its refusals taught, its circuit breaker; one for all workers.

Every transition returns a new value. Times are the database's.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from yarda.errors import OutcomeUnknown, ProviderBusy, ProviderError, ProviderMisconfigured

MINUTE = timedelta(minutes=1)
FAILURES_TO_TRIP = 5
TRIPPED_SECONDS = (30.0, 300.0)
"""How long an open breaker keeps calls away: at first, and at most after it doubled with each failed probe."""
PROBE_SECONDS = 1860.0
"""A probe is over, heard of or not, when no call can take so long; this is the longest that can be set up."""
SLOWER, MUCH_SLOWER = 0.85, 0.5
"""What a refusal does to the pace: the second where nothing was delivered since the last one."""
FINDING, SETTLED = 1.12, 1.02
"""What each success does to it: quick until it was too quick once, then slow."""
SHORTEST_SECONDS = 2.0
"""The shortest time over which a pace is measured."""
SLOWEST, UNLIMITED = 1.0, 6000.0
"""Calls a minute: the slowest pace, and the one from which there is no pace any more."""
BACK_OFF_SECONDS = (1.0, 60.0)
FARTHEST = timedelta(seconds=60)
"""How far ahead waiting areas are given their turns."""


class Breaker(StrEnum):
    """Whether calls are kept away: no, yes, or all but one that tries whether the provider is back."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the operator allows: calls in any 60 seconds, and calls at a time; None is no limit."""

    per_minute: int | None = None
    parallel: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """A provider's calls of the last minute: how many reached it, when the first and the last began, how many
    delivered; and how many are under way."""

    calls: int = 0
    first: datetime | None = None
    last: datetime | None = None
    delivered: int = 0
    open: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What is known of a provider with its model. `pace` is in calls a minute, learned from refusals."""

    key: str
    provider: str
    paused_until: datetime | None = None
    next_turn: datetime | None = None
    pace: float | None = None
    slowed_at: datetime | None = None
    settled: bool = False
    refusals: int = 0
    failures: int = 0
    trips: int = 0
    tripped_until: datetime | None = None
    probe_until: datetime | None = None
    served_at: datetime | None = None
    reason: str | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether the breaker keeps calls away."""
        return self.tripped_until is not None and now < self.tripped_until

    def breaker(self, now: datetime) -> Breaker:
        if self.tripped_until is None:
            return Breaker.CLOSED
        return Breaker.OPEN if self.is_open(now) else Breaker.HALF_OPEN

    def away_until(self, now: datetime) -> datetime | None:
        """Until when everybody stays away, by the breaker or by a refusal; None when nobody has to."""
        later = [moment for moment in (self.tripped_until, self.paused_until) if moment and moment > now]
        return max(later, default=None)

    def wait(self, limits: Limits, traffic: Traffic, *, now: datetime) -> timedelta | None:
        """How long the next call has to wait; None when it may be made at once."""
        until = [moment for moment in (self.tripped_until, self.paused_until) if moment]
        if self.tripped_until is not None and self.probe_until is not None:
            until.append(self.probe_until)
        if limits.parallel is not None and traffic.open >= limits.parallel:
            until.append(now + timedelta(seconds=1))
        if limits.per_minute is not None and traffic.first and traffic.calls >= limits.per_minute:
            until.append(traffic.first + MINUTE)
        if self.pace is not None and traffic.last:
            until.append(traffic.last + MINUTE / self.pace)
        longest = max(until, default=now) - now
        return longest if longest > timedelta(0) else None

    def passed(self, *, now: datetime, longest_call: timedelta) -> Self:
        """A call is made; with a breaker that was open it is the probe, and alone as long as it may take."""
        if self.tripped_until is None:
            return self
        return replace(self, probe_until=now + min(longest_call, timedelta(seconds=PROBE_SECONDS)))

    def queued(self, wait: timedelta, limits: Limits, *, now: datetime) -> tuple[Self, timedelta]:
        """Give whoever waits a turn of its own, so that not all come back at once. Returns its wait too."""
        pace = min(self.pace or UNLIMITED, limits.per_minute or UNLIMITED)
        turn = max(now + wait, self.next_turn or now)
        if turn > now + wait + FARTHEST:
            turn = now + wait
        return replace(self, next_turn=turn + MINUTE / pace), turn - now

    def delivered(self, *, now: datetime) -> Self:
        """A picture came: the breaker closes, and the pace quickens."""
        pace = None if self.pace is None else self.pace * (SETTLED if self.settled else FINDING)
        return replace(
            self,
            pace=None if pace is None or pace >= UNLIMITED else pace,
            served_at=now,
            refusals=0,
            failures=0,
            trips=0,
            tripped_until=None,
            probe_until=None,
            reason=None,
        )

    def after(self, error: ProviderError, traffic: Traffic, *, started: datetime, now: datetime) -> Self:
        """What a call that failed teaches. Refused pictures and prompts say nothing about the provider."""
        if isinstance(error, ProviderBusy):
            return self._refused(error.retry_after, traffic, started=started, now=now)
        if not isinstance(error, OutcomeUnknown | ProviderMisconfigured):
            return replace(self, probe_until=None, tripped_until=None, failures=0)
        failures = self.failures + 1
        changed = replace(self, failures=failures, probe_until=None, reason=error.reason[:300])
        was_probe = self.tripped_until is not None
        if failures < FAILURES_TO_TRIP and not was_probe and not isinstance(error, ProviderMisconfigured):
            return changed
        shortest, longest = TRIPPED_SECONDS
        seconds = min(shortest * 2**self.trips, longest)
        return replace(changed, trips=self.trips + 1, tripped_until=now + timedelta(seconds=seconds))

    def _refused(self, hint: float | None, traffic: Traffic, *, started: datetime, now: datetime) -> Self:
        """Everybody pauses. Calls that were under way when the pace was slowed do not slow it again."""
        refusals = self.refusals + 1
        pace = self.pace
        if self.slowed_at is None or started > self.slowed_at:
            pace = max(self._slower(traffic, now=now), SLOWEST)
        shortest, longest = BACK_OFF_SECONDS
        back_off = max(shortest, 60 / pace if pace else 0.0) * 2 ** min(refusals - 1, 6)
        pause = timedelta(seconds=min(back_off, longest) if hint is None else hint)
        slowed = pace != self.pace
        return replace(
            self,
            pace=pace,
            refusals=refusals if slowed or hint is not None else self.refusals,
            slowed_at=now if slowed else self.slowed_at,
            settled=self.settled or (slowed and self.pace is not None),
            paused_until=max(self.paused_until or now, now + pause),
            probe_until=None,
        )

    def _slower(self, traffic: Traffic, *, now: datetime) -> float:
        """At first what went through of late; then a little less, or much less where nothing goes through."""
        if self.pace is None:
            seconds = max((now - (traffic.first or now)).total_seconds(), SHORTEST_SECONDS)
            return 60 * max(traffic.delivered, 1) / seconds
        has_served = self.served_at is not None and (self.slowed_at is None or self.served_at > self.slowed_at)
        return self.pace * (SLOWER if has_served else MUCH_SLOWER)
