"""Cancels what is unfinished, and runs what failed again."""

from typing import Any

import structlog

from yarda.domain.credit import AccountId, highest_price
from yarda.domain.generation import AreaId, GenerationId
from yarda.domain.request import AUTO
from yarda.pipeline.accept import enqueue, hold_credits
from yarda.pipeline.allowance import take_allowance
from yarda.pipeline.progress import describe, record
from yarda.pipeline.settle import release_credits
from yarda.pipeline.tools import Tools

log = structlog.get_logger()


async def cancel_generation(generation_id: GenerationId, *, account: AccountId, tools: Tools) -> dict[str, Any]:
    """Every unfinished area becomes cancelled and its credits go back; finished ones stay. Safe to repeat.

    Raises `GenerationNotFound`.
    """
    expectation = await tools.estimates.get()
    async with tools.open_work() as work:
        generation = await work.generations.lock(generation_id, account=account)
        stopped = tuple(area for area in generation.areas if not area.status.is_terminal)
        if not stopped:
            return describe(generation, expectation, now=tools.clock())
        for area in stopped:
            await release_credits(generation, area, reason="cancelled", work=work)
        changed = generation.with_areas(*(area.cancelled(now=tools.clock()) for area in stopped))
        view = await record(work, changed, expectation, now=tools.clock())
    log.info("generation_cancelled", generation_id=str(generation_id), areas=len(stopped))
    return view


async def retry_area(
    generation_id: GenerationId, area_id: AreaId, *, account: AccountId, provider: str | None, tools: Tools
) -> dict[str, Any]:
    """A failed or cancelled area runs again with a new hold, with another provider if one is named.

    Raises `GenerationNotFound`, `AreaNotFound`, `AreaNotRetryable`, `UnknownProvider`, `NotEnoughCredits`,
    `DailyLimitReached`.
    """
    expectation = await tools.estimates.get()
    async with tools.open_work() as work:
        generation = await work.generations.lock(generation_id, account=account)
        area = generation.get_area(area_id)
        wanted = provider or (area.wanted_provider if area.wanted_provider in tools.providers.in_order else AUTO)
        price = highest_price(tools.providers.candidates(wanted), tools.providers.prices)
        area = area.retried(now=tools.clock(), provider=wanted, credits=price)
        changed = generation.with_areas(area)
        await take_allowance(account, (area,), tools=tools, work=work)
        await hold_credits(changed, (area,), tools=tools, work=work)
        view = await record(work, changed, expectation, now=tools.clock())
        await enqueue(changed, (area,), work=work)
    log.info("area_retried", generation_id=str(generation_id), area_id=str(area_id), run=area.run)
    return view
