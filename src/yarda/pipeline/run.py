"""The durable job: one Area from claim to verdict, resumable, safe to run twice."""

import asyncio
import random
from datetime import timedelta

import structlog

from yarda.domain.generation import AreaError, AreaId, Generation, Stage
from yarda.domain.place import SourceKind
from yarda.errors import (
    AddressInexact,
    AddressNotFound,
    AreaNotFound,
    ClaimLost,
    GenerationNotFound,
    ImageryMisconfigured,
    ImageryUnavailable,
    NoImagery,
    OrderRefused,
    PhotoNotFound,
    ProviderBusy,
    ProviderError,
    ServiceUnavailableError,
)
from yarda.pipeline.claim import Claim, take
from yarda.pipeline.deliver import deliver
from yarda.pipeline.gather import gather_imagery
from yarda.pipeline.order import compose_order, follow
from yarda.pipeline.ports import Done, Later, Verdict
from yarda.pipeline.provider import RenderOrder
from yarda.pipeline.render import PATIENCE, draw
from yarda.pipeline.settle import release_credits
from yarda.pipeline.tools import Tools

log = structlog.get_logger()

MESSAGES = {
    "provider_busy": "The image service was too busy for ten minutes. Try again later, or draw it as a concept.",
    "provider_timeout": "The image service did not answer in time. Try again, or draw it as a concept.",
    "provider_invalid": "The image service sent no usable picture. Try again, or draw it as a concept.",
    "provider_misconfigured": "The image service does not accept this installation's key or model. "
    "Draw it as a concept, or ask whoever runs this installation.",
    "picture_unchanged": "The image service sent the photo back unchanged. Try again, or draw it as a concept.",
    "house_moved": "The image service drew another house twice. Try again, or draw it as a concept.",
    "painter_failed": "The painter ran out of time or memory. Try again; a smaller ground helps.",
    "spend_limit_reached": "The day's budget for paid pictures is used up. Draw it as a concept, or wait.",
    "prompt_refused": "The image service refused this picture or these wishes. Change the wishes, draw again.",
    "worker_lost": "Drawing this area stopped three workers. Try again with another ground or style.",
    "unavailable": "A part of this installation was away for an hour. Try again.",
    "imagery_unavailable": "The map service did not answer for ten minutes. Try again later, or add a photo.",
    "imagery_misconfigured": "The map service does not accept this installation's key. Add a photo of the yard, "
    "or ask whoever runs this installation.",
    "photo_needed": "A concept is drawn into a photo of the area. Add a photo, or choose a photoreal design.",
    "photo_not_found": "The photo of this area was deleted. Start a new design with another photo.",
    "internal_error": "Something in Yarda failed on this area. Try again; if it happens again, report it.",
}
FINAL = {"prompt_refused", "ground_unusable", "photo_not_found", "address_not_found", "no_imagery", "photo_needed"}
"""Codes of failures that running again unchanged does not mend."""


IMAGERY_AGAIN = 5.0


class Interrupted(Exception):
    """A part of Yarda itself was away; `claim` is not the Area's fault."""

    def __init__(self, claim: int, reason: str) -> None:
        super().__init__(reason)
        self.claim = claim


async def run_area(area_id: AreaId, *, excused: int | None, claims: dict[AreaId, Claim], tools: Tools) -> Verdict:
    """Carry one Area as far as it goes now. While it is being worked on, its claim is in `claims`."""
    try:
        claim = await take(area_id, excused=excused, tools=tools)
    except (ClaimLost, AreaNotFound, GenerationNotFound):
        return Done()
    claims[area_id] = claim
    try:
        return await _work_on(claim, tools=tools)
    except (ClaimLost, AreaNotFound) as lost:
        log.info("claim_lost", reason=str(lost), **claim.names)
        return Done()
    except GenerationNotFound:
        await _forget_replies(claim, tools=tools)
        return Done()
    except asyncio.CancelledError:
        await asyncio.shield(_forget_if_deleted(claim, tools=tools))
        raise
    finally:
        claims.pop(area_id, None)


async def _work_on(claim: Claim, *, tools: Tools) -> Verdict:
    try:
        if claim.area.is_poison:
            log.error("area_poisoned", claims=claim.area.claims_in_run, **claim.names)
            return await _fail(claim, code="worker_lost", tools=tools)
        order = await _prepare(claim, tools=tools)
        await deliver(await draw(order, claim, tools=tools), claim, tools=tools)
    except ProviderBusy as busy:
        return await _wait(claim, busy, tools=tools)
    except OrderRefused as refused:
        return await _fail(claim, code=refused.code, message=refused.advice, tools=tools)
    except (AddressNotFound, AddressInexact, NoImagery) as missing:
        return await _fail(claim, code=missing.code, message=str(missing), tools=tools)
    except ImageryUnavailable as away:
        if tools.clock() - claim.area.queued_at > PATIENCE:
            return await _fail(claim, code=away.code, tools=tools)
        return await _hand_back(claim, seconds=IMAGERY_AGAIN, reason=str(away), tools=tools)
    except (ProviderError, PhotoNotFound, ImageryMisconfigured) as error:
        return await _fail(claim, code=error.code, tools=tools)
    except ServiceUnavailableError as error:
        if tools.clock() - claim.area.queued_at > tools.give_up_after:
            return await _fail(claim, code="unavailable", tools=tools)
        raise Interrupted(claim.number, error.code) from error
    except (ClaimLost, AreaNotFound, GenerationNotFound):
        raise
    except Exception:
        log.exception("area_crashed", **claim.names)
        return await _fail(claim, code="internal_error", tools=tools)
    log_if_complete(claim.generation)
    return Done()


async def _prepare(claim: Claim, *, tools: Tools) -> RenderOrder:
    imagery = await gather_imagery(claim, tools=tools)
    async with claim.change() as change:
        area = change.area.advanced(Stage.COMPOSING_PROMPT, claim=claim.number)
        change.area = area.sourced(imagery.image, imagery.provenance)
    log.info("area_stage", stage=Stage.COMPOSING_PROMPT.value, **claim.names)
    order = compose_order(claim.generation, claim.area, imagery)
    return await _guided(order, claim, tools=tools) if claim.area.guided else order


async def _guided(order: RenderOrder, claim: Claim, *, tools: Tools) -> RenderOrder:
    """With the painter's picture to follow, where somebody may follow it; a ground it cannot paint has none."""
    names = tools.providers.candidates(claim.area.wanted_provider)
    if order.source is SourceKind.SATELLITE or not any(
        tools.providers.in_order[name].follows_guides for name in names
    ):
        return order
    try:
        guide = await tools.planner.draw_guide(order)
    except ProviderError as error:
        log.warning("no_guide", reason=error.reason, **claim.names)
        return order
    return follow(order, guide, claim.area)


async def _fail(claim: Claim, *, code: str, tools: Tools, message: str | None = None) -> Verdict:
    error = AreaError(code=code, message=message or MESSAGES[code], retryable=code not in FINAL)
    async with claim.change() as change:
        await release_credits(change.generation, change.area, reason=f"not drawn: {code}", work=change.work)
        change.area = change.area.failed(error, claim=claim.number, now=tools.clock())
    log.warning("area_failed", code=code, **claim.names)
    log_if_complete(claim.generation)
    return Done()


async def _wait(claim: Claim, busy: ProviderBusy, *, tools: Tools) -> Verdict:
    """Give the Area back to the queue until the provider may have room."""
    backoff = min(2.0 ** min(claim.area.attempts, 6), 60.0)
    return await _hand_back(claim, seconds=busy.retry_after or backoff, reason=busy.reason, tools=tools)


async def _hand_back(claim: Claim, *, seconds: float, reason: str, tools: Tools) -> Verdict:
    async with claim.change() as change:
        change.area = change.area.handed_back(claim=claim.number)
    delay = seconds * random.uniform(1.0, 1.1)
    log.info("area_waits", seconds=round(delay, 1), reason=reason, **claim.names)
    return Later(timedelta(seconds=delay))


async def _forget_if_deleted(claim: Claim, *, tools: Tools) -> None:
    """A run that is stopped from outside may be one whose generation is gone."""
    try:
        async with tools.open_work() as work:
            is_deleted = not await work.generations.claims_of((claim.area.id,))
        if is_deleted:
            await _forget_replies(claim, tools=tools)
    except ServiceUnavailableError as error:
        log.info("replies_not_forgotten", reason=error.code, **claim.names)


async def _forget_replies(claim: Claim, *, tools: Tools) -> None:
    """The generation was deleted during the run: the calls stay on record, their pictures do not."""
    async with tools.open_work() as work:
        attempts = await work.attempts.list_for_run(claim.area.id, run=claim.area.run)
    for attempt in attempts:
        await tools.spool.discard(attempt.id)


def log_if_complete(generation: Generation) -> None:
    if generation.status.is_terminal:
        log.info(
            "background_generation_completed",
            generation_id=str(generation.id),
            status=generation.status.value,
        )
