"""The only ways a generation can change, against the invariants that `yarda audit` checks."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from yarda.domain.catalog import AreaName, StyleName
from yarda.domain.credit import AccountId
from yarda.domain.generation import (
    MAX_CLAIMS,
    Area,
    AreaError,
    AreaId,
    DesignImages,
    Generation,
    GenerationId,
    Stage,
    Status,
    derive_status,
)
from yarda.domain.photo import ImageId
from yarda.errors import AreaNotRetryable, ClaimLost

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ERROR = AreaError(code="provider_timeout", message="Try again.", retryable=True)


def an_area(position: int = 0, name: AreaName = AreaName.FRONT_YARD) -> Area:
    return Area(
        id=AreaId(uuid4()), position=position, area=name, style=StyleName.JAPANESE_ZEN, credits=1, queued_at=NOW
    )


def some_images() -> DesignImages:
    return DesignImages(design=ImageId(uuid4()), edit_mask=None)


@pytest.mark.parametrize(
    ("areas", "expected"),
    [
        (["pending", "pending"], Status.PENDING),
        (["pending", "processing"], Status.PROCESSING),
        (["completed", "pending"], Status.PROCESSING),
        (["completed", "completed"], Status.COMPLETED),
        (["completed", "failed"], Status.PARTIAL_FAILED),
        (["completed", "cancelled"], Status.PARTIAL_FAILED),
        (["failed", "cancelled"], Status.FAILED),
        (["cancelled", "cancelled"], Status.CANCELLED),
    ],
)
def test_the_status_follows_from_the_areas(areas: list[str], expected: Status) -> None:
    assert derive_status(tuple(Status(area) for area in areas)) is expected


def test_progress_never_falls_within_a_run() -> None:
    area = an_area().claimed(now=NOW).advanced(Stage.RENDERING, claim=1, progress=60)

    again = area.claimed(now=NOW)

    assert again.progress == 60
    assert again.advanced(Stage.RENDERING, claim=2).progress == 60


def test_only_what_failed_or_was_cancelled_runs_again() -> None:
    with pytest.raises(AreaNotRetryable):
        an_area().retried(now=NOW, provider="auto", credits=1)


def test_an_interrupted_claim_is_not_counted() -> None:
    area = an_area().claimed(now=NOW)

    assert area.claimed(now=NOW, excused=area.claim).claims_in_run == 1
    assert area.claimed(now=NOW).claims_in_run == 2


class Spine(RuleBasedStateMachine):
    """Workers, people and crashes act on one generation in any order; a model of the ledger watches."""

    claims = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        self.generation = Generation(
            id=GenerationId(uuid4()),
            account=AccountId(uuid4()),
            seed=1,
            request_sha256="",
            areas=tuple(an_area(i, name) for i, name in enumerate((AreaName.FRONT_YARD, AreaName.PATIO))),
            created_at=NOW,
        )
        self.held = {(area.id, 1): 1 for area in self.generation.areas}
        self.spent: dict[tuple[AreaId, int], int] = {}
        self.finished: set[tuple[AreaId, int]] = set()

    def _save(self, area: Area) -> None:
        self.generation = self.generation.with_areas(area)

    def _settle(self, area: Area, *, spent: int) -> None:
        key = (area.id, area.run)
        assert key not in self.finished, "settled twice"
        self.finished.add(key)
        self.held[key] = 0
        self.spent[key] = spent

    @rule(target=claims, position=st.integers(0, 1))
    def claim_or_rescue_or_run_twice(self, position: int) -> object:
        try:
            area = self.generation.areas[position].claimed(now=NOW)
        except ClaimLost:
            return multiple()
        self._save(area)
        if area.is_poison:
            self._save(area.failed(replace(ERROR, code="worker_lost"), claim=area.claim, now=NOW))
            self._settle(area, spent=0)
        return area.id, area.claim

    @rule(held=claims, stage=st.sampled_from(list(Stage)[1:-1]))
    def reach_a_stage(self, held: tuple[AreaId, int], stage: Stage) -> None:
        area = self.generation.get_area(held[0])
        try:
            self._save(area.advanced(stage, claim=held[1]))
        except ClaimLost:
            assert area.claim != held[1] or area.status is not Status.PROCESSING

    @rule(held=consumes(claims))
    def finish(self, held: tuple[AreaId, int]) -> None:
        area = self.generation.get_area(held[0])
        try:
            self._save(area.completed(some_images(), claim=held[1], now=NOW))
        except ClaimLost:
            return
        self._settle(area, spent=1)

    @rule(held=consumes(claims))
    def fail(self, held: tuple[AreaId, int]) -> None:
        area = self.generation.get_area(held[0])
        try:
            self._save(area.failed(ERROR, claim=held[1], now=NOW))
        except ClaimLost:
            return
        self._settle(area, spent=0)

    @rule(held=consumes(claims))
    def hand_back(self, held: tuple[AreaId, int]) -> None:
        area = self.generation.get_area(held[0])
        try:
            self._save(area.handed_back(claim=held[1]))
        except ClaimLost:
            return

    @rule()
    def cancel(self) -> None:
        for area in self.generation.areas:
            if not area.status.is_terminal:
                self._settle(area, spent=0)
            self._save(area.cancelled(now=NOW))

    @rule(position=st.integers(0, 1))
    def retry(self, position: int) -> None:
        try:
            area = self.generation.areas[position].retried(now=NOW, provider="auto", credits=1)
        except AreaNotRetryable:
            return
        self._save(area)
        self.held[(area.id, area.run)] = 1

    @invariant()
    def credits_are_held_exactly_while_unfinished(self) -> None:
        for area in self.generation.areas:
            assert self.held[(area.id, area.run)] == (0 if area.status.is_terminal else 1)

    @invariant()
    def a_picture_is_paid_once_and_only_a_picture(self) -> None:
        for area in self.generation.areas:
            paid = self.spent.get((area.id, area.run), 0)
            assert (area.status is Status.COMPLETED) == (paid == 1)
            assert (area.images is not None) == (area.status is Status.COMPLETED)

    @invariant()
    def done_means_done(self) -> None:
        for area in self.generation.areas:
            assert (area.progress == 100) == (area.status is Status.COMPLETED)
            assert (area.error is not None) == (area.status is Status.FAILED)
            assert area.claims_in_run <= MAX_CLAIMS + 1


Spine.TestCase.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
TestSpine = Spine.TestCase
