"""The first page and the design form, as they are shown at first and again after an error."""

from typing import Any

from fastapi import Request, Response

from yarda.core import Studio
from yarda.domain.catalog import AREAS, STYLES
from yarda.domain.photo import Photo, Point, Polygon
from yarda.errors import NotEnoughCredits, RequestError
from yarda.pipeline.look import Place
from yarda.pipeline.progress import ProviderInfo
from yarda.web.pages.addresses import AddressForm
from yarda.web.pages.forms import DesignForm
from yarda.web.pages.rendering import count_credits, render
from yarda.web.pages.sights import area_needs, place_view
from yarda.web.texts import read_texts


def start_page(
    request: Request,
    *,
    wrong_photo: str | None = None,
    wrong_address: str | None = None,
    address: str = "",
    is_deleted: bool = False,
    status: int = 200,
) -> Response:
    """A photo or an address, with what was wrong about either."""
    return render(
        request,
        "start.html",
        http_status=status,
        at="new",
        wrong_photo=wrong_photo,
        wrong_address=wrong_address,
        address=address,
        is_deleted=is_deleted,
    )


async def photo_form_page(
    request: Request,
    photo: Photo,
    form: DesignForm,
    *,
    studio: Studio,
    error: RequestError | None = None,
) -> Response:
    """The form beside the photo and the ground that may change."""
    marks = {
        "front": _path(photo.keep_in_front),
        "edge": _line(photo.house_edge or ()),
        "length": _line((photo.known_length.start, photo.known_length.end) if photo.known_length else ()),
    }
    shown = {
        "photo": photo,
        "ground_path": _path(photo.ground.polygons),
        "covered": _covered(photo),
        "marks": marks,
    }
    return await _form_page(request, form, studio=studio, error=error, **shown)


async def place_form_page(
    request: Request,
    place: Place,
    form: DesignForm,
    *,
    studio: Studio,
    error: RequestError | None = None,
) -> Response:
    """The form beside what can be seen of the address."""
    asked = form.place or AddressForm.read({})
    shown = {"place": place_view(place, asked), "needs": area_needs(place)}
    return await _form_page(request, form, studio=studio, error=error, **shown)


async def _form_page(
    request: Request, form: DesignForm, *, studio: Studio, error: RequestError | None, **shown: Any
) -> Response:
    providers = await studio.providers()
    return render(
        request,
        "new.html",
        http_status=error.status if error else 200,
        at="new",
        form=form,
        wrong=_said(error) if error else "",
        is_short=isinstance(error, NotEnoughCredits),
        areas=list(AREAS.values()),
        styles=list(STYLES.values()),
        providers=providers,
        can_guide=any(provider.follows_guides for provider in providers),
        away={provider.name: words for provider in providers if (words := _away(provider))},
        **{"photo": None, "place": None, "needs": {}, **shown},
    )


def _said(error: RequestError) -> str:
    if not isinstance(error, NotEnoughCredits):
        return str(error)
    return read_texts()["new"]["short"].format(needed=count_credits(error.needed), available=error.available)


def _away(provider: ProviderInfo) -> str:
    """That a provider does not answer now, in words; empty where it does."""
    if provider.away_until is None:
        return ""
    t = read_texts()["new"]
    words = t["tripped"] if provider.is_tripped else t["busy"]
    return words.format(
        provider=provider.name.capitalize(), time=provider.away_until.astimezone().strftime("%H:%M")
    )


def _path(polygons: tuple[Polygon, ...]) -> str:
    return "".join("M" + "L".join(f"{x:g},{y:g}" for x, y in polygon) + "Z" for polygon in polygons)


def _line(points: tuple[Point, ...]) -> str:
    return "M" + "L".join(f"{x:g},{y:g}" for x, y in points) if points else ""


def _covered(photo: Photo) -> int:
    """Per cent of the photo inside the ground's line."""
    total = sum(abs(_twice_area(polygon)) / 2 for polygon in photo.ground.polygons)
    return round(100 * total / (photo.width * photo.height))


def _twice_area(polygon: Polygon) -> float:
    return sum(
        x * next_y - next_x * y
        for (x, y), (next_x, next_y) in zip(polygon, (*polygon[1:], polygon[0]), strict=True)
    )
