"""Design requests over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from yarda.domain.generation import Status
from yarda.errors import NoPlan
from yarda.web.deps import AreaPath, CurrentAccount, CurrentStudio, GenerationPath, IdempotencyKey
from yarda.web.problems import responses
from yarda.web.schemas import GenerationCreate, GenerationPage, GenerationRead, RetryCreate, View

router = APIRouter(prefix="/generations", tags=["generations"])


@router.post(
    "/multi",
    status_code=status.HTTP_201_CREATED,
    response_model=GenerationRead,
    responses=responses(402, 404, 422),
)
async def create_generation(
    body: GenerationCreate,
    account: CurrentAccount,
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
    responses=responses(402, 404, 409, 422),
)
async def retry_area(
    generation: GenerationPath,
    area: AreaPath,
    account: CurrentAccount,
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


@router.get("/{generation_id}/areas/{area_id}/plan.svg", responses=responses(404))
@router.get("/{generation_id}/areas/{area_id}/plan.pdf", responses=responses(404))
@router.get("/{generation_id}/areas/{area_id}/plants.json", responses=responses(404))
@router.get("/{generation_id}/areas/{area_id}/plants.csv", responses=responses(404))
async def get_plan(
    generation: GenerationPath, area: AreaPath, account: CurrentAccount, studio: CurrentStudio
) -> Response:
    """The planting plan and plant list of a concept design."""
    view = await studio.get_generation(generation, account=account)
    if str(area) not in {entry["id"] for entry in view["areas"]}:
        raise NoPlan("this design has no such area")
    raise NoPlan("there is no planting plan for this area")
