"""What a person asks for, checked before anything is accepted."""

import hashlib
import json
from dataclasses import asdict, dataclass

from yarda.domain.catalog import AreaName, Growth, Season, StyleName
from yarda.domain.photo import PhotoId, Polygon
from yarda.domain.place import FACING_THE_HOUSE, CameraView
from yarda.errors import InvalidRequest

AUTO = "auto"
MAX_AREAS = 5
MAX_PROMPT = 500
MAX_KEY = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRequest:
    """One area in one style, with its own wishes."""

    area: AreaName
    style: StyleName
    custom_prompt: str = ""
    preservation_strength: float = 0.5
    season: Season = Season.SUMMER
    growth: Growth = Growth.MATURE
    photo_id: PhotoId | None = None
    ground: tuple[Polygon, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignRequest:
    """A whole request. `provider` is "auto" or a configured name; a missing `seed` is drawn at acceptance.

    `view` turns the street camera of an address; `address_confirmed` says that a person has seen what was
    found for it. `guided`: an outside provider is given the painter's picture of the Area to follow.
    """

    areas: tuple[AreaRequest, ...]
    address: str | None = None
    address_confirmed: bool = False
    view: CameraView = FACING_THE_HOUSE
    photo_id: PhotoId | None = None
    provider: str = AUTO
    guided: bool = False
    seed: int | None = None

    @property
    def sha256(self) -> str:
        """The same for the same request, whatever order its JSON had."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True, default=str).encode()).hexdigest()

    def source_of(self, area: AreaRequest) -> PhotoId | None:
        """The area's own photo, else the request's; None means the address."""
        return area.photo_id or self.photo_id


def check_request(request: DesignRequest, *, idempotency_key: str | None) -> None:
    """Raise `InvalidRequest`, naming the field and what is allowed."""
    if not 1 <= len(request.areas) <= MAX_AREAS:
        raise InvalidRequest(f"areas: choose 1 to {MAX_AREAS} areas, not {len(request.areas)}", field="areas")
    names = [area.area for area in request.areas]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise InvalidRequest(f"areas: {', '.join(sorted(twice))} is listed twice; once is enough", field="areas")
    if request.address is not None and not 5 <= len(request.address.strip()) <= 200:
        raise InvalidRequest("address: write 5 to 200 characters", field="address")
    request.view.check()
    if idempotency_key is not None and not 1 <= len(idempotency_key) <= MAX_KEY:
        raise InvalidRequest(f"Idempotency-Key: use 1 to {MAX_KEY} characters", field="Idempotency-Key")
    _check_words(request, idempotency_key)
    for area in request.areas:
        _check_area(area)
        if request.source_of(area) is None and request.address is None:
            raise InvalidRequest(
                f"{area.area}: add a photo (photo_id) or an address to design from", field="photo_id"
            )


def _check_words(request: DesignRequest, idempotency_key: str | None) -> None:
    words = [("address", request.address), ("provider", request.provider), ("view", request.view.picture)]
    words += [("custom_prompt", area.custom_prompt) for area in request.areas]
    for field, text in (*words, ("Idempotency-Key", idempotency_key)):
        if text and "\0" in text:  # no row can hold it
            raise InvalidRequest(f"{field}: write it without the character NUL", field=field)


def _check_area(area: AreaRequest) -> None:
    if len(area.custom_prompt) > MAX_PROMPT:
        raise InvalidRequest(
            f"custom_prompt: at most {MAX_PROMPT} characters, not {len(area.custom_prompt)}",
            field="custom_prompt",
        )
    if not 0 <= area.preservation_strength <= 1:
        raise InvalidRequest("preservation_strength: a number from 0 to 1", field="preservation_strength")
