"""Doors: who may be asked for what name, from which site, and what browsers may do with the answer."""

import re
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from yarda.web.bodies import BoundedBody, size_limit
from yarda.web.headers import HSTS, SECURITY_HEADERS
from yarda.web.problems import MEDIA_TYPE, Problem

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITE = frozenset({"same-origin", "none"})
"""What `Sec-Fetch-Site` says of our own pages, and of an address that somebody typed."""
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?", re.ASCII | re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}

LONGEST_PATH = 200

log = structlog.get_logger()

Origin = tuple[str, str, int]
"""Scheme, host, port."""


class Guard:
    """ASGI middleware: refuses foreign Host names (DNS rebinding), requests of other sites and oversized bodies.

    Where `base_url` is https, browsers are told never to use anything else for it.
    """

    def __init__(self, app: ASGIApp, *, base_url: str | None = None) -> None:
        self._app = app
        self._own = find_origin(base_url or "")
        self._hosts = LOOPBACK | ({self._own[1]} if self._own else set())
        self._headers = SECURITY_HEADERS | (HSTS if self._own and self._own[0] == "https" else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        sending = self._with_headers(send)
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            path = scope["raw_path"].decode("ascii", "replace")[:LONGEST_PATH]
            log.info("door_closed", status=refusal.status_code, method=scope["method"], path=path)
            await refusal(scope, receive, sending)
            return
        await self._app(scope, BoundedBody(receive, limit=size_limit(headers)), sending)

    def _refusal(self, scope: Scope, headers: Headers) -> JSONResponse | None:
        path = scope["path"]
        asked = _origin(scope["scheme"], headers.get("host", ""))
        if asked is None or asked[1] not in self._hosts:
            return _problem(400, "unknown_host", "this studio is not served under that name", path)
        if self._is_foreign(scope["method"], headers, asked):
            return _problem(403, "cross_site_request", "this request comes from another site", path)
        if "transfer-encoding" in headers and "content-length" in headers:
            return _problem(400, "bad_request", "the request has two lengths", path)
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdecimal()) or int(length) > size_limit(headers):
            return _problem(413, "request_too_large", "send at most 25 MB at a time", path)
        return None

    def _is_foreign(self, method: str, headers: Headers, asked: Origin) -> bool:
        """Another site may link to a page, and nothing else.

        Browsers say in `Sec-Fetch-Site` where a request comes from. Those too old for it, and all of them where
        the connection is not secure, say it in `Origin`. Other programs say nothing, and no page can use them.
        """
        is_safe = method in SAFE_METHODS
        site = headers.get("sec-fetch-site")
        if site is not None:
            is_link = is_safe and headers.get("sec-fetch-mode") == "navigate"
            return site not in OWN_SITE and not is_link
        origin = headers.get("origin")
        return not is_safe and origin is not None and find_origin(origin) not in (asked, self._own or asked)

    def _with_headers(self, send: Send) -> Send:
        async def sending(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        return sending


def find_origin(text: str) -> Origin | None:
    """The origin of a web address; None where it is none, such as `null` or one with a user in it."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return _origin(parts.scheme, parts.netloc)


def _origin(scheme: str, authority: str) -> Origin | None:
    host = _HOST.fullmatch(authority)
    if scheme not in _PORTS or host is None:
        return None
    return scheme, host[1].lower(), int(host[2] or _PORTS[scheme])


def _problem(status: int, code: str, detail: str, path: str) -> JSONResponse:
    problem = Problem(title="Refused", status=status, code=code, detail=detail, instance=path)
    return JSONResponse(problem.model_dump(), status_code=status, media_type=MEDIA_TYPE)
