"""From an address to the form: look what was found, turn the camera, say that it is the place."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from yarda.accounts.limits import LOOKUPS
from yarda.domain.catalog import AreaName
from yarda.domain.place import SourceKind
from yarda.errors import RequestError, ServiceUnavailableError
from yarda.pipeline.look import Place
from yarda.web.deps import CurrentAccount, CurrentStudio, limited
from yarda.web.pages.addresses import TURNS, AddressForm
from yarda.web.pages.form_pages import place_form_page, start_page
from yarda.web.pages.forms import address_form, fresh_form
from yarda.web.pages.rendering import render
from yarda.web.pages.sights import place_view
from yarda.web.texts import read_texts

router = APIRouter(prefix="/place")


def _address(request: Request) -> AddressForm:
    return AddressForm.read(request.query_params)


AskedAddress = Annotated[AddressForm, Depends(_address)]
CARRIED = ("area", "style", "provider")
"""What a redraw wants chosen on the form, carried past this page."""


@router.get("", dependencies=[limited(LOOKUPS)])
async def look(
    request: Request, asked: AskedAddress, account: CurrentAccount, studio: CurrentStudio, turn: str = ""
) -> Response:
    """What was found for an address: where, how surely, and what can be seen. Costs the person nothing."""
    asked = asked.turned(turn)
    found = await _find(request, asked, studio=studio)
    return found if isinstance(found, Response) else await _place_page(request, asked, found, studio=studio)


@router.get("/design", dependencies=[limited(LOOKUPS)])
async def new(
    request: Request,
    asked: AskedAddress,
    account: CurrentAccount,
    studio: CurrentStudio,
    area: str = "",
    style: str = "",
    provider: str = "",
) -> Response:
    """The form for that place; a rough match leads back until a person has said that it is the place."""
    found = await _find(request, asked, studio=studio)
    if isinstance(found, Response):
        return found
    if not found.location.is_exact and not asked.confirmed:
        wrong = read_texts()["place"]["confirm_first"]
        return await _place_page(request, asked, found, studio=studio, wrong=wrong)
    providers = await studio.providers()
    from_street = any(sight.kind is SourceKind.STREET for sight in found.sights)
    able = [entry for entry in providers if (entry.is_free if from_street else entry.draws_new_views)]
    named = [entry for entry in providers if entry.name == provider]
    usual = AreaName.FRONT_YARD if from_street else AreaName.BACKYARD
    form = fresh_form(provider=(*named, *able, *providers)[0].name, area=area or usual.value, style=style)
    return await place_form_page(request, found, address_form(form, asked), studio=studio)


async def _find(request: Request, asked: AddressForm, *, studio: CurrentStudio) -> Place | Response:
    """The place, or the start page with what was written and why it leads nowhere."""
    if not asked.is_long_enough:
        said = read_texts()["place"]["write_all"] if asked.address else read_texts()["start"]["nothing"]
        return start_page(request, wrong_address=said, address=asked.address, status=422)
    try:
        return await studio.find_place(asked.address, view=asked.view)
    except RequestError as error:
        return start_page(request, wrong_address=str(error), address=asked.address, status=error.status)
    except ServiceUnavailableError as error:
        said = read_texts()["place"]["away"].format(said=error)
        return start_page(request, wrong_address=said, address=asked.address, status=503)


async def _place_page(
    request: Request, asked: AddressForm, place: Place, *, studio: CurrentStudio, wrong: str | None = None
) -> Response:
    providers = await studio.providers()
    shown = place_view(place, asked)
    return render(
        request,
        "place.html",
        http_status=422 if wrong else 200,
        at="new",
        place=shown,
        turns=list(TURNS),
        wrong=wrong,
        may_go_on=shown.street or (shown.above and any(entry.draws_new_views for entry in providers)),
        carried={name: request.query_params[name] for name in CARRIED if name in request.query_params},
    )
