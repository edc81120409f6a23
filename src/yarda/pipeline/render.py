"""Calls providers in their order; one Attempt per call, committed before it and closed after it."""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import structlog

from yarda.domain.attempt import Attempt, AttemptId, NextStep, Outcome, firm_calls, may_call, next_step
from yarda.domain.generation import AreaId, Stage
from yarda.domain.place import SourceKind
from yarda.errors import (
    NeedsPhoto,
    OutcomeUnknown,
    ProviderBusy,
    ProviderBusyTooLong,
    ProviderError,
    ProviderTripped,
    Remedy,
    SpendLimitReached,
)
from yarda.pipeline.admission import ask, last_served, learn
from yarda.pipeline.check import CheckedDesign, check_rendering
from yarda.pipeline.claim import Claim
from yarda.pipeline.ports import UnitOfWork
from yarda.pipeline.progress import estimated_progress
from yarda.pipeline.provider import ImageProvider, Rendering, RenderOrder
from yarda.pipeline.tools import Tools

TICK_SECONDS = 2.0
PATIENCE = timedelta(minutes=10)
"""How long an Area waits for a provider that serves nobody before the next one is asked."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A checked design, who drew it and for how many credits, and the attempt whose reply may be forgotten then.

    `garden` is the scene it shows: the painter's own, or the one that a provider was given to follow.
    """

    design: CheckedDesign
    garden: dict[str, Any] | None
    provider: str
    credits: int
    attempt: AttemptId


async def draw(order: RenderOrder, claim: Claim, *, tools: Tools) -> Drawn:
    """Get a design from the first provider that delivers one, within the run's budget of calls.

    A reply that an earlier worker of this run received is used instead of paying again.
    Raises the last `ProviderError` when none delivered; `ProviderBusy` means: try again later.
    """
    made = await _attempts(claim, tools=tools)
    found = await _recover(made, order, claim, tools=tools)
    if found is not None:
        return found
    if made:
        made = await _attempts(claim, tools=tools)
    last: ProviderError | None = None
    names = tools.providers.candidates(claim.area.wanted_provider)
    for name in names:
        provider = tools.providers.in_order[name]
        if order.source is SourceKind.SATELLITE and not provider.draws_new_views:
            last = last or NeedsPhoto(name, "it draws into photos, and there is a satellite's picture only")
            continue
        try:
            return await _ask(provider, made, order, claim, tools=tools)
        except ProviderTripped as error:
            last = error
            if name == names[-1] and await _may_wait(provider, claim, tools=tools):
                raise
        except ProviderBusy as error:
            last = error
            if await _may_wait(provider, claim, tools=tools):
                raise
        except ProviderError as error:
            last = error
            if error.remedy is Remedy.GIVE_UP:
                raise
        made = await _attempts(claim, tools=tools)
    raise _final(last)


async def _ask(
    provider: ImageProvider, made: tuple[Attempt, ...], order: RenderOrder, claim: Claim, *, tools: Tools
) -> Drawn:
    """Call one provider until it delivers or its errors say that somebody else should be asked."""
    paid = provider.price_cap_usd > 0
    if not may_call(made, provider=provider.name, paid=paid):
        raise OutcomeUnknown(provider.name, "the run's budget of calls is used up")
    while True:
        insists = order.firm_prompt and firm_calls(made, provider=provider.name)
        sent = replace(order, prompt=order.firm_prompt) if insists else order
        try:
            return await _call(provider, sent, claim, tools=tools)
        except ProviderBusy:
            raise
        except ProviderError as error:
            made = await _attempts(claim, tools=tools)
            if next_step(error, made, paid=paid) not in (NextStep.CALL_AGAIN, NextStep.CALL_FIRMLY):
                raise


async def _may_wait(provider: ImageProvider, claim: Claim, *, tools: Tools) -> bool:
    """A busy provider is waited for while it serves anybody, and for ten minutes when it does not."""
    async with tools.open_work() as work:
        served = await last_served(provider, work=work, tools=tools)
    since = max(claim.area.queued_at, served or claim.area.queued_at)
    return tools.clock() - since < PATIENCE


def _final(last: ProviderError | None) -> ProviderError:
    """What the Area fails with when nobody is left to ask; an error to wait on would be waited on for ever."""
    if last is None:
        return OutcomeUnknown("none", "no provider is configured")
    if isinstance(last, ProviderBusy):
        return ProviderBusyTooLong(last.provider, last.reason)
    return last


async def _call(provider: ImageProvider, order: RenderOrder, claim: Claim, *, tools: Tools) -> Drawn:
    attempt = await open_attempt(provider, order, claim, tools=tools)
    ticker = asyncio.create_task(_tick(claim, tools=tools))
    try:
        async with tools.spool.open_sink(attempt.id, provider=provider.name) as sink:
            rendering = await provider.render(order, sink)
    except ProviderError as error:
        await _close(attempt.failed(error, at=tools.clock()), claim, error=error, tools=tools)
        raise
    except BaseException as error:  # cancelled, or a fault of the adapter: nobody knows what became of the call
        lost = attempt.lost(at=tools.clock(), reason=f"stopped during the call by {type(error).__name__}")
        await asyncio.shield(_close(lost, claim, tools=tools))
        raise
    finally:
        ticker.cancel()
        await asyncio.gather(ticker, return_exceptions=True)
    return await _accept(attempt, rendering, order, claim, tools=tools)


async def _accept(
    attempt: Attempt, rendering: Rendering, order: RenderOrder, claim: Claim, *, tools: Tools
) -> Drawn:
    """Close the attempt by what its reply turns out to be."""
    received = attempt.succeeded(
        reference=rendering.provider_reference, cost_usd=rendering.cost_usd, at=tools.clock()
    )
    try:
        await claim.advance(Stage.CHECKING)
        design = await check_rendering(rendering, order, provider=attempt.provider, tools=tools)
    except ProviderError as error:
        await _close(received.failed(error, at=tools.clock()), claim, error=error, tools=tools)
        await tools.spool.discard(attempt.id)
        raise
    except BaseException:  # the call was made and answered, whatever became of the area
        await asyncio.shield(_close(received, claim, tools=tools))
        raise
    await _close(received, claim, tools=tools)
    provider = tools.providers.in_order[attempt.provider]
    followed = order.guide.garden if order.guide and provider.follows_guides else None
    price = tools.providers.prices[attempt.provider] if attempt.credits is None else attempt.credits
    return Drawn(
        design=design,
        garden=rendering.garden or followed,
        provider=attempt.provider,
        credits=price,
        attempt=attempt.id,
    )


async def _recover(made: tuple[Attempt, ...], order: RenderOrder, claim: Claim, *, tools: Tools) -> Drawn | None:
    """Look at what earlier workers of this run left: use a whole reply, close a call that was cut short."""
    for attempt in reversed(made):
        if attempt.outcome not in (Outcome.OPEN, Outcome.SUCCEEDED, Outcome.UNKNOWN):
            continue
        reply = await tools.spool.find(attempt.id)
        provider = tools.providers.in_order.get(attempt.provider)
        if reply is not None and provider is not None:
            try:
                rendering = await provider.read_reply(order, reply)
                log.info("reply_recovered", call=str(attempt.id), **claim.names)
                return await _accept(attempt, rendering, order, claim, tools=tools)
            except ProviderError as error:
                await _close(attempt.failed(error, at=tools.clock()), claim, error=error, tools=tools)
        elif attempt.outcome is Outcome.OPEN:
            lost = attempt.lost(at=tools.clock(), reason="its worker died during the call")
            await _close(lost, claim, tools=tools)
    return None


async def open_attempt(provider: ImageProvider, order: RenderOrder, claim: Claim, *, tools: Tools) -> Attempt:
    """Commit the record of a call that is about to be made. Raises `ProviderBusy` where it may not be made now."""
    attempt = new_attempt(provider, order, run=claim.area.run, tools=tools)
    async with claim.change() as change:
        await check_budget(attempt, work=change.work, limit=tools.daily_spend_usd)
        refusal = await ask(provider, work=change.work, tools=tools)
        if refusal is None:
            await change.work.attempts.add(attempt, generation=change.generation)
            area = change.area.attempting(provider.name, claim=claim.number)
            change.area = area.advanced(Stage.RENDERING, claim=claim.number)
    if refusal is not None:
        raise refusal.error
    log.info("area_stage", stage=Stage.RENDERING.value, provider=provider.name, **claim.names)
    return attempt


def new_attempt(provider: ImageProvider, order: RenderOrder, *, run: int, tools: Tools) -> Attempt:
    return Attempt(
        id=AttemptId(uuid4()),
        area=order.area,
        run=run,
        provider=provider.name,
        model=provider.model,
        paid=provider.price_cap_usd > 0,
        request_sha256=request_hash(order, provider=provider.name, model=provider.model),
        prompt=order.prompt,
        prompt_version=order.prompt_version,
        started_at=tools.clock(),
        price_cap_usd=provider.price_cap_usd,
        credits=tools.providers.prices.get(provider.name, 0),
    )


async def check_budget(attempt: Attempt, *, work: UnitOfWork, limit: Decimal | None) -> None:
    """Raises `SpendLimitReached` unless the day's budget has room for the call at its highest price."""
    if limit is None or not attempt.paid:
        return
    spent = await work.attempts.spent_today_usd()
    if spent + attempt.price_cap_usd > limit:
        raise SpendLimitReached(attempt.provider, f"{spent} of {limit} USD are spent today")


async def _close(attempt: Attempt, claim: Claim, *, tools: Tools, error: ProviderError | None = None) -> None:
    provider = tools.providers.in_order.get(attempt.provider)
    await close_attempt(attempt, provider, error=error, names=claim.names, tools=tools)


async def close_attempt(
    attempt: Attempt,
    provider: ImageProvider | None,
    *,
    error: ProviderError | None,
    names: Mapping[str, str | int],
    tools: Tools,
) -> None:
    """Put on record what became of a call, and tell the provider's gate; `names` says whose call it was."""
    async with tools.open_work() as work:
        if provider is not None:
            await learn(attempt, provider, error, work=work, tools=tools)
        await work.attempts.close(attempt)
    assert attempt.finished_at is not None
    log.info(
        "provider_call",
        provider=attempt.provider,
        outcome=attempt.outcome.value,
        call=str(attempt.id),
        reason=attempt.reason,
        seconds=round((attempt.finished_at - attempt.started_at).total_seconds(), 2),
        cost_usd=str(attempt.cost_usd),
        **names,
    )


async def _attempts(claim: Claim, *, tools: Tools) -> tuple[Attempt, ...]:
    async with tools.open_work() as work:
        return tuple(await work.attempts.list_for_run(AreaId(claim.area.id), run=claim.area.run))


async def _tick(claim: Claim, *, tools: Tools) -> None:
    """Let the progress follow the provider's usual time while a call is under way."""
    expectation = await tools.estimates.get()
    loop = asyncio.get_running_loop()
    started = loop.time()
    while True:
        await asyncio.sleep(TICK_SECONDS)
        progress = estimated_progress(claim.area, expectation, elapsed=loop.time() - started)
        await claim.advance(Stage.RENDERING, progress=progress)


def request_hash(order: RenderOrder, *, provider: str, model: str) -> str:
    """Names what was sent, so that a bill can be compared with the rows."""
    digest = hashlib.sha256(order.photo)
    digest.update(f"{provider}\n{model}\n{order.seed}\n{order.ground}\n{order.prompt}".encode())
    return digest.hexdigest()
