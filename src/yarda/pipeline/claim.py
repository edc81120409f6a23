"""A worker's hold on an Area: every write goes through it and is refused once the hold is lost."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from yarda.domain.generation import Area, AreaId, Generation, Stage
from yarda.pipeline.ports import Tally, UnitOfWork
from yarda.pipeline.progress import record
from yarda.pipeline.tools import Tools

log = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class Change:
    """An open transaction on a claimed Area. Assign `area`, or `generation`, to change it."""

    work: UnitOfWork
    generation: Generation
    area: Area


class Claim:
    """Made by `take`; `number` fences every write: `ClaimLost` means drop your state, touch nothing."""

    def __init__(self, generation: Generation, area: Area, *, tools: Tools) -> None:
        self.generation = generation
        self.area = area
        self.number = area.claim
        self._tools = tools

    @property
    def names(self) -> dict[str, str | int]:
        """What identifies this run in logs."""
        return {
            "generation_id": str(self.generation.id),
            "area_id": str(self.area.id),
            "attempt": self.area.attempts,
            "claim": self.number,
        }

    @asynccontextmanager
    async def change(self) -> AsyncIterator[Change]:
        """One transaction: the Area is locked and still ours; what is assigned is saved with its event."""
        expectation = await self._tools.estimates.get()
        async with self._tools.open_work() as work:
            generation = await work.generations.lock(self.generation.id)
            area = generation.get_area(self.area.id)
            area.check_claim(self.number)
            change = Change(work=work, generation=generation, area=area)
            yield change
            if change.area != area or change.generation is not generation:
                generation = change.generation.with_areas(change.area)
                await record(work, generation, expectation, now=self._tools.clock())
        self.generation = generation
        self.area = change.area

    async def advance(self, stage: Stage, *, progress: int = 0) -> None:
        async with self.change() as change:
            change.area = change.area.advanced(stage, claim=self.number, progress=progress)
        if not progress:
            log.info("area_stage", stage=stage.value, **self.names)


async def take(area_id: AreaId, *, excused: int | None, tools: Tools) -> Claim:
    """Claim an Area, whoever had it before. Raises `ClaimLost` when it needs no work, `AreaNotFound`."""
    expectation = await tools.estimates.get()
    async with tools.open_work() as work:
        generation = await work.generations.lock_by_area(area_id)
        before = generation.get_area(area_id)
        area = before.claimed(now=tools.clock(), excused=excused)
        rescued = before.is_lost(excused=excused)
        if rescued:
            await work.tallies.count_up(Tally.AREAS_RESCUED)
        generation = generation.with_areas(area)
        await record(work, generation, expectation, now=tools.clock())
    claim = Claim(generation, area, tools=tools)
    if rescued:
        log.warning("area_rescued", **claim.names)
    log.info("background_generation_started", **claim.names)
    return claim
