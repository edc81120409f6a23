"""Wires everything up, and takes it down again."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from yarda.bootstrap.accounts import make_identities, make_shop, now
from yarda.bootstrap.engine import PostgresJobs
from yarda.bootstrap.places import make_lookup
from yarda.bootstrap.providers import given_providers, named_providers
from yarda.bootstrap.running import Running
from yarda.db.dump import PostgresDumps
from yarda.db.embedded import EmbeddedPostgres
from yarda.db.events import PostgresChanges
from yarda.db.unit_of_work import Database, open_engine
from yarda.imagery.house import MaskHouseKeeper
from yarda.imagery.photo import PhotoGate
from yarda.pipeline.provider import ImageProvider
from yarda.pipeline.tools import Estimates, Tools
from yarda.providers.concept import ConceptProvider
from yarda.settings import Settings
from yarda.spool import DiskSpool
from yarda.storage import ObjectStorage, make_private


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
        chosen = given_providers(providers) if providers else named_providers(settings, concept)
        for provider in chosen.in_order.values():
            stack.push_async_callback(provider.close)
        gate = PhotoGate()
        lookup = make_lookup(settings, gate=gate)
        for geocoder in lookup.geocoders:
            stack.push_async_callback(geocoder.close)
        for source in lookup.sources:
            stack.push_async_callback(source.close)
        shop = make_shop(settings, database)
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
            clock=now,
            owner_grants=settings.access == "local" and settings.trial_credits is None,
            keep_house=settings.keep_house,
            daily_spend_usd=settings.daily_spend_limit_usd,
            retention=settings.retention,
            longest_call=timedelta(seconds=max(300.0, settings.call_seconds + 60)),
            daily_areas=settings.daily_areas_per_account,
            daily_credits=settings.daily_credits_per_account,
        )
        if shop.packs:
            tools = replace(tools, more_credits=f"get credits at {shop.base_url}/account/credits")
        identities = make_identities(settings)
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


async def _join_embedded(settings: Settings, stack: AsyncExitStack) -> str:
    embedded = await EmbeddedPostgres.join(settings.data_dir)
    stack.push_async_callback(embedded.leave)
    return embedded.url
