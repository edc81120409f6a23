"""Start a design: photo or address, ground, areas and styles."""

from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from yarda.accounts.limits import REQUESTS, UPLOADS
from yarda.core import Studio
from yarda.domain.credit import AccountId
from yarda.domain.photo import KnownLength, Photo, PhotoId
from yarda.errors import PhotoNotFound, RequestError
from yarda.pipeline.accept import Acceptance
from yarda.pipeline.photos import PhotoCorrection
from yarda.sample import sample_geometry, sample_photo
from yarda.web.deps import CurrentAccount, CurrentStudio, SpendingAccount, Visitor, limited
from yarda.web.pages.form_pages import photo_form_page, place_form_page, start_page
from yarda.web.pages.forms import DesignForm, fresh_form, photo_form, read_form
from yarda.web.pages.marks import (
    read_length,
    read_points,
    read_shapes,
    write_length,
    write_metres,
    write_points,
    write_shapes,
)
from yarda.web.photos import read_upload
from yarda.web.texts import read_texts

router = APIRouter()


@router.get("/")
async def start(request: Request, visitor: Visitor, account: str = "") -> Response:
    """A photo or an address, to begin with; whoever has deleted their account is told that it is gone."""
    return start_page(request, is_deleted=account == "deleted" and visitor is None)


@router.post("/new/photo", dependencies=[limited(UPLOADS)])
async def take_photo(
    request: Request,
    account: CurrentAccount,
    studio: CurrentStudio,
    photo: Annotated[UploadFile | None, File()] = None,
    address: Annotated[str, Form()] = "",
) -> Response:
    """Take the photo in and go on to the form, or look at the address; on an error stay, with what was entered."""
    try:
        if photo is not None and photo.filename:
            studio.expect_previews()
            taken = await studio.add_photo(await read_upload(photo), account=account)
            return RedirectResponse(f"/new?photo={taken.id}", status_code=303)
    except RequestError as error:
        return start_page(request, wrong_photo=str(error), address=address, status=error.status)
    if address.strip():
        return RedirectResponse(f"/place?{urlencode({'address': address.strip()})}", status_code=303)
    return start_page(request, wrong_photo=read_texts()["start"]["nothing"], status=422)


@router.post("/new/sample", dependencies=[limited(UPLOADS)])
async def take_sample(account: CurrentAccount, studio: CurrentStudio) -> Response:
    """The sample yard, with its geometry as it truly is."""
    studio.expect_previews()
    photo = await studio.add_photo(sample_photo(), account=account)
    truth = sample_geometry()
    door = truth.door_from_ground
    correction = PhotoCorrection(
        ground=truth.ground,
        keep_in_front=truth.keep_in_front or None,
        horizon_y=truth.horizon_y,
        known_length=KnownLength(start=door.start, end=door.end, metres=door.metres),
    )
    await studio.correct_photo(photo.id, correction, account=account)
    return RedirectResponse(f"/new?photo={photo.id}", status_code=303)


@router.get("/new")
async def new(
    request: Request,
    account: CurrentAccount,
    studio: CurrentStudio,
    photo: str = "",
    area: str = "",
    style: str = "",
    provider: str = "",
) -> Response:
    """The form for a photo, with the area, the style and the way of drawing chosen that are named."""
    try:
        photo_id = PhotoId(UUID(photo))
    except ValueError:
        raise PhotoNotFound("there is no such photo; upload it first") from None
    found = await studio.get_photo(photo_id, account=account)
    studio.expect_previews()
    providers = await studio.providers()
    names = [entry.name for entry in providers]
    free = next((entry.name for entry in providers if entry.is_free), names[0])
    form = fresh_form(provider=provider if provider in names else free, area=area, style=style)
    return await photo_form_page(request, found, photo_form(form, found), studio=studio)


@router.post("/designs", dependencies=[limited(REQUESTS)])
async def draw(request: Request, account: SpendingAccount, studio: CurrentStudio) -> Response:
    """Accept the request and go to its progress; on an error stay, with everything that was entered."""
    photo_id, form = await read_form(request)
    if photo_id is None or form.place is not None:
        return await _draw_place(request, form, account=account, studio=studio)
    photo = await studio.get_photo(photo_id, account=account)
    try:
        photo = await studio.correct_photo(photo_id, _correction(photo, form), account=account)
        accepted = await _accept(form, photo_id, account=account, studio=studio)
    except RequestError as error:
        return await photo_form_page(request, photo, form, studio=studio, error=error)
    return RedirectResponse(f"/designs/{accepted.id}", status_code=303)


async def _draw_place(request: Request, form: DesignForm, *, account: AccountId, studio: Studio) -> Response:
    try:
        accepted = await _accept(form, None, account=account, studio=studio)
    except RequestError as error:
        assert form.place is not None
        place = await studio.find_place(form.place.address, view=form.place.view)
        return await place_form_page(request, place, form, studio=studio, error=error)
    return RedirectResponse(f"/designs/{accepted.id}", status_code=303)


async def _accept(form: DesignForm, photo: PhotoId | None, *, account: AccountId, studio: Studio) -> Acceptance:
    own = await _own_photos(form, studio=studio, account=account)
    return await studio.accept(form.to_request(photo, own=own), account=account, idempotency_key=form.key)


def _correction(photo: Photo, form: DesignForm) -> PhotoCorrection:
    """Only what the person moved counts as their word."""
    correction = PhotoCorrection()
    if form.polygons != photo.ground.polygons:
        correction = replace(correction, ground=form.polygons)
    if form.horizon != round(photo.horizon.y):
        correction = replace(correction, horizon_y=float(form.horizon))
    if form.keep_in_front != write_shapes(photo.keep_in_front):
        correction = replace(correction, keep_in_front=read_shapes(form.keep_in_front))
    if (form.known_length, form.known_metres) != (write_length(photo), write_metres(photo)):
        correction = replace(correction, known_length=read_length(form.known_length, form.known_metres))
    if form.house_edge != write_points(photo.house_edge or ()):
        edge = read_points(form.house_edge, field="house_edge")
        correction = replace(correction, house_edge=edge or None)
    return correction


async def _own_photos(form: DesignForm, *, studio: Studio, account: AccountId) -> dict[str, PhotoId]:
    own = {}
    for name, area in form.areas.items():
        if area.picked and area.upload is not None:
            own[name] = (await studio.add_photo(await read_upload(area.upload), account=account)).id
    return own
