"""Signing in with somebody else's word: Google's, or that of any issuer who has verified the address.

The issuer sends the browser back with a link, so that a GET finishes the sign-in. That is safe since what was
remembered is found only with the secret of the browser that began, and only once: a link of somebody else's, or
one that is followed again, signs nobody in.
"""

from dataclasses import dataclass

from yarda.accounts.challenges import remember_challenge, take_challenge
from yarda.accounts.limits import TRIES_FROM_NETWORK, allow
from yarda.accounts.prove import prove_address
from yarda.accounts.service_ports import IdentityProvider
from yarda.accounts.sessions import Browser, SignedIn, open_session
from yarda.accounts.tools import AccountTools
from yarda.domain.email import parse_email
from yarda.errors import EmailInvalid, IdentityRefused, SignInInvalid, SignInWayNotFound

OVER = "this sign-in was begun in another browser, or more than ten minutes ago; begin again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Somebody who came back signed in, and the path they were going to."""

    signed_in: SignedIn
    then: str


async def begin_sign_in_elsewhere(name: str, *, browser: Browser, then: str, tools: AccountTools) -> str:
    """Where to send the browser. `then` is the path to go to when it is back.

    Raises `SignInWayNotFound`, `TooManyRequests`, `IdentityUnavailable`.
    """
    provider = _provider(name, tools)
    await allow((TRIES_FROM_NETWORK, browser.network), tools=tools)
    redirect = await provider.begin(redirect_uri=_back_here(name, tools))
    value = {"then": then, "remember": redirect.remember}
    await remember_challenge(name, redirect.state, browser.secret, value=value, tools=tools)
    return redirect.url


async def finish_sign_in_elsewhere(
    name: str, *, query: dict[str, str], browser: Browser, tools: AccountTools
) -> Arrival:
    """Believe what the browser brought back, once.

    Raises `SignInWayNotFound`, `SignInInvalid`, `IdentityRefused`, `IdentityUnavailable`, `PasskeyNeeded`,
    `AccountDisabled`, `TooManyRequests`.
    """
    provider = _provider(name, tools)
    await allow((TRIES_FROM_NETWORK, browser.network), tools=tools)
    asked = await take_challenge(name, query.get("state", ""), browser.secret, tools=tools)
    if asked is None:
        raise SignInInvalid(OVER)
    proved = await provider.finish(query=query, remember=asked["remember"], redirect_uri=_back_here(name, tools))
    try:
        email = parse_email(proved)
    except EmailInvalid as error:
        raise IdentityRefused(f"{provider.label} named an address that no mail can be sent to") from error
    async with tools.open_work() as work:
        account = await prove_address(email.address, mailbox=email.mailbox, work=work, tools=tools)
        signed_in = await open_session(account, browser=browser, how=name, work=work, tools=tools)
    return Arrival(signed_in=signed_in, then=asked["then"])


def _provider(name: str, tools: AccountTools) -> IdentityProvider:
    if name not in tools.identities:
        raise SignInWayNotFound("there is no such way to sign in here")
    return tools.identities[name]


def _back_here(name: str, tools: AccountTools) -> str:
    return f"{tools.base_url}/sign-in/with/{name}/callback"
