"""The page of an account's passkeys; adding one needs the script, the rest works without."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from yarda.domain.account import PasskeyId
from yarda.errors import CredentialNotFound
from yarda.web.deps import CurrentDesk, Member, parse_id
from yarda.web.pages.rendering import render

HERE = "/account/passkeys"

router = APIRouter()


@router.get(HERE)
async def show(request: Request, member: Member, desk: CurrentDesk) -> Response:
    """All passkeys, and whether one is needed."""
    found = await desk.list_passkeys(member)
    return render(
        request,
        "passkeys.html",
        at="account",
        passkeys=found,
        required=member.account.needs_passkey,
        supported=desk.has_passkeys,
    )


@router.post(HERE + "/rule")
async def set_rule(
    member: Member, desk: CurrentDesk, required: Annotated[str, Form(max_length=5)] = ""
) -> Response:
    """Close the account to everything but passkeys, or open it to links again."""
    if required == "yes":
        await desk.require_passkey(member)
    else:
        await desk.stop_requiring_passkey(member)
    return RedirectResponse(HERE, status_code=303)


@router.post(HERE + "/{passkey_id}/remove")
async def remove(passkey_id: str, member: Member, desk: CurrentDesk) -> Response:
    """Forget a passkey."""
    passkey = PasskeyId(parse_id(passkey_id, CredentialNotFound("there is no such passkey")))
    await desk.remove_passkey(passkey, caller=member)
    return RedirectResponse(HERE, status_code=303)
