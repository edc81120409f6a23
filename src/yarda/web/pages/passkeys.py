"""What the account's page does with passkeys without a script; adding one needs the script."""

from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from yarda.domain.account import PasskeyId
from yarda.errors import CredentialNotFound
from yarda.web.deps import CurrentDesk, Member, parse_id

BACK = "/account#passkeys"

router = APIRouter(prefix="/account/passkeys")


@router.post("/rule")
async def set_rule(
    member: Member, desk: CurrentDesk, required: Annotated[str, Form(max_length=5)] = ""
) -> Response:
    """Close the account to everything but passkeys, or open it to links again."""
    if required == "yes":
        await desk.require_passkey(member)
    else:
        await desk.stop_requiring_passkey(member)
    return RedirectResponse(BACK, status_code=303)


@router.post("/{passkey_id}/remove")
async def remove(passkey_id: str, member: Member, desk: CurrentDesk) -> Response:
    """Forget a passkey."""
    passkey = PasskeyId(parse_id(passkey_id, CredentialNotFound("there is no such passkey")))
    await desk.remove_passkey(passkey, caller=member)
    return RedirectResponse(BACK, status_code=303)
