"""Sign in elsewhere: the way to Google or another issuer, and back."""

from fastapi import APIRouter, Request, Response

from yarda.errors import RequestError
from yarda.web.cookies import read_browser, set_browser
from yarda.web.deps import CurrentDesk
from yarda.web.pages.rendering import render
from yarda.web.pages.sign_in import HOME, NextField, local_path, sign_in_page, signed_in_response

router = APIRouter()


@router.post("/sign-in/with/{provider}")
async def go(request: Request, provider: str, desk: CurrentDesk, then: NextField = HOME) -> Response:
    """Send the browser to the issuer.

    By a page that goes on by itself and not by a redirect: our policy for forms (`form-action 'self'`) holds
    for where a form's answer redirects to, too.
    """
    browser, then = read_browser(request), local_path(then)
    try:
        url = await desk.begin_sign_in_elsewhere(provider, browser=browser, then=then)
    except RequestError as error:
        return sign_in_page(request, then=then, notice=error)
    response = render(request, "sign_in_elsewhere.html", at="sign_in", url=url, label=desk.elsewhere[provider])
    set_browser(response, browser)
    return response


@router.get("/sign-in/with/{provider}/callback")
async def come_back(request: Request, provider: str, desk: CurrentDesk) -> Response:
    """Sign in with what the issuer gave the browser to bring.

    The only GET that signs in: an issuer answers with a redirect. It works once, and only in the browser that was
    sent there, by the secret in its cookie; `Lax` cookies come along when a page elsewhere sends a browser here.
    """
    try:
        arrival = await desk.finish_sign_in_elsewhere(
            provider, query=dict(request.query_params), browser=read_browser(request)
        )
    except RequestError as error:
        return sign_in_page(request, then=HOME, notice=error)
    return signed_in_response(arrival.signed_in, then=arrival.then)
