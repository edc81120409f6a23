"""What routes ask for."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import Depends, Header, HTTPException, Path, Request

from yarda.accounts.limits import Limit
from yarda.core import AccountDesk, Studio
from yarda.core import Operator as Operations
from yarda.domain.account import Caller, Scope
from yarda.domain.credit import AccountId
from yarda.domain.generation import AreaId, GenerationId
from yarda.domain.photo import ImageId, PhotoId
from yarda.errors import (
    AreaNotFound,
    GenerationNotFound,
    ImageNotFound,
    NotAllowed,
    NotSignedIn,
    PhotoNotFound,
)
from yarda.web.cookies import read_session
from yarda.web.guard import SAFE_METHODS

Recheck = Callable[[], Awaitable[bool]]


def get_studio(request: Request) -> Studio:
    return cast(Studio, request.app.state.studio)


CurrentStudio = Annotated[Studio, Depends(get_studio)]


def find_desk(request: Request) -> AccountDesk | None:
    """None in local mode."""
    return cast(AccountDesk | None, request.app.state.desk)


def get_desk(request: Request) -> AccountDesk:
    """In local mode whatever is about accounts is as unknown as any other path."""
    desk = find_desk(request)
    if desk is None:
        raise HTTPException(404, "this studio has no accounts")
    return desk


CurrentDesk = Annotated[AccountDesk, Depends(get_desk)]


async def get_caller(request: Request, studio: CurrentStudio) -> Caller:
    """Who asks: by an API key, else by the session's cookie. In local mode every request is the owner's.
    Looked up once a request.

    Raises `NotSignedIn`, `AccountDisabled`, and `NotAllowed` where a key has no right to what is asked.
    """
    desk = find_desk(request)
    if desk is None:
        return await studio.owner_as_caller()
    caller = getattr(request.state, "caller", None) or await _find_caller(request, desk)
    request.state.asker = caller
    caller.check(Scope.READ if request.method in SAFE_METHODS else Scope.DESIGN)
    request.state.caller = caller
    return caller


async def _find_caller(request: Request, desk: AccountDesk) -> Caller:
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    if kind:
        if kind.lower() != "bearer":
            raise NotSignedIn("send an API key as `Authorization: Bearer …`")
        return await desk.find_caller_by_key(key.strip())
    token = read_session(request)
    if token is None:
        raise NotSignedIn("sign in first")
    return await desk.find_caller(token)


CurrentCaller = Annotated[Caller, Depends(get_caller)]


async def get_recheck(request: Request, caller: CurrentCaller) -> Recheck:
    """For an answer that goes on: whether who asked may still be told."""

    async def recheck() -> bool:
        desk = find_desk(request)
        try:
            return desk is None or (await _find_caller(request, desk)).id == caller.id
        except (NotSignedIn, NotAllowed):
            return False

    return recheck


async def find_visitor(request: Request, studio: CurrentStudio) -> Caller | None:
    """Who looks at a page that is open to all."""
    try:
        return await get_caller(request, studio)
    except (NotSignedIn, NotAllowed):
        return None


async def get_account(caller: CurrentCaller) -> AccountId:
    """Whose things are asked for."""
    return caller.id


async def get_spender(caller: CurrentCaller) -> AccountId:
    """Who has designs drawn. Raises `EmailNotVerified` until the address is proved."""
    caller.check_may_spend()
    return caller.id


async def get_member(caller: CurrentCaller, desk: CurrentDesk) -> Caller:
    """Who is at the account itself: a person with a session, not a program with a key."""
    if caller.session is None:
        raise NotAllowed("an API key cannot do this; sign in with a browser")
    return caller


async def get_operator(request: Request, caller: CurrentCaller) -> Caller:
    """Whoever runs this installation; in local mode its owner."""
    if find_desk(request) is not None:
        caller.check(Scope.OPERATE)
    return caller


def get_operations(request: Request) -> Operations:
    """An application that was made without them has no such pages."""
    operations = cast(Operations | None, request.app.state.operations)
    if operations is None:
        raise HTTPException(404, "this studio is operated elsewhere")
    return operations


def limited(limit: Limit) -> Any:
    """Counts each request of an account, and refuses too many; in local mode the owner is not counted.

    For the `dependencies` of a route. Raises `TooManyRequests`.
    """

    async def count(request: Request, caller: CurrentCaller) -> None:
        desk = find_desk(request)
        if desk is not None:
            await desk.allow(limit, str(caller.id))

    return Depends(count)


CurrentAccount = Annotated[AccountId, Depends(get_account)]
StillThere = Annotated[Recheck, Depends(get_recheck)]
Visitor = Annotated[Caller | None, Depends(find_visitor)]
SpendingAccount = Annotated[AccountId, Depends(get_spender)]
Member = Annotated[Caller, Depends(get_member)]
Operator = Annotated[Caller, Depends(get_operator)]
CurrentOperations = Annotated[Operations, Depends(get_operations)]


def parse_id(text: str, error: Exception) -> UUID:
    """An id that is none is as unknown as one that was never given out."""
    try:
        return UUID(text)
    except ValueError:
        raise error from None


async def _generation_id(generation_id: Annotated[str, Path(description="The generation's id.")]) -> GenerationId:
    return GenerationId(parse_id(generation_id, GenerationNotFound("there is no such design")))


async def _area_id(area_id: Annotated[str, Path(description="The area's id.")]) -> AreaId:
    return AreaId(parse_id(area_id, AreaNotFound("this design has no such area")))


async def _photo_id(photo_id: Annotated[str, Path(description="The photo's id.")]) -> PhotoId:
    return PhotoId(parse_id(photo_id, PhotoNotFound("there is no such photo; upload it first")))


async def _image_id(image_id: Annotated[str, Path(description="The picture's id.")]) -> ImageId:
    return ImageId(parse_id(image_id, ImageNotFound("there is no such picture")))


GenerationPath = Annotated[GenerationId, Depends(_generation_id)]
AreaPath = Annotated[AreaId, Depends(_area_id)]
PhotoPath = Annotated[PhotoId, Depends(_photo_id)]
ImagePath = Annotated[ImageId, Depends(_image_id)]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="Any unique text of up to 255 characters: one key, one generation.",
    ),
]
