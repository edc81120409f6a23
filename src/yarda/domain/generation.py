"""A Generation and its Areas: what was accepted, and the only ways it can change.

Every transition returns a new value and raises `ClaimLost` when the caller no longer holds the
Area. A Generation's status is derived from its Areas, never set.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType, Self
from uuid import UUID

from yarda.domain.catalog import AreaName, Growth, Season, StyleName
from yarda.domain.credit import AccountId
from yarda.domain.photo import ImageId, PhotoId, Polygon
from yarda.domain.place import FACING_THE_HOUSE, KINDS, CameraView, Location, SourceKind
from yarda.errors import AreaNotFound, AreaNotRetryable, ClaimLost

GenerationId = NewType("GenerationId", UUID)
AreaId = NewType("AreaId", UUID)

MAX_CLAIMS = 3
"""Claims of one run without a verdict; then the Area is poison and fails."""


class Status(StrEnum):
    """Of an Area (without PARTIAL_FAILED) and of a Generation."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    PARTIAL_FAILED = "partial_failed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_terminal(self) -> bool:
        return self not in (Status.PENDING, Status.PROCESSING)


class Stage(StrEnum):
    """Where an Area is on its way, in order."""

    QUEUED = "queued"
    GATHERING_IMAGERY = "gathering_imagery"
    COMPOSING_PROMPT = "composing_prompt"
    RENDERING = "rendering"
    CHECKING = "checking"
    STORING = "storing"
    DONE = "done"


STARTS_AT: dict[Stage, int] = {
    Stage.QUEUED: 0,
    Stage.GATHERING_IMAGERY: 5,
    Stage.COMPOSING_PROMPT: 10,
    Stage.RENDERING: 15,
    Stage.CHECKING: 88,
    Stage.STORING: 94,
    Stage.DONE: 100,
}
"""Progress at the start of each stage; rendering takes most of the time, so it gets most of the scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaError:
    """Why an Area failed, in words that tell the user what to do."""

    code: str
    message: str
    retryable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where the source picture comes from."""

    source: str
    captured: str | None = None
    attribution: str | None = None

    @property
    def signature(self) -> str | None:
        """What must stand on everything made of it: whose it is, and when it was taken."""
        parts = (self.attribution, self.captured)
        return ", ".join(part for part in parts if part) if self.attribution else None


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignImages:
    """What is kept of a finished Area; `garden` is the object key of its scene, where there is one.

    `unmet` says, one wish a text, what was asked for and could not be drawn. `preserved` is the share of
    the house, and of all else outside the garden, that the provider left as it was, before it was put back;
    None where that was not measured.
    """

    design: ImageId
    edit_mask: ImageId | None
    garden: str | None = None
    unmet: tuple[str, ...] = ()
    preserved: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """One part of the yard in one Style: the unit of work, of failure and of price."""

    id: AreaId
    position: int
    area: AreaName
    style: StyleName
    custom_prompt: str = ""
    preservation_strength: float = 0.5
    season: Season = Season.SUMMER
    growth: Growth = Growth.MATURE
    photo: PhotoId | None = None
    ground: tuple[Polygon, ...] | None = None
    guided: bool = False
    wanted_provider: str = "auto"
    credits: int = 0

    status: Status = Status.PENDING
    stage: Stage = Stage.QUEUED
    progress: int = 0
    run: int = 1
    claim: int = 0
    claims_in_run: int = 0
    attempts: int = 0
    provider: str | None = None
    source_image: ImageId | None = None
    imagery: Provenance | None = None
    images: DesignImages | None = None
    error: AreaError | None = None
    queued_at: datetime
    started_at: datetime | None = None
    completed_at: datetime | None = None

    def claimed(self, *, now: datetime, excused: int | None = None) -> Self:
        """Take the Area for a run; every later write of that run names the new claim number.

        `excused` names a claim that ended through no fault of the Area (the database went away);
        taking over from it does not count towards poison. Raises `ClaimLost` when nothing is left to do.
        """
        if self.status.is_terminal:
            raise ClaimLost(f"area {self.id} is {self.status}")
        return replace(
            self,
            status=Status.PROCESSING,
            claim=self.claim + 1,
            claims_in_run=self.claims_in_run + (excused != self.claim),
            started_at=self.started_at or now,
            stage=Stage.GATHERING_IMAGERY,
            progress=max(self.progress, STARTS_AT[Stage.GATHERING_IMAGERY]),
        )

    def is_lost(self, *, excused: int | None) -> bool:
        """Whoever takes it now rescues it: a worker had it, and came to no verdict through no outage."""
        return self.status is Status.PROCESSING and self.claim != excused

    @property
    def source(self) -> SourceKind:
        """What it is drawn from: its photo, else what there is of its kind for the address."""
        return SourceKind.PHOTO if self.photo else KINDS[self.area]

    @property
    def has_scene(self) -> bool:
        """Drawn from a scene that plans can be made of."""
        return self.status is Status.COMPLETED and self.images is not None and self.images.garden is not None

    @property
    def is_poison(self) -> bool:
        """Too many workers took it and none came to a verdict."""
        return self.claims_in_run > MAX_CLAIMS

    def advanced(self, stage: Stage, *, claim: int, progress: int = 0) -> Self:
        """Reach a stage. Progress never goes down within a run."""
        self.check_claim(claim)
        return replace(self, stage=stage, progress=max(self.progress, STARTS_AT[stage], min(progress, 99)))

    def sourced(self, image: ImageId | None, provenance: Provenance) -> Self:
        """Note where the picture it is drawn from comes from; `image` only where it may be kept."""
        return replace(self, source_image=image, imagery=provenance)

    def attempting(self, provider: str, *, claim: int) -> Self:
        self.check_claim(claim)
        return replace(self, provider=provider, attempts=self.attempts + 1)

    def completed(self, images: DesignImages, *, claim: int, now: datetime) -> Self:
        self.check_claim(claim)
        return replace(
            self,
            status=Status.COMPLETED,
            stage=Stage.DONE,
            progress=100,
            images=images,
            error=None,
            completed_at=now,
        )

    def failed(self, error: AreaError, *, claim: int, now: datetime) -> Self:
        self.check_claim(claim)
        return replace(self, status=Status.FAILED, error=error, completed_at=now)

    def handed_back(self, *, claim: int) -> Self:
        """A worker that stops in good order returns the Area; that claim does not count as lost."""
        self.check_claim(claim)
        return replace(
            self,
            status=Status.PENDING,
            stage=Stage.QUEUED,
            claim=self.claim + 1,
            claims_in_run=self.claims_in_run - 1,
        )

    def cancelled(self, *, now: datetime) -> Self:
        """Stop an unfinished Area; whoever works on it loses its claim. A finished one stays as it is."""
        if self.status.is_terminal:
            return self
        return replace(self, status=Status.CANCELLED, claim=self.claim + 1, completed_at=now)

    def retried(self, *, now: datetime, provider: str, credits: int) -> Self:
        """Run a failed or cancelled Area again, with a new hold of `credits`."""
        if self.status not in (Status.FAILED, Status.CANCELLED):
            raise AreaNotRetryable(f"this area is {self.status}; only a failed or cancelled one can run again")
        return replace(
            self,
            status=Status.PENDING,
            stage=Stage.QUEUED,
            progress=0,
            run=self.run + 1,
            claims_in_run=0,
            attempts=0,
            wanted_provider=provider,
            provider=None,
            credits=credits,
            error=None,
            queued_at=now,
            started_at=None,
            completed_at=None,
        )

    def check_claim(self, claim: int) -> None:
        """Raise `ClaimLost` unless the Area is being worked on under that claim."""
        if self.claim != claim or self.status is not Status.PROCESSING:
            raise ClaimLost(f"area {self.id}: claim {claim} is over (now {self.claim}, {self.status})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One accepted request; `change` counts its changes and numbers its events.

    From `expires_at` on it is deleted with its pictures, once it is terminal; without one it is kept.
    """

    id: GenerationId
    account: AccountId
    address: str | None = None
    address_confirmed: bool = False
    view: CameraView = FACING_THE_HOUSE
    location: Location | None = None
    provider: str = "auto"
    seed: int
    idempotency_key: str | None = None
    request_sha256: str
    areas: tuple[Area, ...]
    created_at: datetime
    expires_at: datetime | None = None
    change: int = 1

    @property
    def status(self) -> Status:
        return derive_status(tuple(area.status for area in self.areas))

    @property
    def credits(self) -> int:
        """Credits held or spent for all areas at their latest run."""
        return sum(area.credits for area in self.areas)

    @property
    def started_at(self) -> datetime | None:
        return min((area.started_at for area in self.areas if area.started_at), default=None)

    @property
    def completed_at(self) -> datetime | None:
        if not self.status.is_terminal:
            return None
        return max((area.completed_at for area in self.areas if area.completed_at), default=None)

    @property
    def resolved_address(self) -> str | None:
        return self.location.resolved_address if self.location else None

    @property
    def location_accuracy(self) -> str | None:
        return self.location.accuracy.value if self.location else None

    def located(self, location: Location) -> Self:
        """Note what the geocoder found."""
        return replace(self, location=location)

    def get_area(self, area_id: AreaId) -> Area:
        """Raises `AreaNotFound`."""
        for area in self.areas:
            if area.id == area_id:
                return area
        raise AreaNotFound("this generation has no such area")

    def with_areas(self, *changed: Area) -> Self:
        """The next value of the Generation, one change further."""
        by_id = {area.id: area for area in changed}
        areas = tuple(by_id.get(area.id, area) for area in self.areas)
        return replace(self, areas=areas, change=self.change + 1)


def derive_status(areas: tuple[Status, ...]) -> Status:
    """The Generation's status as the contract derives it from its Areas."""
    kinds = set(areas)
    if kinds == {Status.PENDING}:
        return Status.PENDING
    if not all(status.is_terminal for status in kinds):
        return Status.PROCESSING
    if kinds == {Status.COMPLETED}:
        return Status.COMPLETED
    if Status.COMPLETED in kinds:
        return Status.PARTIAL_FAILED
    return Status.FAILED if Status.FAILED in kinds else Status.CANCELLED


def find_areas_together(generation: Generation) -> tuple[Area, ...]:
    """The areas of one photo, two or more and all drawn from one scene; empty where there are none."""
    for first in generation.areas:
        areas = tuple(area for area in generation.areas if area.photo and area.photo == first.photo)
        if len(areas) > 1 and all(area.has_scene and not area.guided for area in areas):
            return areas
    return ()
