"""The runs of this process: started by jobs, stopped when their claim is lost."""

import asyncio
from datetime import timedelta

import structlog

from yarda.domain.generation import AreaId
from yarda.errors import ServiceUnavailableError, YardaError
from yarda.pipeline.claim import Claim
from yarda.pipeline.ports import Done, Later, Verdict
from yarda.pipeline.run import Interrupted, run_area
from yarda.pipeline.tools import Tools

WATCH_SECONDS = 0.5
AGAIN = timedelta(seconds=2)

log = structlog.get_logger()


class Runs:
    """Keeps a task per Area, so that a cancelled or overtaken one stops at once."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._tasks: dict[AreaId, asyncio.Task[Verdict]] = {}
        self._claims: dict[AreaId, Claim] = {}
        self._excused: dict[AreaId, int] = {}
        self._stopping = False

    def __len__(self) -> int:
        return len(self._tasks)

    async def design_area(self, area: AreaId) -> Verdict:
        """Run one Area. Never raises on purpose; `Later` when a part of Yarda itself was away."""
        if area in self._tasks:
            return Later(AGAIN)
        excused = self._excused.pop(area, None)
        task = asyncio.create_task(
            run_area(area, excused=excused, claims=self._claims, tools=self._tools), name=f"area {area}"
        )
        self._tasks[area] = task
        try:
            await asyncio.wait({task})
            return self._verdict_of(task, area)
        finally:
            self._tasks.pop(area, None)
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    def _verdict_of(self, task: asyncio.Task[Verdict], area: AreaId) -> Verdict:
        if task.cancelled():
            return Later(timedelta(0)) if self._stopping else Done()
        error = task.exception()
        if error is None:
            return task.result()
        if isinstance(error, Interrupted):
            self._excused[area] = error.claim
            log.warning("area_interrupted", area_id=str(area), reason=str(error))
        elif isinstance(error, ServiceUnavailableError):
            log.warning("area_interrupted", area_id=str(area), reason=error.code)
        else:
            log.error("area_interrupted", area_id=str(area), exc_info=error)
        return Later(AGAIN)

    async def watch_claims(self, *, lease_seconds: float) -> None:
        """Stop every run whose claim is over, and all of them when the rows cannot be read for a lease."""
        loop = asyncio.get_running_loop()
        seen = loop.time()
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            claims = dict(self._claims)
            if not claims:
                seen = loop.time()
                continue
            try:
                async with self._tools.open_work() as work:
                    numbers = await work.generations.claims_of(tuple(claims))
                seen = loop.time()
            except YardaError:
                if loop.time() - seen > lease_seconds:
                    self._stop(tuple(claims), reason="the lease could not be renewed")
                continue
            # Whoever takes an area away raises its claim; one that ended under ours still cleans up.
            lost = tuple(area for area, claim in claims.items() if numbers.get(area) != claim.number)
            self._stop(lost, reason="the claim is over")

    async def finish(self, *, seconds: float) -> None:
        """Wait that long for the runs under way to end by themselves."""
        if self._tasks:
            await asyncio.wait(tuple(self._tasks.values()), timeout=seconds)

    async def hand_back(self) -> None:
        """Stop all runs in good order; their areas wait for another worker and no claim is counted."""
        self._stopping = True
        claims, tasks = dict(self._claims), dict(self._tasks)
        self._stop(tuple(tasks), reason="the worker stops")
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        for claim in claims.values():
            try:
                async with claim.change() as change:
                    change.area = change.area.handed_back(claim=claim.number)
            except YardaError as error:
                log.info("not_handed_back", reason=str(error), **claim.names)

    def _stop(self, areas: tuple[AreaId, ...], *, reason: str) -> None:
        for area in areas:
            task = self._tasks.get(area)
            if task is not None and not task.done():
                log.info("area_stopped", area_id=str(area), reason=reason)
                task.cancel()
