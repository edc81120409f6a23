"""Credits, the ledger and the calls made for an account."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from yarda.domain.attempt import AttemptId
from yarda.domain.generation import GenerationId
from yarda.errors import CallNotFound
from yarda.web.deps import CurrentAccount, CurrentStudio, parse_id
from yarda.web.problems import responses
from yarda.web.schemas.account import BalanceRead, CallDetail, CallList, CallRead, EntryPage, EntryRead

router = APIRouter(tags=["account"])


@router.get("/credits", responses=responses())
async def get_credits(account: CurrentAccount, studio: CurrentStudio) -> BalanceRead:
    """What there is, what is held, and what can be spent."""
    found = await studio.balance(account)
    return BalanceRead(balance=found.balance, held=found.held, available=found.available)


@router.get("/credits/entries", responses=responses(422))
async def list_entries(
    account: CurrentAccount,
    studio: CurrentStudio,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=30)] = None,
) -> EntryPage:
    """The ledger, newest first."""
    page = await studio.list_entries(account, limit=limit, cursor=cursor)
    return EntryPage(items=[EntryRead.of(entry) for entry in page.items], next_cursor=page.next_cursor)


@router.get("/calls", responses=responses(422))
async def list_calls(
    account: CurrentAccount,
    studio: CurrentStudio,
    generation: Annotated[UUID | None, Query(description="Only this generation's.")] = None,
) -> CallList:
    """Every provider call made for you, newest first."""
    wanted = GenerationId(generation) if generation else None
    calls = await studio.list_calls(account, generation=wanted)
    return CallList(items=[CallRead.of(call) for call in calls])


@router.get("/calls/{call_id}", responses=responses(404))
async def get_call(
    call_id: Annotated[str, Path(description="The call's id.")], account: CurrentAccount, studio: CurrentStudio
) -> CallDetail:
    """One call, with the prompt that was sent."""
    call = AttemptId(parse_id(call_id, CallNotFound("there is no such call")))
    return CallDetail.of(await studio.get_call(call, account=account))
