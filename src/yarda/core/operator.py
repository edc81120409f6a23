"""What whoever runs an installation calls, from the page and from the command line."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yarda.accounts.ports import OpenAccountWork
from yarda.core.studio import Studio
from yarda.domain.gate import Gate
from yarda.domain.generation import AreaId, GenerationId
from yarda.pipeline.operate import AreaAtWork, DaySpent, Failures, OperatorRows, cancel_for, retry_for
from yarda.pipeline.tools import Tools

SHOWN = 100
DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """One look at an installation. `gates` come with the database's time."""

    unfinished: list[AreaAtWork]
    failed: list[AreaAtWork]
    failures: list[Failures]
    spend: list[DaySpent]
    gates: list[tuple[Gate, datetime]]
    jobs: dict[str, int]
    oldest_job_seconds: float


class Operator:
    """Made by `bootstrap`. Whoever calls has made sure that the caller may operate; `actor` is who that is."""

    def __init__(self, tools: Tools, *, rows: OperatorRows, studio: Studio, open_work: OpenAccountWork) -> None:
        self._tools = tools
        self._rows = rows
        self._studio = studio
        self._open_work = open_work

    async def look(self) -> Overview:
        measured = await self._studio.measure()
        async with self._tools.open_work() as work:
            gates = await work.gates.list_all()
        return Overview(
            unfinished=await self._rows.list_unfinished(limit=SHOWN),
            failed=await self._rows.list_failed(limit=SHOWN),
            failures=await self._rows.count_failures(days=DAYS),
            spend=await self._rows.list_spend(days=DAYS),
            gates=gates,
            jobs=measured.jobs_by_status,
            oldest_job_seconds=measured.oldest_job_seconds,
        )

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

    async def audit(self) -> list[str]:
        """Every violated invariant in one sentence each."""
        return await self._studio.audit()

    async def _note(self, action: str, generation: GenerationId, *, actor: str) -> None:
        account = await self._rows.find_account(generation)
        async with self._open_work() as work:
            await work.audit_log.add(action, actor=actor, account=account, detail={"generation": str(generation)})
