"""An image provider as the pipeline sees it: the order it is sent, what it gives back, where replies are kept."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from yarda.domain.attempt import AttemptId
from yarda.domain.catalog import AreaName, Growth, Season, StyleName
from yarda.domain.generation import AreaId
from yarda.domain.photo import KnownLength, Point, Polygon
from yarda.domain.place import SourceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class NeighbourOrder:
    """Another Area of the same generation on the same photo: the designs are to agree with each other."""

    area_name: AreaName
    style: StyleName
    ground: tuple[Polygon, ...]
    custom_prompt: str
    preservation_strength: float
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """The same Area as the painter drew it, for a provider to follow: its picture and its edit mask, as PNG.

    `garden` is the scene it was drawn from: what the plan and the plant list of the design are made of.
    """

    image: bytes
    edit_mask: bytes
    garden: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderOrder:
    """All a provider is told. An Area has one order per run, sent again at most with its firmer prompt.

    `pitch` says how far the camera looked up, in degrees, where that is known; `eye_height` its height in metres.
    `attribution` is what must stand on everything that is made of the photo.
    """

    area: AreaId
    area_name: AreaName
    style: StyleName
    prompt: str
    firm_prompt: str = ""
    prompt_version: str = ""
    source: SourceKind = SourceKind.PHOTO
    guide: Guide | None = None
    photo: bytes
    photo_media_type: str
    width: int
    height: int
    ground: tuple[Polygon, ...]
    keep_in_front: tuple[Polygon, ...] = ()
    horizon_y: float | None = None
    focal_length_35mm: float | None = None
    pitch: float | None = None
    eye_height: float | None = None
    attribution: str | None = None
    known_length: KnownLength | None = None
    house_edge: tuple[Point, ...] | None = None
    captured_at: datetime | None = None
    position: tuple[float, float] | None = None
    custom_prompt: str = ""
    preservation_strength: float = 0.5
    season: Season = Season.SUMMER
    growth: Growth = Growth.MATURE
    seed: int
    neighbours: tuple[NeighbourOrder, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """What came back, with enough to argue about the invoice. `garden` is the scene, where there is one.

    A picture is foreign unless a process of this program encoded it.
    """

    image: bytes
    media_type: str
    provider_reference: str | None = None
    cost_usd: Decimal = Decimal(0)
    edit_mask: bytes | None = None
    is_foreign: bool = True
    garden: dict[str, Any] | None = None


class ReplySink(Protocol):
    """Takes a provider's reply as it arrives. Nothing is lost once `commit` has returned.

    `write` raises `UnusableReply` when the reply outgrows its cap; `commit` makes the reply
    durable under its attempt's name (fsync, atomic rename); what is not committed is discarded.
    """

    async def write(self, chunk: bytes) -> None: ...
    async def commit(self) -> bytes:
        """Returns the reply, whole."""
        ...


class ImageProvider(Protocol):
    """Draws one design per order. Holds no state of an order, so jobs may share it.

    `render` sends the order once, streams the reply into the sink, commits it, and only then
    reads it. `read_reply` reads a committed reply again, after a crash. Both raise nothing but
    `ProviderError`; anything else is a bug in the adapter.
    """

    @property
    def name(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def price_cap_usd(self) -> Decimal:
        """The most one call can cost; 0 for a provider that costs nothing."""
        ...

    @property
    def draws_new_views(self) -> bool:
        """Whether it can draw what a picture from above shows as seen from the ground; else `NeedsPhoto`."""
        ...

    @property
    def follows_guides(self) -> bool:
        """Whether it looks at an order's guide."""
        ...

    @property
    def usual_seconds(self) -> float:
        """A first guess of a call's time, until this installation has measured its own."""
        ...

    async def render(self, order: RenderOrder, sink: ReplySink) -> Rendering: ...
    async def read_reply(self, order: RenderOrder, reply: bytes) -> Rendering: ...
    async def close(self) -> None: ...


class PaidProvider(ImageProvider, Protocol):
    """One whose calls cost money."""

    async def find_model(self) -> str:
        """What the provider calls the model; asks without cost whether it knows the key and the model.

        Raises `ProviderError`.
        """
        ...


class Spool(Protocol):
    """Replies on disk, named by their attempt, until the design is stored."""

    def open_sink(self, attempt: AttemptId, *, provider: str) -> AbstractAsyncContextManager[ReplySink]: ...
    async def find(self, attempt: AttemptId) -> bytes | None: ...
    async def discard(self, attempt: AttemptId) -> None: ...
    def list_older_than(self, age: timedelta) -> list[str]:
        """The names of what this machine keeps for longer than that."""
        ...
