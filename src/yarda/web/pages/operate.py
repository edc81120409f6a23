"""The operator's page: what waits, what failed, who may be called, what was spent, whether all is well."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from yarda.web.deps import AreaPath, CurrentOperations, CurrentStudio, GenerationPath, Operator
from yarda.web.operate_views import audit_view, overview_view
from yarda.web.pages.rendering import render

LOGGED = 50

router = APIRouter(prefix="/operate")


@router.get("")
async def overview(
    request: Request, operator: Operator, operations: CurrentOperations, studio: CurrentStudio
) -> Response:
    """The installation at a glance."""
    shown = overview_view(await operations.look(), now=operations.now())
    names = [provider.name for provider in await studio.providers()]
    return render(request, "operate.html", at="operate", view=shown, providers=names)


@router.post("/designs/{generation_id}/cancel")
async def cancel(generation: GenerationPath, operator: Operator, operations: CurrentOperations) -> Response:
    """Cancel what is left of somebody's design."""
    await operations.cancel(generation, actor=str(operator.id))
    return RedirectResponse("/operate#unfinished", status_code=303)


@router.post("/designs/{generation_id}/areas/{area_id}/retry")
async def retry(
    generation: GenerationPath,
    area: AreaPath,
    operator: Operator,
    operations: CurrentOperations,
    provider: Annotated[str, Form(max_length=50)] = "",
) -> Response:
    """Draw somebody's failed area again, on their credits."""
    await operations.retry(generation, area, provider=provider or None, actor=str(operator.id))
    return RedirectResponse("/operate#failed", status_code=303)


@router.get("/audit")
async def show_audit(request: Request, operator: Operator, operations: CurrentOperations) -> Response:
    """The workers' last audit, and who did what."""
    return await _audit_page(request, operations)


@router.post("/audit")
async def audit_now(request: Request, operator: Operator, operations: CurrentOperations) -> Response:
    """Check every invariant over rows and storage; the answer is the page with the result on it."""
    found = await operations.audit(actor=str(operator.id))
    return await _audit_page(request, operations, found=found)


async def _audit_page(
    request: Request, operations: CurrentOperations, *, found: list[str] | None = None
) -> Response:
    return render(
        request,
        "operate_audit.html",
        at="operate",
        last=audit_view(await operations.measure(), now=operations.now()),
        found=found,
        log=await operations.list_log(limit=LOGGED),
    )
