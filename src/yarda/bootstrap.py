"""Settings → adapters → Studio; the only file that knows them all."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from yarda import jobs
from yarda.accounts.domains import read_disposable_domains
from yarda.accounts.mailroom import Mailroom
from yarda.accounts.ports import IdentityProvider, Mailer
from yarda.accounts.purchase import Shop
from yarda.accounts.secrets import Pepper
from yarda.accounts.tools import AccountTools
from yarda.core import AccountDesk, Operator, Studio
from yarda.db import migrate
from yarda.db.dump import PostgresDumps
from yarda.db.embedded import EmbeddedPostgres
from yarda.db.events import PostgresChanges
from yarda.db.inspection import PostgresInspector
from yarda.db.operator import PostgresOperatorRows
from yarda.db.unit_of_work import Database, open_engine
from yarda.domain.account import MailId, Plan
from yarda.domain.credit import EntryKind
from yarda.domain.gate import Limits
from yarda.domain.generation import AreaId
from yarda.identity.oidc import OpenIdProvider, google
from yarda.identity.passkeys import WebAuthnCeremony, supports_passkeys
from yarda.imagery.google import GoogleGeocoder, GoogleMaps, GoogleSatellite, GoogleStreetView
from yarda.imagery.house import MaskHouseKeeper
from yarda.imagery.nominatim import NominatimGeocoder
from yarda.imagery.panoramax import PanoramaxViews
from yarda.imagery.photo import PhotoGate
from yarda.mail.smtp import SmtpMailer
from yarda.mail.terminal import TerminalMailer
from yarda.payments.stripe import StripePayments
from yarda.pipeline.places import Lookup
from yarda.pipeline.ports import Done, Later, Verdict
from yarda.pipeline.provider import ImageProvider, PaidProvider
from yarda.pipeline.tools import Estimates, Providers, Tools
from yarda.providers.concept import ConceptProvider
from yarda.providers.diffusers import DiffusersProvider
from yarda.providers.gemini import GeminiProvider
from yarda.providers.openai import OpenAIProvider
from yarda.settings import Settings
from yarda.spool import DiskSpool
from yarda.storage import ObjectStorage, make_private

KEEP_JOB_LOG = timedelta(days=7)

Handler = Callable[[AreaId], Awaitable[Verdict]]


class Running:
    """A wired Yarda: the Studio, and what only the processes that migrate or work need."""

    def __init__(
        self,
        settings: Settings,
        *,
        database: Database,
        spool: DiskSpool,
        dsn: str,
        tools: Tools,
        identities: Sequence[IdentityProvider],
        shop: Shop,
    ) -> None:
        self.settings = settings
        self.tools = tools
        self.studio = Studio(tools, inspector=_inspector(database), shop=shop)
        rows, open_work = PostgresOperatorRows(database), database.open_work
        self.operator = Operator(tools, rows=rows, studio=self.studio, open_work=open_work)
        has_desk = settings.access == "accounts"
        self.desk = _desk(settings, database, self.studio, identities) if has_desk else None
        self.mailroom = Mailroom(open_work=open_work, mailer=_mailer(settings), clock=tools.clock)
        self.database = database
        self.dumps = PostgresDumps(database, dsn=dsn)
        self._spool = spool
        self._dsn = dsn

    async def migrate(self) -> None:
        """Bring database and engine to this version. Raises `DatabaseNewer`, `DatabaseUnavailable`."""
        async with self.database.connect() as connection:
            await migrate.upgrade(connection)
        await jobs.install(self._dsn)

    async def grant_trial(self) -> None:
        """Book the owner's first credits, once, where their number is set; in local mode only."""
        if self.desk is not None:
            return
        credits = self.settings.trial_credits
        async with self.database.open_work() as work:
            owner = await work.accounts.get_owner()
            await work.ledger.lock(owner)
            entries = await work.ledger.list_page(owner, limit=1, cursor=None)
            if credits and not entries.items:
                await work.ledger.post(owner, EntryKind.GRANT, credits=credits, reason="trial credits")

    async def run_jobs(self, handle: Handler, *, concurrency: int, stopping: asyncio.Event) -> None:
        """Fetch jobs until `stopping`; outlives any outage of the database. `handle` is for areas."""
        await jobs.run_jobs(
            database_url=self._dsn,
            handlers={jobs.DESIGN_AREA: lambda area: handle(AreaId(area)), jobs.SEND_MAIL: self._send_mail},
            concurrency=concurrency,
            lease_seconds=self.settings.lease_seconds,
            stopping=stopping,
        )

    async def _send_mail(self, mail: UUID) -> Verdict:
        delay = await self.mailroom.send(MailId(mail))
        return Done() if delay is None else Later(delay)

    async def probe_queue(self) -> jobs.QueueProbe:
        """See `jobs.probe.probe_queue`."""
        return await jobs.probe_queue(self._dsn)

    async def forget_old(self) -> None:
        """Drop the engine's log of finished jobs and replies nobody came back for."""
        async with self.database.connect() as connection:
            await jobs.prune(await _driver_of(connection), older_than=KEEP_JOB_LOG)
        await asyncio.to_thread(self._spool.remove_old)


@asynccontextmanager
async def start(settings: Settings, *, providers: Sequence[ImageProvider] = ()) -> AsyncIterator[Running]:
    """Wire everything up; the embedded database is joined where none is set, and migrated.

    `providers`, free of charge, take the place of those that the settings name. Raises `SetupError` when
    this cannot work as it is set up, `DatabaseUnavailable`.
    """
    async with AsyncExitStack() as stack:
        dsn = settings.database_url or await _join_embedded(settings, stack)
        database = Database(open_engine(dsn), jobs_on=PostgresJobs)
        stack.push_async_callback(database.close)
        changes = PostgresChanges(dsn)
        stack.push_async_callback(changes.close)
        objects = ObjectStorage(settings.storage)
        make_private(settings.data_dir / "spool")
        spool = DiskSpool(settings.data_dir / "spool", mirror=objects if objects.is_remote else None)
        concept = ConceptProvider(cache=settings.data_dir / "painter")
        stack.push_async_callback(concept.close)
        chosen = _given(providers) if providers else _named(settings, concept)
        for provider in chosen.in_order.values():
            stack.push_async_callback(provider.close)
        gate = PhotoGate()
        lookup = _lookup(settings, gate=gate)
        for geocoder in lookup.geocoders:
            stack.push_async_callback(geocoder.close)
        for source in lookup.sources:
            stack.push_async_callback(source.close)
        shop = _shop(settings, database)
        if shop.payments is not None:
            stack.push_async_callback(shop.payments.close)
        tools = Tools(
            open_work=database.open_work,
            changes=changes,
            objects=objects,
            spool=spool,
            gate=gate,
            house=MaskHouseKeeper(),
            proposer=concept,
            planner=concept,
            previewer=concept,
            providers=chosen,
            lookup=lookup,
            estimates=Estimates(open_work=database.open_work, guesses=chosen.guesses()),
            clock=_now,
            owner_grants=settings.access == "local" and settings.trial_credits is None,
            keep_house=settings.keep_house,
            daily_spend_usd=settings.daily_spend_limit_usd,
            retention=settings.retention,
            daily_areas=settings.daily_areas_per_account,
            daily_credits=settings.daily_credits_per_account,
        )
        if shop.packs:
            tools = replace(tools, more_credits=f"get credits at {shop.base_url}/account/credits")
        identities = _identities(settings)
        for issuer in identities:
            stack.push_async_callback(issuer.close)
        running = Running(
            settings, database=database, spool=spool, dsn=dsn, tools=tools, identities=identities, shop=shop
        )
        if settings.database_url is None:
            await running.migrate()
        yield running


@asynccontextmanager
async def open_empty(settings: Settings) -> AsyncIterator[tuple[PostgresDumps, ObjectStorage]]:
    """Where a backup is to go: nothing is migrated there."""
    async with AsyncExitStack() as stack:
        dsn = settings.database_url or await _join_embedded(settings, stack)
        database = Database(open_engine(dsn), jobs_on=PostgresJobs)
        stack.push_async_callback(database.close)
        yield PostgresDumps(database, dsn=dsn), ObjectStorage(settings.storage)


class PostgresJobs:
    """Plays the `Jobs` and `MailJobs` ports on a unit of work's own connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def enqueue_area(self, area: AreaId, *, priority: int) -> None:
        await jobs.enqueue_area(await _driver_of(self._connection), area, priority=priority)

    async def requeue_area(self, area: AreaId, *, priority: int) -> bool:
        return await jobs.requeue_area(await _driver_of(self._connection), area, priority=priority)

    async def areas_with_live_jobs(self) -> set[UUID]:
        return await jobs.areas_with_live_jobs(await _driver_of(self._connection))

    async def enqueue_mail(self, mail: MailId) -> None:
        await jobs.enqueue_mail(await _driver_of(self._connection), mail)

    async def requeue_mail(self, mail: MailId) -> bool:
        return await jobs.requeue_mail(await _driver_of(self._connection), mail)

    async def mails_with_live_jobs(self) -> set[UUID]:
        return await jobs.mails_with_live_jobs(await _driver_of(self._connection))


async def _join_embedded(settings: Settings, stack: AsyncExitStack) -> str:
    embedded = await EmbeddedPostgres.join(settings.data_dir)
    stack.push_async_callback(embedded.leave)
    return embedded.url


def _desk(
    settings: Settings, database: Database, studio: Studio, identities: Sequence[IdentityProvider]
) -> AccountDesk:
    assert settings.secret_key is not None
    assert settings.base_url is not None
    has_passkeys = supports_passkeys(settings.base_url)
    return AccountDesk(
        AccountTools(
            open_work=database.open_work,
            clock=lambda: datetime.now(UTC),
            pepper=Pepper(settings.secret_key.get_secret_value()),
            base_url=settings.base_url,
            trial_credits=settings.trial,
            session_life=timedelta(days=settings.session_days),
            disposable_domains=read_disposable_domains(settings.disposable_domains),
            identities={provider.name: provider for provider in identities},
            passkeys=WebAuthnCeremony(base_url=settings.base_url) if has_passkeys else None,
        ),
        studio=studio,
    )


def _identities(settings: Settings) -> tuple[IdentityProvider, ...]:
    """In the order of the buttons."""
    found: list[IdentityProvider] = []
    if settings.google_client_id and settings.google_client_secret:
        secret = settings.google_client_secret.get_secret_value()
        found.append(google(client_id=settings.google_client_id, client_secret=secret))
    if settings.oidc_issuer and settings.oidc_client_id and settings.oidc_client_secret:
        found.append(
            OpenIdProvider(
                name="oidc",
                label=settings.oidc_label,
                issuer=settings.oidc_issuer,
                client_id=settings.oidc_client_id,
                client_secret=settings.oidc_client_secret.get_secret_value(),
            )
        )
    return tuple(found)


def _lookup(settings: Settings, *, gate: PhotoGate) -> Lookup:
    """Google where the operator accepted its terms, before what is free."""
    free = PanoramaxViews(base_url=settings.panoramax_base_url, gate=gate)
    if not settings.google_maps_on:
        nominatim = NominatimGeocoder(base_url=settings.nominatim_base_url, contact=settings.base_url)
        return Lookup(geocoders=(nominatim,), sources=(free,))
    assert settings.google_maps_api_key is not None
    maps = GoogleMaps(
        api_key=settings.google_maps_api_key.get_secret_value(), base_url=settings.google_maps_base_url
    )
    sources = (GoogleStreetView(maps), free, GoogleSatellite(maps))
    return Lookup(geocoders=(GoogleGeocoder(maps),), sources=sources)


def _mailer(settings: Settings) -> Mailer:
    if settings.smtp_url is None:
        return TerminalMailer()
    assert settings.mail_from is not None
    return SmtpMailer(settings.smtp_url.get_secret_value(), sender=settings.mail_from)


def _now() -> datetime:
    return datetime.now(UTC)


def _shop(settings: Settings, database: Database) -> Shop:
    """Sells through Stripe where both its keys are set."""
    if settings.stripe_api_key is None:
        return Shop(open_work=database.open_work, clock=_now)
    assert settings.stripe_webhook_secret is not None
    assert settings.base_url is not None
    payments = StripePayments(
        api_key=settings.stripe_api_key.get_secret_value(),
        webhook_secret=settings.stripe_webhook_secret.get_secret_value(),
        base_url=settings.stripe_base_url,
    )
    return Shop(
        open_work=database.open_work,
        clock=_now,
        payments=payments,
        packs=settings.packs,
        base_url=settings.base_url,
        paid_life=settings.retention.get(Plan.PAID),
    )


def _given(providers: Sequence[ImageProvider]) -> Providers:
    names = {provider.name: provider for provider in providers}
    return Providers(in_order=names, prices=dict.fromkeys(names, 0))


def _named(settings: Settings, concept: ConceptProvider) -> Providers:
    in_order: dict[str, ImageProvider] = {}
    for name in settings.provider_order:
        match name:
            case "concept":
                in_order[name] = concept
            case "diffusers":
                in_order[name] = _diffusers(settings)
            case _:
                in_order[name] = make_paid(name, settings)
    prices = {
        "gemini": settings.gemini_credits,
        "openai": settings.openai_credits,
        "diffusers": settings.diffusers_credits,
        "concept": 0,
    }
    limits = {
        "gemini": Limits(per_minute=settings.gemini_requests_per_minute, parallel=settings.gemini_parallel),
        "openai": Limits(per_minute=settings.openai_requests_per_minute, parallel=settings.openai_parallel),
        "diffusers": Limits(parallel=settings.diffusers_parallel),
    }
    return Providers(in_order=in_order, prices={name: prices[name] for name in in_order}, limits=limits)


def make_paid(name: str, settings: Settings) -> PaidProvider:
    """A provider that the settings name. Raises `SettingInvalid`."""
    return _gemini(settings) if name == "gemini" else _openai(settings)


def _openai(settings: Settings) -> PaidProvider:
    assert settings.openai_api_key is not None
    return OpenAIProvider(
        api_key=settings.openai_api_key.get_secret_value(),
        model=settings.openai_model,
        base_url=settings.openai_base_url,
        call_seconds=settings.call_seconds,
    )


def _diffusers(settings: Settings) -> ImageProvider:
    assert settings.diffusers_model is not None
    return DiffusersProvider(
        model=settings.diffusers_model,
        device=settings.diffusers_device,
        steps=settings.diffusers_steps,
        call_seconds=settings.call_seconds,
    )


def _gemini(settings: Settings) -> PaidProvider:
    assert settings.gemini_api_key is not None
    return GeminiProvider(
        api_key=settings.gemini_api_key.get_secret_value(),
        model=settings.gemini_model,
        base_url=settings.gemini_base_url,
        call_seconds=settings.call_seconds,
    )


def _inspector(database: Database) -> PostgresInspector:
    async def live_areas(connection: AsyncConnection) -> set[str]:
        return {str(area) for area in await jobs.areas_with_live_jobs(await _driver_of(connection))}

    async def queue_depth(connection: AsyncConnection) -> tuple[dict[str, int], float]:
        depth = await jobs.depth(await _driver_of(connection))
        return {"queued": depth.queued, "picked": depth.picked}, depth.oldest_age_s or 0.0

    return PostgresInspector(database, live_areas=live_areas, queue_depth=queue_depth)


async def _driver_of(connection: AsyncConnection) -> asyncpg.Connection:
    """The driver's own connection, in the same transaction."""
    raw = await connection.get_raw_connection()
    return cast(asyncpg.Connection, raw.driver_connection)
