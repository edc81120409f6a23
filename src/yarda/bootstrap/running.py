"""A wired Yarda."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from uuid import UUID

from yarda import jobs
from yarda.accounts.forget import forget_expired
from yarda.accounts.mailroom import Mailroom
from yarda.accounts.purchase import Shop
from yarda.accounts.service_ports import IdentityProvider
from yarda.bootstrap.accounts import make_desk, make_mailer
from yarda.bootstrap.engine import driver_of, make_inspector
from yarda.core import Operator, Studio
from yarda.db import migrate
from yarda.db.dump import PostgresDumps
from yarda.db.operator import PostgresOperatorRows
from yarda.db.unit_of_work import Database
from yarda.domain.account import MailId
from yarda.domain.credit import EntryKind
from yarda.domain.generation import AreaId
from yarda.pipeline.ports import Done, Later, Verdict
from yarda.pipeline.tools import Tools
from yarda.settings import Settings
from yarda.spool import DiskSpool

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
        self.studio = Studio(tools, inspector=make_inspector(database), shop=shop)
        self.operator = Operator(
            tools, rows=PostgresOperatorRows(database), studio=self.studio, open_work=database.open_work
        )
        has_desk = settings.access == "accounts"
        self.desk = make_desk(settings, database, self.studio, identities) if has_desk else None
        self.mailroom = Mailroom(open_work=database.open_work, mailer=make_mailer(settings), clock=tools.clock)
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
        """Drop what is over of sign-ins, the engine's log of finished jobs, and replies nobody came back for."""
        await forget_expired(open_work=self.database.open_work)
        async with self.database.connect() as connection:
            await jobs.prune(await driver_of(connection), older_than=KEEP_JOB_LOG)
        await asyncio.to_thread(self._spool.remove_old)
