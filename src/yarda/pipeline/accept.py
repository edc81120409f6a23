"""Takes a design request in, whole or not at all."""

import secrets
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import structlog

from yarda.domain.credit import AccountId, EntryKind, highest_price
from yarda.domain.generation import Area, AreaId, Generation, GenerationId
from yarda.domain.photo import PhotoId, check_polygons
from yarda.domain.place import KINDS, SourceKind
from yarda.domain.request import AreaRequest, DesignRequest, check_request
from yarda.errors import AddressLookupUnavailable, IdempotencyKeyReused, NotEnoughCredits, PhotoNeeded
from yarda.pipeline.allowance import take_allowance
from yarda.pipeline.look import Place, find_place
from yarda.pipeline.ports import UnitOfWork
from yarda.pipeline.progress import Expectation, describe
from yarda.pipeline.tools import Tools

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """The accepted generation as people see it; `created` is False for a repeated idempotency key."""

    id: GenerationId
    view: dict[str, Any]
    created: bool


async def accept_generation(
    request: DesignRequest, *, account: AccountId, idempotency_key: str | None, tools: Tools
) -> Acceptance:
    """One transaction saves the Generation, holds its credits, writes its first event and queues one
    job per Area, so a crash on any line leaves either everything or nothing. An idempotency key is
    unique within an account: whoever sends it twice gets the first Generation both times, and pays once.

    Raises:
        InvalidRequest: a field is wrong.
        PhotoNotFound: a photo is unknown, or somebody else's.
        AddressLookupUnavailable: an area has only the address to go by, and nothing can look it up.
        PhotoNeeded: an area cannot be drawn from what an address shows.
        NotEnoughCredits: the balance does not cover every Area.
        DailyLimitReached: the account has had what it may have today.
        IdempotencyKeyReused: the key already stands for a different request.
        ServiceUnavailableError: the database is away or the disk is full; nothing was accepted.
    """
    check_request(request, idempotency_key=idempotency_key)
    price = highest_price(tools.providers.candidates(request.provider), tools.providers.prices)
    expectation = await tools.estimates.get()
    await tools.objects.check()
    async with tools.open_work() as work:
        earlier = await work.generations.find_by_key(idempotency_key, account=account) if idempotency_key else None
        if earlier is None:
            await _check_sources(request, account=account, tools=tools, work=work)
        planned = _plan(request, account=account, key=idempotency_key, price=price, tools=tools)
        if tools.retention:
            life = tools.retention.get(await work.accounts.plan_of(account))
            planned = replace(planned, expires_at=planned.created_at + life if life else None)
        kept = earlier or await work.generations.add_once(planned)
        if kept.id != planned.id:
            if kept.request_sha256 != request.sha256:
                raise IdempotencyKeyReused("this Idempotency-Key was used for another request; send a new key")
            return Acceptance(id=kept.id, view=describe(kept, expectation, now=tools.clock()), created=False)
        accepted = await _complete(planned, expectation, tools=tools, work=work)
    areas = [area.area.value for area in planned.areas]
    log.info("generation_accepted", generation_id=str(accepted.id), provider=request.provider, areas=areas)
    return accepted


async def find_place_of(request: DesignRequest, *, tools: Tools) -> Place | None:
    """What the request's address leads to, for a person to see before it is accepted; None where every area has
    a photo.

    Raises `InvalidRequest`, `AddressLookupUnavailable`, `PhotoNeeded`, and as `find_place` does.
    """
    check_request(request, idempotency_key=None)
    seen = [area for area in request.areas if request.source_of(area) is None]
    for area in seen:
        _check_address(area, wanted=request.provider, tools=tools)
    if not seen or request.address is None:
        return None
    return await find_place(request.address, view=request.view, tools=tools)


async def _complete(
    planned: Generation, expectation: Expectation, *, tools: Tools, work: UnitOfWork
) -> Acceptance:
    view = describe(planned, expectation, now=tools.clock())
    await take_allowance(planned.account, planned.areas, tools=tools, work=work)
    await hold_credits(planned, planned.areas, tools=tools, work=work)
    await work.events.append(planned, view)
    await enqueue(planned, planned.areas, work=work)
    return Acceptance(id=planned.id, view=view, created=True)


async def hold_credits(generation: Generation, areas: tuple[Area, ...], *, tools: Tools, work: UnitOfWork) -> None:
    """Hold what these areas may cost. Raises `NotEnoughCredits`, which rolls everything back."""
    needed = sum(area.credits for area in areas)
    if needed == 0:
        return
    available = (await work.ledger.lock(generation.account)).available
    if available < needed:
        if not tools.owner_grants:
            raise NotEnoughCredits(needed=needed, available=available, more_credits=tools.more_credits)
        await work.ledger.post(
            generation.account,
            EntryKind.GRANT,
            credits=needed - available,
            reason="granted to the owner of this installation",
            generation=generation.id,
        )
    for area in areas:
        await work.ledger.post(
            generation.account,
            EntryKind.HOLD,
            credits=area.credits,
            reason=f"{area.area} accepted",
            generation=generation.id,
            area=area.id,
            run=area.run,
        )


async def enqueue(generation: Generation, areas: tuple[Area, ...], *, work: UnitOfWork) -> None:
    """Queue one job per area, last in the transaction that makes them true."""
    turns = [await work.generations.take_turn(area.id, account=generation.account) for area in areas]
    for area, priority in zip(areas, turns, strict=True):
        await work.jobs.enqueue_area(area.id, priority=priority)


def _plan(request: DesignRequest, *, account: AccountId, key: str | None, price: int, tools: Tools) -> Generation:
    now = tools.clock()
    drawn_by = [tools.providers.in_order[name] for name in tools.providers.candidates(request.provider)]
    guided = request.guided and any(provider.follows_guides for provider in drawn_by)
    return Generation(
        id=GenerationId(uuid4()),
        account=account,
        address=request.address,
        address_confirmed=request.address_confirmed,
        view=request.view,
        provider=request.provider,
        seed=request.seed if request.seed is not None else secrets.randbelow(2**31),
        idempotency_key=key,
        request_sha256=request.sha256,
        created_at=now,
        areas=tuple(
            Area(
                id=AreaId(uuid4()),
                position=position,
                area=area.area,
                style=area.style,
                custom_prompt=area.custom_prompt,
                preservation_strength=area.preservation_strength,
                season=area.season,
                growth=area.growth,
                photo=request.source_of(area),
                ground=area.ground,
                guided=guided,
                wanted_provider=request.provider,
                credits=price,
                queued_at=now,
            )
            for position, area in enumerate(request.areas)
        ),
    )


async def _check_sources(request: DesignRequest, *, account: AccountId, tools: Tools, work: UnitOfWork) -> None:
    for area in request.areas:
        photo_id = request.source_of(area)
        if photo_id is None:
            _check_address(area, wanted=request.provider, tools=tools)
        else:
            await _check_ground(area, photo_id, account=account, work=work)


def _check_address(area: AreaRequest, *, wanted: str, tools: Tools) -> None:
    """What can be known before anything is looked up."""
    kind, lookup = KINDS[area.area], tools.lookup
    if not lookup.geocoders or not lookup.sources:
        raise AddressLookupUnavailable(
            f"{area.area}: this installation cannot look up addresses; add a photo of the yard instead"
        )
    if not lookup.sources_of(kind):
        raise PhotoNeeded(f"{area.area}: this cannot be seen from the street; add a photo of it")
    providers = [tools.providers.in_order[name] for name in tools.providers.candidates(wanted)]
    if kind is SourceKind.SATELLITE and not any(provider.draws_new_views for provider in providers):
        raise PhotoNeeded(
            f"{area.area}: from above there is only a satellite's picture, and a concept is drawn into a photo; "
            "add a photo of it, or choose a photoreal design"
        )


async def _check_ground(area: AreaRequest, photo_id: PhotoId, *, account: AccountId, work: UnitOfWork) -> None:
    photo = await work.photos.get(photo_id, account=account)
    if area.ground is not None:
        check_polygons(area.ground, width=photo.width, height=photo.height, field="ground")
