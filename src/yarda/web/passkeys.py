"""An account's passkeys, and signing in with one: what a browser's script asks and answers."""

import json
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response, status
from pydantic import BaseModel, Field

from yarda.domain.account import Passkey, PasskeyId
from yarda.errors import CredentialNotFound, PasskeyRefused
from yarda.web.cookies import read_browser, set_browser, set_session
from yarda.web.deps import CurrentDesk, Member, parse_id
from yarda.web.problems import responses
from yarda.web.schemas.shapes import Name

LONGEST_ANSWER = 64 * 2**10

router = APIRouter(tags=["account"])


class PasskeyRead(BaseModel):
    """A passkey of yours; its private half is on your device only."""

    id: UUID
    name: str
    created_at: datetime
    used_at: datetime | None

    @classmethod
    def of(cls, passkey: Passkey) -> Self:
        return cls(id=passkey.id, name=passkey.name, created_at=passkey.created_at, used_at=passkey.used_at)


class PasskeyList(BaseModel):
    items: list[PasskeyRead]
    required: bool = Field(description="Whether nothing but a passkey signs in.")


class PasskeyAnswer(BaseModel):
    """What the browser's `PublicKeyCredential.toJSON()` gave."""

    answer: dict[str, Any]

    @property
    def text(self) -> str:
        """Raises `PasskeyRefused` where no passkey has that much to say."""
        text = json.dumps(self.answer)
        if len(text) > LONGEST_ANSWER:
            raise PasskeyRefused("this answer is too long to be a passkey's")
        return text


class PasskeyCreate(PasskeyAnswer):
    name: Name = Field(examples=["phone"])


class PasskeyRule(BaseModel):
    required: bool = Field(description="Whether nothing but a passkey signs in.")


@router.get("/passkeys", responses=responses(401, 403, 404))
async def list_passkeys(member: Member, desk: CurrentDesk) -> PasskeyList:
    """Your passkeys, newest first."""
    found = await desk.list_passkeys(member)
    return PasskeyList(items=[PasskeyRead.of(passkey) for passkey in found], required=member.account.needs_passkey)


@router.post("/passkeys/options", responses=responses(401, 403, 404))
async def begin_passkey(member: Member, desk: CurrentDesk) -> dict[str, Any]:
    """Options for `PublicKeyCredential.parseCreationOptionsFromJSON`; they work once, for ten minutes."""
    return _options(await desk.begin_passkey(member))


@router.post("/passkeys", status_code=status.HTTP_201_CREATED, responses=responses(401, 403, 404, 409, 422))
async def add_passkey(body: PasskeyCreate, member: Member, desk: CurrentDesk) -> PasskeyRead:
    """Add the passkey that the browser made."""
    return PasskeyRead.of(await desk.add_passkey(body.text, name=body.name, caller=member))


@router.put("/passkeys/rule", status_code=status.HTTP_204_NO_CONTENT, responses=responses(401, 403, 404, 422))
async def set_rule(body: PasskeyRule, member: Member, desk: CurrentDesk) -> None:
    """Close your account to everything but passkeys, or open it to links again."""
    if body.required:
        await desk.require_passkey(member)
    else:
        await desk.stop_requiring_passkey(member)


@router.delete(
    "/passkeys/{passkey_id}", status_code=status.HTTP_204_NO_CONTENT, responses=responses(401, 403, 404)
)
async def remove_passkey(
    passkey_id: Annotated[str, Path(description="The passkey's id.")], member: Member, desk: CurrentDesk
) -> None:
    """Forget a passkey. With the last one, links sign in again."""
    passkey = PasskeyId(parse_id(passkey_id, CredentialNotFound("there is no such passkey")))
    await desk.remove_passkey(passkey, caller=member)


@router.post("/sign-in/passkey/options", responses=responses(404, 429))
async def begin_passkey_sign_in(request: Request, response: Response, desk: CurrentDesk) -> dict[str, Any]:
    """Options for `PublicKeyCredential.parseRequestOptionsFromJSON`; they work once, in this browser."""
    browser = read_browser(request)
    options = _options(await desk.begin_passkey_sign_in(browser))
    set_browser(response, browser)
    return options


@router.post(
    "/sign-in/passkey",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=responses(401, 403, 404, 422, 429),
)
async def sign_in_with_passkey(
    body: PasskeyAnswer, request: Request, response: Response, desk: CurrentDesk
) -> None:
    """Sign in; the answer sets the session's cookie."""
    signed_in = await desk.sign_in_with_passkey(body.text, browser=read_browser(request))
    set_session(response, signed_in)


def _options(text: str) -> dict[str, Any]:
    options: dict[str, Any] = json.loads(text)
    return options
