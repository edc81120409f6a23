"""Every use case of designs, on one object."""

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import structlog

from yarda.accounts.purchase import Shop, Started, settle_purchase, start_purchase
from yarda.domain.account import Account, AccountKind, Caller, Plan
from yarda.domain.attempt import Attempt, AttemptId
from yarda.domain.catalog import AreaName, StyleName
from yarda.domain.credit import AccountId, Balance, LedgerEntry
from yarda.domain.gate import Gate
from yarda.domain.generation import AreaId, GenerationId, Status
from yarda.domain.photo import ImageId, Photo, PhotoId
from yarda.domain.place import FACING_THE_HOUSE, CameraView, SourceKind
from yarda.domain.purchase import Pack
from yarda.domain.request import DesignRequest
from yarda.pipeline.accept import Acceptance, accept_generation, find_place_of
from yarda.pipeline.admission import gate_key, list_states
from yarda.pipeline.audit import Depth, audit
from yarda.pipeline.control import cancel_generation, retry_area
from yarda.pipeline.look import Place, find_place, show_place
from yarda.pipeline.measure import Inspector, Measurements, ProviderState
from yarda.pipeline.photos import PhotoCorrection, add_photo, correct_photo
from yarda.pipeline.picture_ports import CleanPicture, PositionPolicy
from yarda.pipeline.pictures import Picture, PictureInfo, PictureSize, find_picture, get_picture
from yarda.pipeline.planner import PlanForm, Preview
from yarda.pipeline.plans import PlanDocument, get_plan
from yarda.pipeline.ports import Event, Page, StageTimes, Verdict
from yarda.pipeline.previews import draw_previews
from yarda.pipeline.progress import ENOUGH_MEASUREMENTS, ProviderInfo, describe
from yarda.pipeline.provider import ImageProvider
from yarda.pipeline.remove import delete_generation
from yarda.pipeline.retention import delete_expired
from yarda.pipeline.runs import Runs
from yarda.pipeline.sweep import remove_orphans, requeue_lost_areas
from yarda.pipeline.tools import Tools
from yarda.pipeline.watch import watch_generation
from yarda.pipeline.yard import YardPictures

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

log = structlog.get_logger()


class Studio:
    """Made by `bootstrap`; every method may be called from many tasks at once.

    All raise `ServiceUnavailableError` while the database or the object store is away.
    """

    def __init__(self, tools: Tools, *, inspector: Inspector, shop: Shop) -> None:
        self._tools = tools
        self._shop = shop
        self._inspector = inspector
        self.runs = Runs(tools)
        self._yards = YardPictures(tools)

    # --- photos and pictures ---

    async def owner(self) -> AccountId:
        """The account of local mode."""
        async with self._tools.open_work() as work:
            return await work.accounts.get_owner()

    async def owner_as_caller(self) -> Caller:
        """The owner, as whoever asks in local mode."""
        owner = Account(id=await self.owner(), kind=AccountKind.OWNER, plan=Plan.OWN, created_at=EPOCH)
        return Caller(account=owner)

    async def add_photo(
        self, raw: bytes, *, account: AccountId, position: PositionPolicy = PositionPolicy.DROP
    ) -> Photo:
        """See `pipeline.photos.add_photo`."""
        return await add_photo(raw, account=account, position=position, tools=self._tools)

    async def get_photo(self, photo: PhotoId, *, account: AccountId) -> Photo:
        """Raises `PhotoNotFound`."""
        async with self._tools.open_work() as work:
            return await work.photos.get(photo, account=account)

    async def list_photos(self, account: AccountId) -> list[Photo]:
        """The oldest first."""
        async with self._tools.open_work() as work:
            return await work.photos.list_for(account)

    async def correct_photo(self, photo: PhotoId, correction: PhotoCorrection, *, account: AccountId) -> Photo:
        """See `pipeline.photos.correct_photo`."""
        return await correct_photo(photo, correction, account=account, tools=self._tools)

    def draw_previews(
        self, photo: PhotoId, *, account: AccountId, area: AreaName, first: StyleName | None = None
    ) -> AsyncGenerator[Preview, None]:
        """See `pipeline.previews.draw_previews`."""
        return draw_previews(photo, account=account, area=area, first=first, tools=self._tools)

    def expect_previews(self) -> None:
        """Somebody is about to choose a style: have the previews' painter ready."""
        self._tools.previewer.warm_up()

    async def find_picture(self, image: ImageId, *, account: AccountId, size: PictureSize) -> PictureInfo:
        """Raises `ImageNotFound`."""
        return await find_picture(image, account=account, size=size, tools=self._tools)

    async def get_picture(self, image: ImageId, *, account: AccountId, size: PictureSize) -> Picture:
        """Raises `ImageNotFound`."""
        return await get_picture(image, account=account, size=size, tools=self._tools)

    async def get_plan(
        self, generation: GenerationId, area: AreaId, *, account: AccountId, form: PlanForm
    ) -> PlanDocument:
        """See `pipeline.plans.get_plan`."""
        return await get_plan(generation, area, account=account, form=form, tools=self._tools)

    async def get_yard(self, generation: GenerationId, *, account: AccountId) -> ImageId:
        """See `pipeline.yard.YardPictures.get`."""
        return await self._yards.get(generation, account=account)

    # --- places ---

    async def find_place(self, address: str, *, view: CameraView = FACING_THE_HOUSE) -> Place:
        """See `pipeline.look.find_place`."""
        return await find_place(address, view=view, tools=self._tools)

    async def find_place_of(self, request: DesignRequest) -> Place | None:
        """See `pipeline.accept.find_place_of`."""
        return await find_place_of(request, tools=self._tools)

    async def show_place(
        self, address: str, *, kind: SourceKind, view: CameraView = FACING_THE_HOUSE
    ) -> CleanPicture:
        """See `pipeline.look.show_place`."""
        return await show_place(address, kind=kind, view=view, tools=self._tools)

    @property
    def place_kinds(self) -> frozenset[SourceKind]:
        """What an address can be seen from here: nothing, the street, the street and above."""
        lookup = self._tools.lookup
        return frozenset(source.kind for source in lookup.sources) if lookup.geocoders else frozenset()

    # --- generations ---

    async def accept(
        self, request: DesignRequest, *, account: AccountId, idempotency_key: str | None = None
    ) -> Acceptance:
        """See `pipeline.accept.accept_generation`."""
        return await accept_generation(
            request, account=account, idempotency_key=idempotency_key, tools=self._tools
        )

    async def get_generation(self, generation: GenerationId, *, account: AccountId) -> dict[str, Any]:
        """The generation in the contract's JSON shape. Raises `GenerationNotFound`."""
        expectation = await self._tools.estimates.get()
        async with self._tools.open_work() as work:
            found = await work.generations.get(generation, account=account)
        return describe(found, expectation, now=self._tools.clock())

    async def list_generations(
        self, account: AccountId, *, limit: int, cursor: str | None = None, status: Status | None = None
    ) -> Page[dict[str, Any]]:
        """Newest first."""
        expectation = await self._tools.estimates.get()
        async with self._tools.open_work() as work:
            page = await work.generations.list_page(account, limit=limit, cursor=cursor, status=status)
        now = self._tools.clock()
        return Page(
            items=tuple(describe(item, expectation, now=now) for item in page.items),
            next_cursor=page.next_cursor,
        )

    def watch(
        self, generation: GenerationId, *, account: AccountId, after: int | None = None
    ) -> AsyncIterator[Event | None]:
        """See `pipeline.watch.watch_generation`."""
        return watch_generation(generation, account=account, after=after, tools=self._tools)

    async def cancel(self, generation: GenerationId, *, account: AccountId) -> dict[str, Any]:
        """See `pipeline.control.cancel_generation`."""
        return await cancel_generation(generation, account=account, tools=self._tools)

    async def retry(
        self, generation: GenerationId, area: AreaId, *, account: AccountId, provider: str | None = None
    ) -> dict[str, Any]:
        """See `pipeline.control.retry_area`."""
        return await retry_area(generation, area, account=account, provider=provider, tools=self._tools)

    async def delete_generation(self, generation: GenerationId, *, account: AccountId) -> None:
        """See `pipeline.remove.delete_generation`."""
        await delete_generation(generation, account=account, actor=str(account), tools=self._tools)

    # --- credits, calls, providers ---

    async def balance(self, account: AccountId) -> Balance:
        async with self._tools.open_work() as work:
            return await work.ledger.balance(account)

    async def list_entries(
        self, account: AccountId, *, limit: int, cursor: str | None = None
    ) -> Page[LedgerEntry]:
        """Newest first."""
        async with self._tools.open_work() as work:
            return await work.ledger.list_page(account, limit=limit, cursor=cursor)

    @property
    def packs(self) -> tuple[Pack, ...]:
        """The packs of credits that are sold here; none where nothing is."""
        return self._shop.packs

    async def start_purchase(self, credits: int, *, account: AccountId) -> Started:
        """See `accounts.purchase.start_purchase`."""
        return await start_purchase(credits, account=account, shop=self._shop)

    async def settle_purchase(self, body: bytes, *, signature: str) -> None:
        """See `accounts.purchase.settle_purchase`."""
        await settle_purchase(body, signature=signature, shop=self._shop)

    async def list_calls(self, account: AccountId, *, generation: GenerationId | None = None) -> list[Attempt]:
        """Provider calls made for the account, newest first."""
        async with self._tools.open_work() as work:
            return await work.attempts.list_for_account(account, generation=generation)

    async def get_call(self, call: AttemptId, *, account: AccountId) -> Attempt:
        """One call, with the prompt that was sent. Raises `CallNotFound`."""
        async with self._tools.open_work() as work:
            return await work.attempts.get(call, account=account)

    async def measured(self) -> StageTimes:
        async with self._tools.open_work() as work:
            return await work.generations.measured_times()

    async def providers(self) -> tuple[ProviderInfo, ...]:
        """Who may draw, in order, with what it costs, how long it usually takes here, and whether it answers."""
        times = (await self.measured()).by_provider
        async with self._tools.open_work() as work:
            gates = {gate.key: (gate, now) for gate, now in await work.gates.list_all()}
        return tuple(
            _info(provider, self._tools.providers.prices[name], times.get(name), gates.get(gate_key(provider)))
            for name, provider in self._tools.providers.in_order.items()
        )

    def kept_days(self, plan: Plan) -> int | None:
        """How long designs of that plan are kept; None: until somebody deletes them."""
        life = self._tools.retention.get(plan)
        return life.days if life else None

    # --- work and its upkeep ---

    async def design_area(self, area: AreaId) -> Verdict:
        """Carry one area as far as it goes; what the worker calls for each job. Safe to run twice."""
        return await self.runs.design_area(area)

    async def requeue_lost_areas(self) -> int:
        return await requeue_lost_areas(tools=self._tools)

    async def forget_places(self) -> int:
        """Drop pictures and positions that may not be kept any longer. Returns how many."""
        async with self._tools.open_work() as work:
            return await work.passing_pictures.forget_finished() + await work.geocodes.forget_old()

    async def delete_expired(self) -> int:
        """See `pipeline.retention.delete_expired`."""
        return await delete_expired(tools=self._tools)

    async def remove_orphans(self) -> int:
        return await remove_orphans(tools=self._tools)

    async def ready(self) -> None:
        """Raises `ServiceUnavailableError` or `SetupError` when new work cannot be taken in."""
        await self._inspector.check()
        await self._tools.objects.check()

    async def provider_states(self) -> tuple[ProviderState, ...]:
        """Which configured provider may be called now, in order; the same for all workers."""
        return await list_states(tools=self._tools)

    async def measure(self) -> Measurements:
        """What `/metrics` shows."""
        measured = await self._inspector.measure()
        limit = self._tools.daily_spend_usd
        return replace(
            measured,
            providers=await self.provider_states(),
            spend_limit_usd=None if limit is None else float(limit),
        )

    async def audit(self, depth: Depth = Depth.PRESENT) -> list[str]:
        """See `pipeline.audit.audit`."""
        return await audit(depth, inspector=self._inspector, tools=self._tools)

    async def watch_invariants(self) -> None:
        """Audit the rows once for all processes, and raise an alarm in the log for each violation."""
        for violation in await self._inspector.audit_alone():
            log.error("invariant_violated", violation=violation)


def _info(
    provider: ImageProvider,
    credits: int,
    times: tuple[float, float, float, int] | None,
    gate: tuple[Gate, datetime] | None,
) -> ProviderInfo:
    return ProviderInfo(
        name=provider.name,
        model=provider.model,
        credits=credits,
        usual_range=_range(times),
        draws_new_views=provider.draws_new_views,
        follows_guides=provider.follows_guides,
        away_until=gate and gate[0].away_until(gate[1]),
        is_tripped=gate is not None and gate[0].is_open(gate[1]),
    )


def _range(times: tuple[float, float, float, int] | None) -> tuple[float, float] | None:
    if times is None or times[3] < ENOUGH_MEASUREMENTS:
        return None
    return times[0], times[2]
