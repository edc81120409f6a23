"""Asks a provider's gate for a call, and tells it what became of one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from yarda.domain.attempt import Attempt, Outcome
from yarda.domain.gate import Gate, Limits, Traffic
from yarda.errors import ProviderBusy, ProviderError, ProviderTripped
from yarda.pipeline.measure import ProviderState
from yarda.pipeline.ports import UnitOfWork
from yarda.pipeline.provider import ImageProvider
from yarda.pipeline.tools import Tools

UNLIMITED = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a call may not be made now. The gate that says so is saved when the transaction commits."""

    error: ProviderBusy


def has_gate(provider: ImageProvider, *, tools: Tools) -> bool:
    """What costs nothing and has no limits is not asked about."""
    return provider.price_cap_usd > 0 or tools.providers.limits.get(provider.name, UNLIMITED) != UNLIMITED


async def ask(provider: ImageProvider, *, work: UnitOfWork, tools: Tools) -> Refusal | None:
    """Take a place for one call, in the caller's transaction; None means that it may be made."""
    if not has_gate(provider, tools=tools):
        return None
    gate, now = await work.gates.lock(gate_key(provider), provider=provider.name)
    traffic = await work.gates.measure(provider.name, now=now, longest_call=tools.longest_call)
    limits = tools.providers.limits.get(provider.name, UNLIMITED)
    wait = gate.wait(limits, traffic, now=now)
    if wait is None:
        passed = gate.passed(now=now, longest_call=tools.longest_call)
        if passed != gate:
            await work.gates.save(passed)
        return None
    gate, wait = gate.queued(wait, limits, now=now)
    await work.gates.save(gate)
    return Refusal(error=_error(gate, wait, now=now))


async def learn(
    attempt: Attempt, provider: ImageProvider, error: ProviderError | None, *, work: UnitOfWork, tools: Tools
) -> None:
    """Tell the gate how a call ended. A call that was merely stopped teaches nothing."""
    if not has_gate(provider, tools=tools):
        return
    gate, now = await work.gates.lock(gate_key(provider), provider=provider.name)
    if error is not None:
        traffic = await work.gates.measure(provider.name, now=now, longest_call=tools.longest_call)
        await work.gates.save(gate.after(error, traffic, started=attempt.started_at, now=now))
    elif attempt.outcome is Outcome.SUCCEEDED:
        await work.gates.save(gate.delivered(now=now))


async def last_served(provider: ImageProvider, *, work: UnitOfWork, tools: Tools) -> datetime | None:
    """When the provider last delivered a picture to anybody."""
    if not has_gate(provider, tools=tools):
        return None
    gate, _ = await work.gates.lock(gate_key(provider), provider=provider.name)
    return gate.served_at


async def list_states(*, tools: Tools) -> tuple[ProviderState, ...]:
    """How each configured provider stands, in the operator's order."""
    async with tools.open_work() as work:
        gates = {gate.key: (gate, now) for gate, now in await work.gates.list_all()}
    return tuple(
        _state(provider, *gates.get(gate_key(provider), (None, None)))
        for provider in tools.providers.in_order.values()
    )


def _state(provider: ImageProvider, gate: Gate | None, now: datetime | None) -> ProviderState:
    if gate is None or now is None:
        return ProviderState(name=provider.name, model=provider.model)
    wait = gate.wait(UNLIMITED, Traffic(), now=now) or timedelta(0)
    return ProviderState(
        name=provider.name,
        model=provider.model,
        breaker=gate.breaker(now),
        pace=gate.pace,
        wait_seconds=wait.total_seconds(),
        reason=gate.reason,
    )


def gate_key(provider: ImageProvider) -> str:
    """Each model of a provider has a gate of its own."""
    return f"{provider.name} {provider.model}"


def _error(gate: Gate, wait: timedelta, *, now: datetime) -> ProviderBusy:
    seconds = wait.total_seconds()
    if gate.is_open(now):
        return ProviderTripped(gate.provider, f"left alone after failures: {gate.reason}", retry_after=seconds)
    return ProviderBusy(gate.provider, "waiting for a turn", retry_after=seconds)
