"""Everybody's accounts, for the operator: find one, read its ledger, grant credits, shut it out."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from yarda.domain.account import Caller
from yarda.domain.credit import AccountId
from yarda.errors import AccountNotFound, RequestError
from yarda.web.deps import CurrentOperations, CurrentStudio, Operator, get_desk, get_operator, parse_id
from yarda.web.pages.account import entry_view, name_moment
from yarda.web.pages.rendering import render
from yarda.web.schemas.shapes import NO_NUL

PER_PAGE = 50
LOGGED = 20

router = APIRouter(prefix="/operate/accounts", dependencies=[Depends(get_operator), Depends(get_desk)])


async def _account_id(account_id: str) -> AccountId:
    return AccountId(parse_id(account_id, AccountNotFound("there is no such account")))


AccountPath = Annotated[AccountId, Depends(_account_id)]


@router.get("")
async def list_accounts(
    request: Request,
    operations: CurrentOperations,
    containing: Annotated[str, Query(max_length=200, pattern=NO_NUL)] = "",
    cursor: Annotated[str | None, Query(max_length=300)] = None,
) -> Response:
    """Accounts, newest first; a part of the address finds some."""
    containing = containing.strip()
    page, balances = await operations.list_accounts(limit=PER_PAGE, cursor=cursor, containing=containing)
    return render(
        request,
        "operate_accounts.html",
        at="operate",
        accounts=page.items,
        balances=balances,
        next_cursor=page.next_cursor,
        containing=containing,
        day=name_moment,
    )


@router.get("/{account_id}")
async def show(
    request: Request,
    account: AccountPath,
    operations: CurrentOperations,
    studio: CurrentStudio,
    cursor: Annotated[str | None, Query(max_length=30)] = None,
) -> Response:
    """One account with its ledger and what was done to it."""
    return await _page(request, account, operations=operations, studio=studio, cursor=cursor)


@router.post("/{account_id}/grant")
async def grant(
    request: Request,
    account: AccountPath,
    operator: Operator,
    operations: CurrentOperations,
    studio: CurrentStudio,
    credits: Annotated[str, Form(max_length=10)] = "",
    reason: Annotated[str, Form(max_length=300, pattern=NO_NUL)] = "",
    once: Annotated[UUID | None, Form()] = None,
) -> Response:
    """Give credits; a form that is sent twice gives them once."""
    count = int(credits) if credits.isascii() and credits.isdecimal() else 0
    key = None if once is None else str(once)
    try:
        await operations.grant(account, credits=count, reason=reason, once=key, actor=str(operator.id))
    except AccountNotFound:
        raise
    except RequestError as error:
        said = {"wrong": str(error), "credits": credits, "reason": reason}
        return await _page(request, account, operations=operations, studio=studio, status=error.status, said=said)
    return _back(account)


@router.post("/{account_id}/disable")
async def disable(account: AccountPath, operator: Operator, operations: CurrentOperations) -> Response:
    """Shut an account out; what it has stays."""
    await operations.disable(account, actor=str(operator.id))
    return _back(account)


@router.post("/{account_id}/enable")
async def enable(account: AccountPath, operator: Operator, operations: CurrentOperations) -> Response:
    """Let it in again."""
    await operations.enable(account, actor=str(operator.id))
    return _back(account)


async def _page(
    request: Request,
    account: AccountId,
    *,
    operations: CurrentOperations,
    studio: CurrentStudio,
    cursor: str | None = None,
    status: int = 200,
    said: dict[str, Any] | None = None,
) -> Response:
    found = await operations.get_account(account)
    entries = await studio.list_entries(account, limit=PER_PAGE, cursor=cursor)
    caller: Caller = request.state.caller
    return render(
        request,
        "operate_account.html",
        http_status=status,
        at="operate",
        account=found,
        is_self=caller.id == account,
        balance=await studio.balance(account),
        entries=[entry_view(entry) for entry in entries.items],
        next_cursor=entries.next_cursor,
        log=await operations.list_log(limit=LOGGED, account=account),
        once=uuid4(),
        day=name_moment,
        **{"wrong": None, "credits": "", "reason": "", **(said or {})},
    )


def _back(account: AccountId) -> Response:
    return RedirectResponse(f"/operate/accounts/{account}", status_code=303)
