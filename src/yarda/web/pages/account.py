"""The account of whoever is signed in: credits, keys, sessions, data."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from yarda.domain.account import Caller, KeyId, Scope, SessionId
from yarda.domain.credit import EntryKind, LedgerEntry
from yarda.errors import CredentialNotFound, InvalidRequest, NotAllowed, TooManyCredentials
from yarda.web.cookies import drop_session
from yarda.web.deps import CurrentDesk, CurrentStudio, Member, parse_id
from yarda.web.pages.browsers import name_browser
from yarda.web.pages.rendering import render
from yarda.web.texts import read_texts

PER_PAGE = 50
SIGNS = {EntryKind.GRANT: "+", EntryKind.CAPTURE: "−"}

router = APIRouter(prefix="/account")


@router.get("")
async def show(
    request: Request,
    member: Member,
    desk: CurrentDesk,
    studio: CurrentStudio,
    cursor: Annotated[str | None, Query(max_length=30)] = None,
) -> Response:
    """Everything about the account on one page."""
    return await _page(request, member, desk=desk, studio=studio, cursor=cursor)


@router.post("/keys")
async def create_key(
    request: Request,
    member: Member,
    desk: CurrentDesk,
    studio: CurrentStudio,
    name: Annotated[str, Form(max_length=400)] = "",
    scope: Annotated[list[Scope] | None, Form()] = None,
) -> Response:
    """The answer is the page with the key on it, this once."""
    try:
        secret, key = await desk.create_key(name, scopes=frozenset(scope or ()), caller=member)
    except (InvalidRequest, NotAllowed, TooManyCredentials) as error:
        wrong = str(error).split(": ", 1)[-1]
        return await _page(
            request, member, desk=desk, studio=studio, status=error.status, key_wrong=wrong, key_name=name
        )
    return await _page(request, member, desk=desk, studio=studio, created={"name": key.name, "secret": secret})


@router.post("/keys/{key_id}/revoke")
async def revoke_key(key_id: str, member: Member, desk: CurrentDesk) -> Response:
    await desk.revoke_key(KeyId(_id(key_id)), caller=member)
    return RedirectResponse("/account#keys", status_code=303)


@router.post("/sessions/{session_id}/end")
async def end_session(session_id: str, member: Member, desk: CurrentDesk) -> Response:
    await desk.end_session(SessionId(_id(session_id)), caller=member)
    return RedirectResponse("/account#sessions", status_code=303)


@router.post("/sessions/end-others")
async def end_other_sessions(member: Member, desk: CurrentDesk) -> Response:
    await desk.end_other_sessions(member)
    return RedirectResponse("/account#sessions", status_code=303)


@router.post("/delete")
async def delete(
    request: Request,
    member: Member,
    desk: CurrentDesk,
    studio: CurrentStudio,
    email: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """In two steps: the address has to be written out."""
    if email.strip().lower() != member.account.email:
        wrong = read_texts()["account"]["delete_wrong"]
        return await _page(request, member, desk=desk, studio=studio, status=422, delete_wrong=wrong)
    await desk.delete_account(member)
    response = RedirectResponse("/?account=deleted", status_code=303)
    drop_session(response)
    return response


async def _page(
    request: Request,
    member: Caller,
    *,
    desk: CurrentDesk,
    studio: CurrentStudio,
    cursor: str | None = None,
    status: int = 200,
    **said: Any,
) -> Response:
    entries = await studio.list_entries(member.id, limit=PER_PAGE, cursor=cursor)
    shown: dict[str, Any] = {"created": None, "key_wrong": None, "key_name": "", "delete_wrong": None}
    return render(
        request,
        "account.html",
        http_status=status,
        at="account",
        account=member.account,
        balance=await studio.balance(member.id),
        entries=[entry_view(entry) for entry in entries.items],
        next_cursor=entries.next_cursor,
        packs=studio.packs,
        keys=await desk.list_keys(member),
        scopes=[scope for scope in Scope if scope is not Scope.OPERATE or member.account.is_operator],
        sessions=await desk.list_sessions(member),
        current=member.session,
        passkeys=await desk.list_passkeys(member),
        has_passkeys=desk.has_passkeys,
        kept_days=studio.kept_days(member.account.plan),
        day=name_moment,
        name_browser=name_browser,
        **{**shown, **said},
    )


def entry_view(entry: LedgerEntry) -> dict[str, Any]:
    """A line of the ledger in words."""
    kinds = read_texts()["booked"]
    reason = entry.reason.replace("_", " ")
    return {
        "when": entry.created_at,
        "what": f"{kinds[entry.kind.value]}: {reason}",
        "change": f"{SIGNS[entry.kind]}{entry.credits}" if entry.kind in SIGNS else "",
        "held": entry.held,
        "balance": entry.balance,
    }


def name_moment(moment: datetime) -> str:
    """`7 Nov 2026, 14:05`."""
    return f"{moment:%-d %b %Y, %H:%M}"


def _id(text: str) -> UUID:
    return parse_id(text, CredentialNotFound("there is no such session or key"))
