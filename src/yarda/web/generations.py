"""Design requests over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status
from fastapi.responses import RedirectResponse

from yarda.accounts.limits import REQUESTS
from yarda.domain.generation import Status
from yarda.pipeline.pictures import PictureSize
from yarda.pipeline.planner import PlanForm
from yarda.web.deps import (
    AreaPath,
    CurrentAccount,
    CurrentStudio,
    GenerationPath,
    IdempotencyKey,
    SpendingAccount,
    limited,
)
from yarda.web.problems import responses
from yarda.web.schemas.generations import GenerationCreate, GenerationPage, GenerationRead, RetryCreate
from yarda.web.schemas.shapes import View

router = APIRouter(prefix="/generations", tags=["generations"])


@router.post(
    "/multi",
    status_code=status.HTTP_201_CREATED,
    response_model=GenerationRead,
    dependencies=[limited(REQUESTS)],
    responses=responses(402, 404, 422, 429),
)
async def create_generation(
    body: GenerationCreate,
    account: SpendingAccount,
    studio: CurrentStudio,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> View:
    """Accept a design request of 1 to 5 areas. The designs are made in the background."""
    accepted = await studio.accept(body.to_request(), account=account, idempotency_key=idempotency_key)
    response.headers["Location"] = f"{router.prefix}/{accepted.id}"
    return accepted.view


@router.get("", response_model=GenerationPage, responses=responses(422))
async def list_generations(
    account: CurrentAccount,
    studio: CurrentStudio,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
    status: Status | None = None,
) -> View:
    """Your generations, newest first."""
    page = await studio.list_generations(account, limit=limit, cursor=cursor, status=status)
    return {"items": page.items, "next_cursor": page.next_cursor}


@router.get("/{generation_id}", response_model=GenerationRead, responses=responses(404))
async def get_generation(generation: GenerationPath, account: CurrentAccount, studio: CurrentStudio) -> View:
    """A generation as it is now."""
    return await studio.get_generation(generation, account=account)


@router.post("/{generation_id}/cancel", response_model=GenerationRead, responses=responses(404))
async def cancel_generation(generation: GenerationPath, account: CurrentAccount, studio: CurrentStudio) -> View:
    """Stop what is not finished; its credits go back."""
    return await studio.cancel(generation, account=account)


@router.post(
    "/{generation_id}/areas/{area_id}/retry",
    response_model=GenerationRead,
    dependencies=[limited(REQUESTS)],
    responses=responses(402, 404, 409, 422, 429),
)
async def retry_area(
    generation: GenerationPath,
    area: AreaPath,
    account: SpendingAccount,
    studio: CurrentStudio,
    body: RetryCreate | None = None,
) -> View:
    """Run a failed or cancelled area again."""
    provider = body.provider if body else None
    return await studio.retry(generation, area, account=account, provider=provider)


@router.delete("/{generation_id}", status_code=status.HTTP_204_NO_CONTENT, responses=responses(404))
async def delete_generation(generation: GenerationPath, account: CurrentAccount, studio: CurrentStudio) -> None:
    """Delete a generation and its pictures."""
    await studio.delete_generation(generation, account=account)


@router.get(
    "/{generation_id}/yard",
    status_code=status.HTTP_303_SEE_OTHER,
    response_class=RedirectResponse,
    responses=responses(404),
)
async def get_yard(
    generation: GenerationPath,
    account: CurrentAccount,
    studio: CurrentStudio,
    size: PictureSize = PictureSize.FULL,
) -> RedirectResponse:
    """All areas of a photo in one picture: a redirect to it. The first call draws it, which takes a while."""
    image = await studio.get_yard(generation, account=account)
    return RedirectResponse(f"/images/{image}?size={size.value}", status.HTTP_303_SEE_OTHER)


@router.get(
    "/{generation_id}/areas/{area_id}/{form}",
    response_class=Response,
    responses={
        200: {"content": {form.media_type: {} for form in PlanForm}},
        **responses(404, 422),
    },
)
async def get_plan(
    generation: GenerationPath, area: AreaPath, form: PlanForm, account: CurrentAccount, studio: CurrentStudio
) -> Response:
    """The planting plan or the plant list of a concept design."""
    plan = await studio.get_plan(generation, area, account=account, form=form)
    headers = {"Content-Disposition": f'inline; filename="{plan.file_name}"', "Cache-Control": "private, no-cache"}
    return Response(plan.data, media_type=plan.media_type, headers=headers)
