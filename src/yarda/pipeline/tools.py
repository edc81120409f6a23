"""What every use case is handed: the ports, wired once at start."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from yarda.domain.account import Plan
from yarda.domain.credit import Prices
from yarda.domain.gate import Limits
from yarda.domain.request import AUTO
from yarda.errors import UnknownProvider
from yarda.pipeline.objects import Objects
from yarda.pipeline.picture_ports import GeometryProposer, HouseKeeper, PictureGate
from yarda.pipeline.places import Lookup
from yarda.pipeline.planner import Planner, Previewer
from yarda.pipeline.ports import Changes, Clock, OpenWork
from yarda.pipeline.progress import Expectation, expect
from yarda.pipeline.provider import ImageProvider, Spool

MEASURE_EVERY = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Providers:
    """The configured providers in the operator's order, with their prices in credits."""

    in_order: dict[str, ImageProvider]
    prices: Prices
    limits: Mapping[str, Limits] = field(default_factory=dict)

    def candidates(self, wanted: str) -> tuple[str, ...]:
        """Who may serve: all in order for "auto", else the named one. Raises `UnknownProvider`."""
        if wanted == AUTO:
            return tuple(self.in_order)
        if wanted not in self.in_order:
            allowed = ", ".join([AUTO, *self.in_order])
            raise UnknownProvider(f"provider: choose one of {allowed}, not {wanted!r}", field="provider")
        return (wanted,)

    def guesses(self) -> dict[str, float]:
        return {name: provider.usual_seconds for name, provider in self.in_order.items()}


@dataclass(slots=True, kw_only=True)
class Estimates:
    """How long areas take here, read from the rows now and then."""

    open_work: OpenWork
    guesses: dict[str, float]
    _known: Expectation | None = None
    _read_at: float = field(default=-MEASURE_EVERY)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def get(self) -> Expectation:
        async with self._lock:
            if self._known is None or time.monotonic() - self._read_at > MEASURE_EVERY:
                async with self.open_work() as work:
                    self._known = expect(await work.generations.measured_times(), self.guesses)
                self._read_at = time.monotonic()
            return self._known


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    open_work: OpenWork
    changes: Changes
    objects: Objects
    spool: Spool
    gate: PictureGate
    house: HouseKeeper
    proposer: GeometryProposer
    planner: Planner
    previewer: Previewer
    providers: Providers
    lookup: Lookup
    estimates: Estimates
    clock: Clock
    owner_grants: bool
    """Local mode without a trial limit: what the owner needs is granted, and booked."""
    keep_house: bool = True
    daily_spend_usd: Decimal | None = None
    daily_areas: int | None = None
    daily_credits: int | None = None
    """What one account may have on a UTC day."""
    more_credits: str = "ask whoever runs this installation for more credits"
    """The way forward for who has too few."""
    retention: Mapping[Plan, timedelta] = field(default_factory=dict)
    """How long designs and photos are kept, by the plan of their account; for ever where it has no entry."""
    longest_call: timedelta = timedelta(minutes=5)
    """A call that is open for longer was left behind by a worker that died; it takes no provider's place."""
    give_up_after: timedelta = timedelta(hours=1)
    """An Area that Yarda's own parts keep from a verdict for that long fails."""
