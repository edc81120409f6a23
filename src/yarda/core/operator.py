"""What whoever runs an installation calls, from the page and from the command line."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yarda.accounts.manage import Granted, disable_account, enable_account, grant_credits
from yarda.accounts.ports import AccountPage, OpenAccountWork
from yarda.core.studio import Studio
from yarda.domain.account import Account, AuditEntry
from yarda.domain.credit import AccountId, Balance
from yarda.domain.generation import AreaId, GenerationId
from yarda.errors import InvalidRequest
from yarda.pipeline.measure import Measurements
from yarda.pipeline.operate import AreaAtWork, DaySpent, Failures, OperatorRows, cancel_for, retry_for
from yarda.pipeline.tools import Tools

SHOWN = 100
DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """One look at an installation. Failures and spend are of the last `DAYS` days."""

    measured: Measurements
    unfinished: list[AreaAtWork]
    failed: list[AreaAtWork]
    failures: list[Failures]
    spend: list[DaySpent]


class Operator:
    """Made by `bootstrap`. Whoever calls has made sure that the caller may operate; `actor` is who that is.

    What is done to somebody leaves an entry in the audit log.
    """

    def __init__(self, tools: Tools, *, rows: OperatorRows, studio: Studio, open_work: OpenAccountWork) -> None:
        self._tools = tools
        self._rows = rows
        self._studio = studio
        self._open_work = open_work

    # --- what goes on ---

    async def look(self) -> Overview:
        return Overview(
            measured=await self._studio.measure(),
            unfinished=await self._rows.list_unfinished(limit=SHOWN),
            failed=await self._rows.list_failed(limit=SHOWN),
            failures=await self._rows.count_failures(days=DAYS),
            spend=await self._rows.list_spend(days=DAYS),
        )

    def now(self) -> datetime:
        """The time that ages are counted to."""
        return self._tools.clock()

    async def measure(self) -> Measurements:
        return await self._studio.measure()

    async def cancel(self, generation: GenerationId, *, actor: str) -> dict[str, Any]:
        """See `pipeline.operate.cancel_for`."""
        view = await cancel_for(generation, rows=self._rows, tools=self._tools)
        await self._note("design_cancelled", generation, actor=actor)
        return view

    async def retry(
        self, generation: GenerationId, area: AreaId, *, provider: str | None = None, actor: str
    ) -> dict[str, Any]:
        """See `pipeline.operate.retry_for`."""
        view = await retry_for(generation, area, provider=provider, rows=self._rows, tools=self._tools)
        await self._note("area_retried", generation, actor=actor)
        return view

    async def audit(self, *, actor: str) -> list[str]:
        """Every violated invariant in one sentence each."""
        violations = await self._studio.audit()
        async with self._open_work() as work:
            await work.audit_log.add("audited", actor=actor, detail={"violations": len(violations)})
        return violations

    async def list_log(self, *, limit: int, account: AccountId | None = None) -> list[AuditEntry]:
        """Who did what to whom, the newest first."""
        async with self._open_work() as work:
            return await work.audit_log.list_newest(limit=limit, account=account)

    # --- accounts ---

    async def list_accounts(
        self, *, limit: int, cursor: str | None = None, containing: str = ""
    ) -> tuple[AccountPage, dict[AccountId, Balance]]:
        """Newest first, with what each has."""
        async with self._open_work() as work:
            page = await work.accounts.list_page(limit=limit, cursor=cursor, containing=containing)
            return page, {account.id: await work.ledger.balance(account.id) for account in page.items}

    async def get_account(self, account: AccountId) -> Account:
        """Raises `AccountNotFound`."""
        async with self._open_work() as work:
            return await work.accounts.get(account)

    async def grant(
        self, account: AccountId, *, credits: int, reason: str, once: str | None, actor: str
    ) -> Granted:
        """See `accounts.manage.grant_credits`."""
        return await grant_credits(
            str(account), credits, reason=reason, once=once, actor=actor, open_work=self._open_work
        )

    async def disable(self, account: AccountId, *, actor: str) -> Account:
        """See `accounts.manage.disable_account`. Raises `InvalidRequest` for the operator's own account."""
        if str(account) == actor:
            raise InvalidRequest("you would shut yourself out; let another operator do it", field="account")
        return await disable_account(str(account), actor=actor, now=self._tools.clock(), open_work=self._open_work)

    async def enable(self, account: AccountId, *, actor: str) -> Account:
        """See `accounts.manage.enable_account`."""
        return await enable_account(str(account), actor=actor, open_work=self._open_work)

    async def _note(self, action: str, generation: GenerationId, *, actor: str) -> None:
        account = await self._rows.find_account(generation)
        async with self._open_work() as work:
            await work.audit_log.add(action, actor=actor, account=account, detail={"generation": str(generation)})
