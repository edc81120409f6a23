"""What the pipeline needs from outside, as Protocols."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from yarda.domain.account import Plan
from yarda.domain.attempt import Attempt, AttemptId
from yarda.domain.credit import AccountId, Balance, EntryKind, LedgerEntry
from yarda.domain.gate import Gate, Traffic
from yarda.domain.generation import AreaId, Generation, GenerationId, Status
from yarda.domain.photo import ImageId, Photo, PhotoId
from yarda.domain.place import Location, SourceKind
from yarda.pipeline.places import Sight
from yarda.pipeline.usage import Usage

T = TypeVar("T")


Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing is left to do for this job."""


@dataclass(frozen=True, slots=True)
class Later:
    """The job runs again after the delay."""

    delay: timedelta


Verdict = Done | Later
"""What a run tells the job engine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A stored picture in its sizes. `kind` is photo, design or edit_mask."""

    id: ImageId
    account: AccountId
    kind: str
    full: str
    large: str
    thumb: str
    media_type: str
    width: int
    height: int
    generation: GenerationId | None = None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One change of a generation: its number and the whole generation as people see it after it."""

    number: int
    snapshot: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """A slice of a list, newest first; `next_cursor` is None at the end."""

    items: tuple[T, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTimes:
    """Measured seconds from start to finish per provider: (lower quartile, median, upper quartile, count)."""

    by_provider: dict[str, tuple[float, float, float, int]] = field(default_factory=dict)


class Generations(Protocol):
    async def add_once(self, generation: Generation) -> Generation:
        """Add, or return the one that already stands under the account's idempotency key."""
        ...

    async def find_by_key(self, key: str, *, account: AccountId) -> Generation | None: ...
    async def get(self, generation: GenerationId, *, account: AccountId) -> Generation: ...
    async def lock(self, generation: GenerationId, *, account: AccountId | None = None) -> Generation:
        """Read for a change: waits for other changes to end, holds off later ones."""
        ...

    async def lock_by_area(self, area: AreaId) -> Generation: ...
    async def save(self, generation: Generation) -> None: ...
    async def list_page(
        self, account: AccountId, *, limit: int, cursor: str | None, status: Status | None
    ) -> Page[Generation]: ...
    async def claims_of(self, areas: tuple[AreaId, ...]) -> dict[AreaId, int]: ...
    async def list_unfinished(self) -> list[tuple[AreaId, AccountId]]: ...
    async def measured_times(self) -> StageTimes: ...
    async def take_turn(self, area: AreaId, *, account: AccountId) -> int:
        """A queue priority by start-time fair queueing between accounts.

        An account's turn comes after its own last one, and not before the first that is waiting,
        so that one request does not wait behind another account's three hundred. Higher runs first.
        """
        ...

    async def delete(self, generation: Generation) -> None: ...
    async def uses_photo(self, photo: PhotoId) -> bool: ...


class Photos(Protocol):
    async def add(self, photo: Photo) -> None: ...
    async def get(self, photo: PhotoId, *, account: AccountId) -> Photo: ...
    async def find(self, photo: PhotoId) -> Photo | None: ...
    async def list_for(self, account: AccountId) -> list[Photo]: ...
    async def save(self, photo: Photo) -> None: ...
    async def delete(self, photo: PhotoId) -> None: ...


class Images(Protocol):
    async def add(self, image: Image) -> None: ...
    async def get(self, image: ImageId, *, account: AccountId) -> Image: ...
    async def list_for(self, generation: GenerationId) -> list[Image]: ...
    async def delete(self, image: ImageId) -> None: ...
    async def is_object_used(self, key: str) -> bool: ...


class Attempts(Protocol):
    async def add(self, attempt: Attempt, *, generation: Generation) -> None: ...
    async def close(self, attempt: Attempt) -> None: ...
    async def get(self, attempt: AttemptId, *, account: AccountId) -> Attempt:
        """Raises `CallNotFound`."""
        ...

    async def forget_prompts(self, generation: GenerationId) -> None:
        """The words that were sent; what was called and paid stays."""
        ...

    async def list_for_run(self, area: AreaId, *, run: int) -> list[Attempt]: ...
    async def list_for_account(self, account: AccountId, *, generation: GenerationId | None) -> list[Attempt]: ...
    async def spent_today_usd(self) -> Decimal:
        """What open and closed calls of this UTC day cost at most. Serialises with other callers."""
        ...


class Gates(Protocol):
    """What is known of providers, one gate for all workers, with the database's time of the answer."""

    async def lock(self, key: str, *, provider: str) -> tuple[Gate, datetime]:
        """Read for a change, made at first use; others wait until this transaction ends."""
        ...

    async def measure(self, provider: str, *, now: datetime, longest_call: timedelta) -> Traffic:
        """Count in a statement of its own, after the lock: a count in the locking one reads a stale snapshot."""
        ...

    async def save(self, gate: Gate) -> None: ...
    async def list_all(self) -> list[tuple[Gate, datetime]]: ...


class Geocodes(Protocol):
    """What geocoders said, for as long as their terms let it be kept."""

    async def find(self, address: str, *, geocoder: str) -> Location | None: ...
    async def keep(self, address: str, location: Location, *, geocoder: str) -> None: ...
    async def forget_old(self) -> int:
        """Drop what may not be kept any longer, positions of generations too. Returns how many."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PassingPicture:
    """A picture of the yard while its generation is worked on; `facts` are the gate's and the proposer's."""

    sight: Sight
    picture: bytes
    facts: dict[str, Any]


class PassingPictures(Protocol):
    """One picture per generation and kind of source, whoever of its areas needs it first."""

    async def find(self, generation: GenerationId, kind: SourceKind) -> PassingPicture | None: ...
    async def take(self, generation: GenerationId, kind: SourceKind, *, seconds: float) -> bool:
        """Become the one who fetches it, for that long; False while another does, or once it is there."""
        ...

    async def put(self, generation: GenerationId, kind: SourceKind, picture: PassingPicture) -> None: ...
    async def give_up(self, generation: GenerationId, kind: SourceKind) -> None:
        """Let another try at once."""
        ...

    async def forget(self, generation: GenerationId) -> None: ...
    async def forget_finished(self) -> int:
        """Drop the pictures of generations that are terminal: whoever fetched one late. Returns how many."""
        ...


class Ledger(Protocol):
    async def balance(self, account: AccountId) -> Balance: ...
    async def lock(self, account: AccountId) -> Balance:
        """The balance, which nobody else can change before this transaction ends."""
        ...

    async def post(
        self,
        account: AccountId,
        kind: EntryKind,
        *,
        credits: int,
        reason: str,
        generation: GenerationId | None = None,
        area: AreaId | None = None,
        run: int | None = None,
    ) -> None:
        """Append. At most one entry of a kind for an area and run."""
        ...

    async def list_page(self, account: AccountId, *, limit: int, cursor: str | None) -> Page[LedgerEntry]: ...


class Events(Protocol):
    async def append(self, generation: Generation, snapshot: dict[str, Any]) -> None: ...
    async def list_after(self, generation: GenerationId, *, number: int) -> list[Event]: ...
    async def latest(self, generation: GenerationId) -> Event: ...


class Accounts(Protocol):
    async def get_owner(self) -> AccountId:
        """The one account of local mode, made at first use."""
        ...

    async def plan_of(self, account: AccountId) -> Plan: ...


class Retention(Protocol):
    """What may not be kept any longer: what has expired, and all that deleted accounts left."""

    async def list_expired_generations(self) -> list[tuple[GenerationId, AccountId]]: ...
    async def list_expired_photos(self, lives: Mapping[Plan, timedelta]) -> list[PhotoId]:
        """Photos that no generation uses."""
        ...


class Jobs(Protocol):
    async def enqueue_area(self, area: AreaId, *, priority: int) -> None: ...
    async def requeue_area(self, area: AreaId, *, priority: int) -> bool:
        """Queue the area unless it has a live job by now, whoever else is about to; True if it was queued."""
        ...

    async def areas_with_live_jobs(self) -> set[UUID]: ...


class AuditLog(Protocol):
    async def add(
        self, action: str, *, actor: str, account: AccountId, detail: dict[str, str | int] | None = None
    ) -> None: ...


class Tally(StrEnum):
    """A number that no other row tells."""

    AREAS_RESCUED = "areas_rescued"
    INVARIANTS_VIOLATED = "invariants_violated"


class Tallies(Protocol):
    async def count_up(self, tally: Tally) -> None: ...


class Changes(Protocol):
    """Hints that a generation changed. A hint may be lost or false: readers look at the rows."""

    async def wait(self, generation: GenerationId, *, seconds: float) -> None:
        """Return at the next hint, or after that long."""
        ...


class UnitOfWork(Protocol):
    """One transaction: the block commits at its end and rolls back on any error."""

    @property
    def accounts(self) -> Accounts: ...
    @property
    def generations(self) -> Generations: ...
    @property
    def photos(self) -> Photos: ...
    @property
    def images(self) -> Images: ...
    @property
    def attempts(self) -> Attempts: ...
    @property
    def gates(self) -> Gates: ...
    @property
    def geocodes(self) -> Geocodes: ...
    @property
    def passing_pictures(self) -> PassingPictures: ...
    @property
    def retention(self) -> Retention: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def usage(self) -> Usage: ...
    @property
    def events(self) -> Events: ...
    @property
    def jobs(self) -> Jobs: ...
    @property
    def audit_log(self) -> AuditLog: ...
    @property
    def tallies(self) -> Tallies: ...


OpenWork = Callable[[], AbstractAsyncContextManager[UnitOfWork]]
