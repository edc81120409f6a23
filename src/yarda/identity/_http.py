"""Asks an issuer over HTTP: one request, one deadline, no redirect, a small answer."""

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

import httpx2

from yarda.errors import IdentityUnavailable

SECONDS = 10.0
CAP_BYTES = 256 * 2**10
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class IssuerClient:
    """One issuer's client. `label` is its name in what people read."""

    def __init__(self, label: str, *, seconds: float = SECONDS) -> None:
        self._label = label
        self._seconds = seconds
        self._client = httpx2.AsyncClient(timeout=None, headers={"Accept": "application/json"})

    async def get(self, url: str, *, bearer: str | None = None) -> dict[str, Any]:
        """The JSON object there. Raises `IdentityUnavailable`."""
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        status, document = await self._send(self._client.build_request("GET", url, headers=headers))
        if status != 200 or not document:
            raise self.away()
        return document

    async def post_form(self, url: str, body: str, *, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Status and JSON object, empty where the answer is none. Raises `IdentityUnavailable`."""
        form = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        return await self._send(self._client.build_request("POST", url, content=body, headers=form))

    async def close(self) -> None:
        await self._client.aclose()

    def away(self) -> IdentityUnavailable:
        return IdentityUnavailable(
            f"{self._label} did not answer as it should; try again in a while, or sign in by email"
        )

    async def _send(self, request: httpx2.Request) -> tuple[int, dict[str, Any]]:
        if not is_safe(str(request.url)):
            raise self.away()
        try:
            async with asyncio.timeout(self._seconds):
                response = await self._client.send(request, stream=True, follow_redirects=False)
                try:
                    body = await self._receive(response)
                finally:
                    await response.aclose()
        except (httpx2.RequestError, TimeoutError) as error:
            raise self.away() from error
        if response.status_code >= 500:
            raise self.away()
        return response.status_code, _object(body)

    async def _receive(self, response: httpx2.Response) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > CAP_BYTES:
                raise self.away()
        return bytes(body)


def is_safe(url: str) -> bool:
    """Whether nobody between here and there can read or change what is sent."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
