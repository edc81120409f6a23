"""Calls providers in their order; one Attempt per call, committed before it and closed after it."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import structlog

from yarda.domain.attempt import Attempt, AttemptId, NextStep, Outcome, may_call, next_step
from yarda.domain.generation import AreaId, Stage
from yarda.errors import ProviderBusy, ProviderError, SpendLimitReached
from yarda.pipeline.check import CheckedDesign, check_rendering
from yarda.pipeline.claim import Claim
from yarda.pipeline.ports import UnitOfWork
from yarda.pipeline.progress import estimated_progress
from yarda.pipeline.provider import ImageProvider, Rendering, RenderOrder
from yarda.pipeline.tools import Tools

TICK_SECONDS = 2.0
PATIENCE = timedelta(minutes=10)
"""How long an Area waits for a busy provider before the next one is asked."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A checked design, who drew it, and the attempt whose reply may be forgotten once it is stored."""

    design: CheckedDesign
    rendering: Rendering
    provider: str
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
    for name in tools.providers.candidates(claim.area.wanted_provider):
        provider = tools.providers.in_order[name]
        paid = provider.price_cap_usd > 0
        while may_call(made, provider=name, paid=paid):
            try:
                return await _call(provider, order, claim, tools=tools)
            except ProviderBusy as error:
                if tools.clock() - claim.area.queued_at < PATIENCE:
                    raise
                last = error
                made = await _attempts(claim, tools=tools)
                break
            except ProviderError as error:
                last = error
                made = await _attempts(claim, tools=tools)
                step = next_step(error, made, paid=paid)
                if step is NextStep.FAIL:
                    raise
                if step is NextStep.NEXT_PROVIDER:
                    break
    if last is None:
        raise ProviderBusy("none", "the run's budget of calls is used up")
    raise last


async def _call(provider: ImageProvider, order: RenderOrder, claim: Claim, *, tools: Tools) -> Drawn:
    attempt = await _open(provider, order, claim, tools=tools)
    ticker = asyncio.create_task(_tick(claim, tools=tools))
    try:
        async with tools.spool.open_sink(attempt.id, provider=provider.name) as sink:
            rendering = await provider.render(order, sink)
    except ProviderError as error:
        await _close(attempt.failed(error, at=tools.clock()), claim, tools=tools)
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
        await _close(attempt.failed(error, at=tools.clock()), claim, tools=tools)
        await tools.spool.discard(attempt.id)
        raise
    except BaseException:  # the call was made and answered, whatever became of the area
        await asyncio.shield(_close(received, claim, tools=tools))
        raise
    await _close(received, claim, tools=tools)
    return Drawn(design=design, rendering=rendering, provider=attempt.provider, attempt=attempt.id)


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
                await _close(attempt.failed(error, at=tools.clock()), claim, tools=tools)
        elif attempt.outcome is Outcome.OPEN:
            lost = attempt.lost(at=tools.clock(), reason="its worker died during the call")
            await _close(lost, claim, tools=tools)
    return None


async def _open(provider: ImageProvider, order: RenderOrder, claim: Claim, *, tools: Tools) -> Attempt:
    attempt = Attempt(
        id=AttemptId(uuid4()),
        area=order.area,
        run=claim.area.run,
        provider=provider.name,
        model=provider.model,
        paid=provider.price_cap_usd > 0,
        request_sha256=request_hash(order, provider=provider.name, model=provider.model),
        prompt=order.prompt,
        prompt_version=order.prompt_version,
        started_at=tools.clock(),
        price_cap_usd=provider.price_cap_usd,
    )
    async with claim.change() as change:
        await _check_budget(attempt, work=change.work, limit=tools.daily_spend_usd)
        await change.work.attempts.add(attempt, generation=change.generation)
        area = change.area.attempting(provider.name, claim=claim.number)
        change.area = area.advanced(Stage.RENDERING, claim=claim.number)
    log.info("area_stage", stage=Stage.RENDERING.value, provider=provider.name, **claim.names)
    return attempt


async def _check_budget(attempt: Attempt, *, work: UnitOfWork, limit: Decimal | None) -> None:
    if limit is None or not attempt.paid:
        return
    spent = await work.attempts.spent_today_usd()
    if spent + attempt.price_cap_usd > limit:
        raise SpendLimitReached(attempt.provider, f"{spent} of {limit} USD are spent today")


async def _close(attempt: Attempt, claim: Claim, *, tools: Tools) -> None:
    async with tools.open_work() as work:
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
        **claim.names,
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
