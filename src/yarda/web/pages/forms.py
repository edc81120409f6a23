"""The design form: what it starts with, what it was filled with, and the request it makes."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from fastapi import Request
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import FormData, UploadFile

from yarda.domain.catalog import AreaName, Growth, Season, StyleName
from yarda.domain.photo import Photo, PhotoId, Polygon
from yarda.domain.place import FACING_THE_HOUSE
from yarda.domain.request import AUTO, AreaRequest, DesignRequest
from yarda.errors import InvalidRequest, PhotoNotFound
from yarda.web.pages.addresses import AddressForm
from yarda.web.pages.marks import write_length, write_metres, write_points, write_shapes
from yarda.web.schemas.shapes import PolygonsIn, polygons_of

_POLYGONS: TypeAdapter[Any] = TypeAdapter(PolygonsIn)
FIRST_STYLES = dict(
    zip(
        AreaName,
        (
            StyleName.CALIFORNIA_NATIVE,
            StyleName.JAPANESE_ZEN,
            StyleName.ENGLISH_GARDEN,
            StyleName.MODERN_MINIMALIST,
            StyleName.TROPICAL_RESORT,
        ),
        strict=True,
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaForm:
    """One area's fields as they stand."""

    picked: bool
    style: str
    wishes: str = ""
    keep: float = 0.5
    upload: UploadFile | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignForm:
    """All fields as they stand, so that an error never costs what was entered.

    A form for an address has its `place`, one for a photo what is marked on it.
    """

    key: str
    provider: str
    guided: bool = False
    place: AddressForm | None = None
    horizon: int = 0
    ground: str = ""
    known_length: str = ""
    known_metres: str = ""
    house_edge: str = ""
    keep_in_front: str = ""
    season: str = Season.SUMMER
    growth: str = Growth.MATURE
    areas: dict[str, AreaForm] = field(default_factory=dict)

    @property
    def polygons(self) -> tuple[Polygon, ...]:
        """Raises `InvalidRequest`."""
        try:
            return polygons_of(_POLYGONS.validate_python(json.loads(self.ground)))
        except (ValueError, ValidationError) as error:
            raise InvalidRequest("the ground's line cannot be read; set it again", field="ground") from error

    def to_request(self, photo: PhotoId | None, *, own: Mapping[str, PhotoId]) -> DesignRequest:
        """The request, without a photo for the form's address; `own` has the photos uploaded for single areas.

        Raises `InvalidRequest`.
        """
        picked = [(name, area) for name, area in self.areas.items() if area.picked]
        if not picked:
            raise InvalidRequest("tick at least one area", field="area")
        place = self.place
        return DesignRequest(
            photo_id=photo,
            address=place.address if place else None,
            address_confirmed=place is not None and place.confirmed,
            view=place.view if place else FACING_THE_HOUSE,
            provider=self.provider or AUTO,
            guided=self.guided,
            areas=tuple(
                AreaRequest(
                    area=AreaName(name),
                    style=StyleName(area.style),
                    custom_prompt=area.wishes,
                    preservation_strength=area.keep,
                    season=Season(self.season),
                    growth=Growth(self.growth),
                    photo_id=own.get(name),
                )
                for name, area in picked
            ),
        )


def fresh_form(*, provider: str, area: str = "", style: str = "") -> DesignForm:
    """The form before anything was entered; `area` in `style` is ticked where they are known."""
    first = AreaName(area) if area in set(AreaName) else AreaName.FRONT_YARD
    styles = FIRST_STYLES | ({first: StyleName(style)} if style in set(StyleName) else {})
    return DesignForm(
        key=str(uuid4()),
        provider=provider,
        areas={name.value: AreaForm(picked=name is first, style=chosen.value) for name, chosen in styles.items()},
    )


def photo_form(form: DesignForm, photo: Photo) -> DesignForm:
    """The form for a photo, with what is known of it."""
    return replace(
        form,
        horizon=round(photo.horizon.y),
        ground=json.dumps([[list(point) for point in polygon] for polygon in photo.ground.polygons]),
        known_length=write_length(photo),
        known_metres=write_metres(photo),
        house_edge=write_points(photo.house_edge or ()),
        keep_in_front=write_shapes(photo.keep_in_front),
    )


def address_form(form: DesignForm, place: AddressForm) -> DesignForm:
    """The form for an address."""
    return replace(form, place=place)


async def read_form(request: Request) -> tuple[PhotoId | None, DesignForm]:
    """What was sent, with the photo or, without one, for an address. Raises `PhotoNotFound`, `InvalidRequest`."""
    data = await request.form(max_files=6, max_fields=60, max_part_size=64 * 1024)
    place = AddressForm.read(data)
    picked = {str(value) for value in data.getlist("area")}
    return None if place.address else _photo_id(data), DesignForm(
        key=str(data.get("idempotency_key") or uuid4())[:255],
        place=place if place.address else None,
        horizon=_number(data.get("horizon"), fallback=0, whole=True),
        ground=str(data.get("ground", "")),
        provider=str(data.get("provider", "")),
        guided="guided" in data,
        known_length=str(data.get("known_length", "")).strip(),
        known_metres=str(data.get("known_metres", "")).strip(),
        house_edge=str(data.get("house_edge", "")).strip(),
        keep_in_front="\n".join(str(data.get("keep_in_front", "")).split("\r\n")).strip(),
        season=_choice(data.get("season"), Season.SUMMER),
        growth=_choice(data.get("growth"), Growth.MATURE),
        areas={area.value: _area(data, area, picked=area.value in picked) for area in AreaName},
    )


def _photo_id(data: FormData) -> PhotoId:
    try:
        return PhotoId(UUID(str(data.get("photo_id", ""))))
    except ValueError:
        raise PhotoNotFound("there is no such photo; upload it first") from None


def _area(data: FormData, area: AreaName, *, picked: bool) -> AreaForm:
    style = str(data.get(f"style.{area}", ""))
    upload = data.get(f"photo.{area}")
    return AreaForm(
        picked=picked,
        style=style if style in set(StyleName) else FIRST_STYLES[area].value,
        wishes=str(data.get(f"custom_prompt.{area}", "")),
        keep=_number(data.get(f"preservation_strength.{area}"), fallback=0.5),
        upload=upload if isinstance(upload, UploadFile) and upload.filename else None,
    )


def _choice(value: Any, usual: StrEnum) -> str:
    return str(value) if value in set(type(usual)) else usual.value


def _number(value: Any, *, fallback: float, whole: bool = False) -> Any:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = fallback
    if not math.isfinite(number):
        number = fallback
    return round(number) if whole else number
