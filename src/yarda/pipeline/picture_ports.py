"""What the pipeline needs from whoever looks at pictures and keeps them, as Protocols."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from yarda.domain.photo import Ground, Horizon, KnownLength, Polygon


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanPicture:
    """A picture decoded in the limited child and encoded anew: upright sRGB without metadata."""

    image: bytes
    media_type: str
    width: int
    height: int
    sha256: str
    captured_at: datetime | None = None
    focal_length_35mm: float | None = None
    position: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Renditions:
    """Smaller versions of a picture, as JPEG: longest side at most 1600 and 400 pixels."""

    width: int
    height: int
    media_type: str
    large: bytes
    thumb: bytes


class PositionPolicy(StrEnum):
    """Whether a photo's GPS position is kept; only the owner may ask for it."""

    DROP = "drop"
    KEEP = "keep"


class PictureGate(Protocol):
    """Everything that decodes bytes from outside does it here, in a limited child process."""

    async def clean(self, raw: bytes, *, position: PositionPolicy) -> CleanPicture: ...
    async def sign(self, image: bytes, words: str) -> bytes:
        """Write the words into the lower right corner of a clean picture, and among what it says of itself.

        PNG stays PNG, and nothing else of the picture changes.
        """
        ...

    async def make_renditions(self, image: bytes) -> Renditions:
        """Scale a picture that this program encoded. Raises `PhotoUnreadable` when it is damaged."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a provider made of a photo. `image` and `edit_mask` are PNG of the photo's size.

    With the house kept, everything outside the mask is the photo's own. `preserved` is the share of the
    picture outside the garden that the provider had left as it was, 0 to 1.
    """

    image: bytes
    edit_mask: bytes
    preserved: float


class HouseKeeper(Protocol):
    """Compares a provider's picture with the photo it was drawn from. The picture must have passed the gate."""

    async def judge(
        self, image: bytes, *, photo: bytes, ground: tuple[Polygon, ...], keep_house: bool, provider: str
    ) -> Judged:
        """Register the picture to the photo, measure what changed outside the ground, and put it back.

        Raises `PictureUnchanged` for the photo again or a blank picture, `UnusableReply` for one of another
        shape, `HouseMoved` where the house is not where the photo has it.
        """
        ...

    async def check_new_view(self, image: bytes, *, seen: bytes, provider: str) -> None:
        """Raises `PictureUnchanged` for a blank picture, or for the one that it was drawn from."""
        ...

    async def shows_place(self, image: bytes) -> bool:
        """Not so of a map service's notice: a few words on one colour, sent as if it were a picture."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GeometryProposal:
    """A first guess of a photo's geometry."""

    ground: Ground
    horizon: Horizon


class GeometryProposer(Protocol):
    async def propose(self, image: bytes) -> GeometryProposal: ...
    def measure_eye_height(
        self,
        known: KnownLength,
        *,
        size_px: tuple[int, int],
        horizon_y: float,
        focal_length_35mm: float | None,
    ) -> float:
        """How high the camera was, in metres. Raises `InvalidRequest` when the length does not fit the photo."""
        ...
