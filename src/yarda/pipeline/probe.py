"""One call of a provider outside any generation, to see that it delivers; on record like every other call."""

import asyncio
from dataclasses import dataclass

from yarda.domain.attempt import Attempt
from yarda.domain.generation import Generation
from yarda.errors import ProviderError
from yarda.pipeline.admission import ask
from yarda.pipeline.check import CheckedDesign, check_rendering
from yarda.pipeline.provider import ImageProvider, RenderOrder
from yarda.pipeline.render import check_budget, close_attempt, new_attempt
from yarda.pipeline.tools import Tools


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """A call that was made. Without a design `error` says why, and the spool keeps what came of its reply."""

    attempt: Attempt
    design: CheckedDesign | None
    error: ProviderError | None


async def probe_provider(
    provider: ImageProvider, order: RenderOrder, generation: Generation, *, tools: Tools
) -> Probed:
    """Send the order once, within the limits that hold for everybody, and check what comes back.

    `generation` is none that was accepted; its account answers for the call.
    Raises `ProviderBusy` and `SpendLimitReached` before anything is sent, `ServiceUnavailableError`.
    """
    closed = attempt = await _open(provider, order, generation, tools=tools)
    error: ProviderError | None = None
    try:
        async with tools.spool.open_sink(attempt.id, provider=provider.name) as sink:
            rendering = await provider.render(order, sink)
        closed = attempt.succeeded(
            reference=rendering.provider_reference, cost_usd=rendering.cost_usd, at=tools.clock()
        )
        design = await check_rendering(rendering, order, provider=provider.name, tools=tools)
    except ProviderError as failure:
        design, error = None, failure
        closed = closed.failed(failure, at=tools.clock())
    except BaseException as stop:
        lost = attempt.lost(at=tools.clock(), reason=f"stopped during the call by {type(stop).__name__}")
        await asyncio.shield(_close(lost, provider, None, tools=tools))
        raise
    await _close(closed, provider, error, tools=tools)
    if design is not None:
        await tools.spool.discard(attempt.id)
    return Probed(attempt=closed, design=design, error=error)


async def _open(provider: ImageProvider, order: RenderOrder, generation: Generation, *, tools: Tools) -> Attempt:
    attempt = new_attempt(provider, order, run=1, tools=tools)
    async with tools.open_work() as work:
        await check_budget(attempt, work=work, limit=tools.daily_spend_usd)
        refusal = await ask(provider, work=work, tools=tools)
        if refusal is None:
            await work.attempts.add(attempt, generation=generation)
    if refusal is not None:
        raise refusal.error
    return attempt


async def _close(attempt: Attempt, provider: ImageProvider, error: ProviderError | None, *, tools: Tools) -> None:
    await close_attempt(attempt, provider, error=error, names={"area_id": str(attempt.area)}, tools=tools)
