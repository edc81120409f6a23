"""Start a design: photo, ground, areas and styles."""

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from yarda.accounts.limits import REQUESTS, UPLOADS
from yarda.domain.catalog import AREAS, STYLES
from yarda.domain.credit import AccountId
from yarda.domain.photo import KnownLength, Photo, PhotoId, Point, Polygon
from yarda.errors import PhotoNotFound, RequestError
from yarda.pipeline.photos import PhotoCorrection
from yarda.sample import sample_geometry, sample_photo
from yarda.web.deps import CurrentAccount, CurrentStudio, SpendingAccount, Visitor, limited
from yarda.web.pages.forms import DesignForm, fresh_form, read_form
from yarda.web.pages.marks import (
    read_length,
    read_points,
    read_shapes,
    write_length,
    write_metres,
    write_points,
    write_shapes,
)
from yarda.web.pages.rendering import render
from yarda.web.photos import read_upload
from yarda.web.texts import read_texts

router = APIRouter()


@router.get("/")
async def start(request: Request, visitor: Visitor) -> Response:
    """A photo or an address, to begin with."""
    return render(request, "start.html", at="new", wrong=None, address=None)


@router.post("/new/photo", dependencies=[limited(UPLOADS)])
async def take_photo(
    request: Request,
    account: CurrentAccount,
    studio: CurrentStudio,
    photo: Annotated[UploadFile | None, File()] = None,
    address: Annotated[str, Form()] = "",
) -> Response:
    """Take the photo in and go on to the form; on an error stay, with what was entered."""
    try:
        if photo is not None and photo.filename:
            studio.expect_previews()
            taken = await studio.add_photo(await read_upload(photo), account=account)
            return RedirectResponse(f"/new?photo={taken.id}", status_code=303)
    except RequestError as error:
        return _again(request, str(error), address=address, status=error.status)
    t = read_texts()["start"]
    said = t["address_unavailable"] if address.strip() else t["nothing"]
    return _again(request, said, address=address, status=422)


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
    form = fresh_form(found, provider=provider if provider in names else free, area=area, style=style)
    return await _form_page(request, found, form, studio=studio)


@router.post("/designs", dependencies=[limited(REQUESTS)])
async def draw(request: Request, account: SpendingAccount, studio: CurrentStudio) -> Response:
    """Accept the request and go to its progress; on an error stay, with everything that was entered."""
    photo_id, form = await read_form(request)
    photo = await studio.get_photo(photo_id, account=account)
    try:
        photo = await studio.correct_photo(photo_id, _correction(photo, form), account=account)
        own = await _own_photos(form, studio=studio, account=account)
        accepted = await studio.accept(
            form.to_request(photo_id, own=own), account=account, idempotency_key=form.key
        )
    except RequestError as error:
        return await _form_page(request, photo, form, studio=studio, wrong=str(error), status=error.status)
    return RedirectResponse(f"/designs/{accepted.id}", status_code=303)


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


async def _own_photos(form: DesignForm, *, studio: CurrentStudio, account: AccountId) -> dict[str, PhotoId]:
    own = {}
    for name, area in form.areas.items():
        if area.picked and area.upload is not None:
            own[name] = (await studio.add_photo(await read_upload(area.upload), account=account)).id
    return own


def _again(request: Request, wrong: str, *, address: str, status: int) -> Response:
    return render(request, "start.html", at="new", http_status=status, wrong=wrong, address=address)


async def _form_page(
    request: Request,
    photo: Photo,
    form: DesignForm,
    *,
    studio: Any,
    wrong: str | None = None,
    status: int = 200,
) -> Response:
    return render(
        request,
        "new.html",
        http_status=status,
        at="new",
        photo=photo,
        form=form,
        wrong=wrong,
        areas=list(AREAS.values()),
        styles=list(STYLES.values()),
        providers=await studio.providers(),
        ground_path=_path(photo.ground.polygons),
        covered=_covered(photo),
        marks={
            "front": _path(photo.keep_in_front),
            "edge": _line(photo.house_edge or ()),
            "length": _line((photo.known_length.start, photo.known_length.end) if photo.known_length else ()),
        },
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
