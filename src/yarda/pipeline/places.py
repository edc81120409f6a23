"""What the pipeline needs to know of a place from outside: where an address is, and what it looks like."""

import asyncio
from dataclasses import dataclass, field
from typing import Protocol
from weakref import WeakValueDictionary

from yarda.domain.place import CameraView, Location, Position, SourceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A picture of a place that can be fetched; knowing of it costs nothing.

    `source` names where it comes from (`google_street_view`, `google_satellite`, `panoramax`), `picture` is
    that source's own name of it. Degrees as in `CameraView`; `eye_height` in metres, `captured` as year and
    month or a day. A picture that cannot turn shows what it shows, whatever the view. Pictures that may not be
    kept live as long as the generation is worked on.
    """

    source: str
    kind: SourceKind
    picture: str
    position: Position
    heading: float = 0.0
    pitch: float = 0.0
    fov: float = 80.0
    eye_height: float | None = None
    captured: str | None = None
    attribution: str
    may_keep: bool
    can_turn: bool = True


class Geocoder(Protocol):
    """Finds addresses. `name` is a key of `KEEP_POSITION`."""

    @property
    def name(self) -> str: ...
    @property
    def pause_seconds(self) -> float:
        """How far apart all processes together ask; 0 where the service does not want that."""
        ...

    async def find(self, address: str) -> Location:
        """Raises `AddressNotFound`, `ImageryUnavailable`, `ImageryMisconfigured`."""
        ...

    async def close(self) -> None: ...


class ViewSource(Protocol):
    """Finds and fetches pictures of places, all of one kind. Asks nothing that costs before `fetch`."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> SourceKind: ...

    async def look(self, location: Location, view: CameraView) -> Sight:
        """The best picture of that place. Raises `NoImagery`, `ImageryUnavailable`, `ImageryMisconfigured`."""
        ...

    async def fetch(self, sight: Sight) -> bytes:
        """The picture's file as it came, at most 25 MB; sent once. Raises as `look` does."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """The configured ways from an address to a picture, in the order they are asked; there may be none."""

    geocoders: tuple[Geocoder, ...] = ()
    sources: tuple[ViewSource, ...] = ()
    _turns: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def turn(self, address: str) -> asyncio.Lock:
        """Whoever else of this process looks for the same address waits, and finds the answer kept."""
        return self._turns.setdefault(address, asyncio.Lock())

    def sources_of(self, kind: SourceKind) -> tuple[ViewSource, ...]:
        return tuple(source for source in self.sources if source.kind is kind)
