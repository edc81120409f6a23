"""Sign in by the link or the code in a message; GET shows, only POST consumes."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from yarda.accounts.sessions import SignedIn
from yarda.domain.account import SignInId
from yarda.errors import EmailInvalid, PasskeyNeeded, RequestError, SignInInvalid
from yarda.web.cookies import drop_session, read_browser, set_browser, set_session
from yarda.web.deps import CurrentDesk, Member, get_desk
from yarda.web.pages.rendering import render
from yarda.web.texts import read_texts

HOME = "/"

router = APIRouter()

Next = Annotated[str, Query(alias="next", max_length=2000)]
NextField = Annotated[str, Form(alias="next", max_length=2000)]


@router.get("/sign-in")
async def ask(request: Request, desk: CurrentDesk, then: Next = HOME, again: bool = False) -> Response:
    """Where to write the address; `again` for who is signed in, but not since just now."""
    notice = read_texts()["sign_in"]["again_first"] if again else ""
    return _page(request, "sign_in.html", then=local_path(then), notice=notice)


@router.post("/sign-in")
async def send_link(
    request: Request,
    desk: CurrentDesk,
    email: Annotated[str, Form(max_length=400)] = "",
    then: NextField = HOME,
) -> Response:
    """Send link and code; the answer is the same for every address."""
    browser, then = read_browser(request), local_path(then)
    try:
        asked = await desk.ask_for_link(email, browser=browser, then=then)
    except RequestError as error:
        return _page(request, "sign_in.html", then=then, email=email, error=error)
    response = _page(request, "sign_in_sent.html", then=then, email=email.strip(), sign_in=str(asked))
    set_browser(response, browser)
    return response


@router.post("/sign-in/code")
async def use_code(
    request: Request,
    desk: CurrentDesk,
    sign_in: Annotated[str, Form(max_length=40)] = "",
    code: Annotated[str, Form(max_length=40)] = "",
    email: Annotated[str, Form(max_length=400)] = "",
    then: NextField = HOME,
) -> Response:
    """Sign in by the code, in the browser that asked for it."""
    then = local_path(then)
    try:
        signed_in = await desk.redeem_code(_sign_in_id(sign_in), code, browser=read_browser(request))
    except RequestError as error:
        return _page(request, "sign_in_sent.html", then=then, email=email, sign_in=sign_in, error=error)
    return signed_in_response(signed_in, then=then)


@router.get("/sign-in/link")
async def look_at_link(
    request: Request, desk: CurrentDesk, token: Annotated[str, Query(max_length=100)] = "", then: Next = HOME
) -> Response:
    """What the link in the message shows: a button. Whoever only looks consumes nothing."""
    state = await desk.look_at_link(token, browser=read_browser(request))
    return _page(request, "sign_in_link.html", then=local_path(then), token=token, state=state.value)


@router.post("/sign-in/link")
async def use_link(
    request: Request,
    desk: CurrentDesk,
    token: Annotated[str, Form(max_length=100)] = "",
    then: NextField = HOME,
) -> Response:
    """Sign in by the link."""
    then = local_path(then)
    try:
        signed_in = await desk.redeem_link(token, browser=read_browser(request))
    except RequestError as error:
        return _page(request, "sign_in_link.html", then=then, token=token, state="over", error=error)
    return signed_in_response(signed_in, then=then)


@router.post("/sign-out")
async def sign_out(request: Request, desk: CurrentDesk, member: Member) -> Response:
    """End this browser's session."""
    assert member.session is not None
    await desk.end_session(member.session, caller=member)
    response = RedirectResponse("/sign-in", status_code=303)
    drop_session(response)
    return response


def sign_in_page(request: Request, *, then: str, notice: RequestError) -> Response:
    """Where to sign in, after another way did not work."""
    if isinstance(notice, PasskeyNeeded):
        return _page(request, "sign_in_passkey.html", then=then, error=notice)
    response = _page(request, "sign_in.html", then=then, notice=_said(notice))
    response.status_code = notice.status
    return response


def signed_in_response(signed_in: SignedIn, *, then: str) -> Response:
    """Go where the person was going, with the new session."""
    response = RedirectResponse(local_path(then), status_code=303)
    set_session(response, signed_in)
    return response


def local_path(path: str) -> str:
    """A path of this studio; anything that could lead elsewhere becomes the start page."""
    plain = path.isascii() and path.isprintable() and "\\" not in path
    return path if plain and path.startswith("/") and not path.startswith("//") else HOME


def _sign_in_id(text: str) -> SignInId:
    try:
        return SignInId(UUID(text))
    except ValueError:
        raise SignInInvalid("ask for a new link") from None


def _page(
    request: Request, template: str, *, then: str, error: RequestError | None = None, **values: str
) -> Response:
    status = 200 if error is None else error.status
    response = render(
        request,
        "sign_in_passkey.html" if isinstance(error, PasskeyNeeded) else template,
        http_status=status,
        at="sign_in",
        then=then,
        wrong=None if error is None else _said(error),
        desk=get_desk(request),
        **{"email": "", "notice": "", **values},
    )
    if retry_after := getattr(error, "retry_after", None):
        response.headers["Retry-After"] = str(retry_after)
    return response


def _said(error: RequestError) -> str:
    said = str(error).removeprefix("email: ") if isinstance(error, EmailInvalid) else str(error)
    return said[:1].upper() + said[1:] + "."
