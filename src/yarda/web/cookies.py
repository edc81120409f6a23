"""The two cookies: a session, and a browser's secret that binds links to who asked for them.

Both are `__Host-`: over HTTPS only (or to this machine), to this host only, out of scripts' reach. Browsers send
them along when a link from elsewhere is followed, and not with other sites' requests.
"""

from ipaddress import IPv4Address, IPv6Network, ip_address

from fastapi import Request, Response

from yarda.accounts.secrets import new_secret
from yarda.accounts.sessions import Browser, SignedIn

SESSION = "__Host-yarda-session"
BROWSER = "__Host-yarda-browser"
LONGEST = 100
BROWSER_SECONDS = 3600
NETWORK_BITS = 64
"""Of an IPv6 address: whoever has one has all that begin alike."""


def read_session(request: Request) -> str | None:
    return _read(request, SESSION)


def read_browser(request: Request) -> Browser:
    """Who asks, before anybody is signed in; a browser without a secret yet gets one to be set."""
    return Browser(
        secret=_read(request, BROWSER) or new_secret(),
        name=request.headers.get("user-agent", ""),
        network=_network(request.client.host) if request.client else "",
        session=read_session(request),
    )


def set_browser(response: Response, browser: Browser) -> None:
    _set(response, BROWSER, browser.secret, seconds=BROWSER_SECONDS)


def set_session(response: Response, signed_in: SignedIn) -> None:
    """Also forgets the browser's secret: it has done its work."""
    _set(response, SESSION, signed_in.token, seconds=int(signed_in.longest.total_seconds()))
    _drop(response, BROWSER)


def drop_session(response: Response) -> None:
    """With everything of the account that the browser kept, pictures above all."""
    _drop(response, SESSION)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def _network(host: str) -> str:
    """What limits count: an IPv4 address, or the network that an IPv6 address is of."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv4Address):
        return host
    return str(address.ipv4_mapped or IPv6Network((int(address), NETWORK_BITS), strict=False))


def _read(request: Request, name: str) -> str | None:
    value = request.cookies.get(name)
    return value if value and len(value) <= LONGEST else None


def _set(response: Response, name: str, value: str, *, seconds: int) -> None:
    response.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")


def _drop(response: Response, name: str) -> None:
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")
