"""Follow a design, look at it, find it again."""

import json
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from yarda.accounts.limits import REQUESTS
from yarda.core import Studio
from yarda.domain.credit import AccountId
from yarda.domain.generation import AreaId, GenerationId, Status
from yarda.domain.place import Accuracy
from yarda.errors import AreaNotFound
from yarda.pipeline.planner import PlanForm
from yarda.web.deps import AreaPath, CurrentAccount, CurrentStudio, GenerationPath, SpendingAccount, limited
from yarda.web.pages.rendering import render
from yarda.web.pages.views import address_query, area_view, call_views, gallery_view, progress_view
from yarda.web.texts import read_texts

PER_PAGE = 24

router = APIRouter(prefix="/designs")


@router.get("")
async def gallery(
    request: Request,
    account: CurrentAccount,
    studio: CurrentStudio,
    status: Status | None = None,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
) -> Response:
    """All designs, newest first."""
    page = await studio.list_generations(account, limit=PER_PAGE, cursor=cursor, status=status)
    t = read_texts()["gallery"]
    return render(
        request,
        "gallery.html",
        at="gallery",
        designs=[gallery_view(view) for view in page.items],
        next_cursor=page.next_cursor,
        status=status.value if status else "",
        filters=[
            ("", t["all"]),
            ("processing", t["being_drawn"]),
            ("completed", t["finished"]),
            ("failed", t["not_drawn"]),
        ],
    )


@router.get("/{generation_id}")
async def progress(
    request: Request, generation: GenerationPath, account: CurrentAccount, studio: CurrentStudio
) -> Response:
    """How far a design is, area by area."""
    view = await studio.get_generation(generation, account=account)
    shown = progress_view(view, providers=await _provider_names(studio))
    return render(request, "progress.html", at="gallery", view=shown)


@router.get("/{generation_id}/parts")
async def progress_parts(
    request: Request, generation: GenerationPath, account: CurrentAccount, studio: CurrentStudio
) -> Response:
    """The changing part of the progress page."""
    view = await studio.get_generation(generation, account=account)
    shown = progress_view(view, providers=await _provider_names(studio))
    return render(request, "progress_parts.html", view=shown)


@router.get("/{generation_id}/yard")
async def yard(
    request: Request, generation: GenerationPath, account: CurrentAccount, studio: CurrentStudio
) -> Response:
    """All areas of a photo in one picture, before and after."""
    view = await studio.get_generation(generation, account=account)
    if view["yard_url"] is None:
        return RedirectResponse(f"/designs/{generation}", status_code=303)
    shown = progress_view(view, providers=set())
    shown.yard_url = view["yard_url"]
    shown.areas = [area_view(entry, providers=set()) for entry in view["areas"]]
    return render(request, "yard.html", at="gallery", view=shown)


@router.get("/{generation_id}/{area_id}")
async def result(
    request: Request,
    generation: GenerationPath,
    area: AreaPath,
    account: CurrentAccount,
    studio: CurrentStudio,
) -> Response:
    """A finished area, before and after; an unfinished one leads back to its progress."""
    view = await studio.get_generation(generation, account=account)
    shown = progress_view(view, providers=set())
    found = next((entry for entry in view["areas"] if entry["id"] == str(area)), None)
    if found is None:
        raise AreaNotFound("this design has no such area")
    if found["status"] != "completed":
        return RedirectResponse(f"/designs/{generation}", status_code=303)
    calls = await studio.list_calls(account, generation=generation)
    shown.seed = view["seed"]
    shown.yard_url = view["yard_url"]
    shown.areas = [area_view(entry, providers=set()) for entry in view["areas"]]
    return render(
        request,
        "result.html",
        at="gallery",
        view=shown,
        area=area_view(found, providers=set()),
        redraw=_redraw(view, found),
        plants=await _plants(found, generation, area, account=account, studio=studio),
        photoreal=await _photoreal(view, found, studio),
        calls=call_views([call for call in calls if call.area == area]),
    )


@router.post("/{generation_id}/cancel")
async def cancel(generation: GenerationPath, account: CurrentAccount, studio: CurrentStudio) -> Response:
    """Stop what is left."""
    await studio.cancel(generation, account=account)
    return RedirectResponse(f"/designs/{generation}", status_code=303)


@router.post("/{generation_id}/areas/{area_id}/retry", dependencies=[limited(REQUESTS)])
async def retry(
    generation: GenerationPath,
    area: AreaPath,
    account: SpendingAccount,
    studio: CurrentStudio,
    provider: Annotated[str | None, Form()] = None,
) -> Response:
    """Draw a failed or cancelled area again."""
    await studio.retry(generation, area, account=account, provider=provider)
    return RedirectResponse(f"/designs/{generation}", status_code=303)


@router.post("/{generation_id}/delete")
async def delete(generation: GenerationPath, account: CurrentAccount, studio: CurrentStudio) -> Response:
    """Delete the design with its pictures."""
    await studio.delete_generation(generation, account=account)
    return RedirectResponse("/designs", status_code=303)


async def _provider_names(studio: Studio) -> set[str]:
    return {provider.name for provider in await studio.providers()}


async def _plants(
    found: dict[str, Any], generation: GenerationId, area: AreaId, *, account: AccountId, studio: Studio
) -> dict[str, Any] | None:
    """The plant list, where there is one."""
    if found["plan_url"] is None:
        return None
    plan = await studio.get_plan(generation, area, account=account, form=PlanForm.JSON)
    return dict(json.loads(plan.data))


def _redraw(view: dict[str, Any], area: dict[str, Any]) -> str:
    """The form as this area was asked for; a rough match is looked at again first."""
    chosen = {"area": area["area"], "style": area["style"], "provider": area["provider"]}
    if area["photo_id"]:
        return "/new?" + urlencode({"photo": area["photo_id"], **chosen})
    page = "/place/design" if view["location_accuracy"] == Accuracy.ROOFTOP else "/place"
    return f"{page}?{address_query(view)}&{urlencode(chosen)}"


async def _photoreal(view: dict[str, Any], area: dict[str, Any], studio: Studio) -> dict[str, Any] | None:
    """The same form with a photoreal provider chosen, and its price, where this is a concept and there is one."""
    paid = next((provider for provider in await studio.providers() if not provider.is_free), None)
    if paid is None or area["provider"] != "concept":
        return None
    return {"url": _redraw(view, {**area, "provider": paid.name}), "credits": paid.credits}
