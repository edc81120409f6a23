"""Asks map services over HTTP: one request, one deadline, no redirect, and no key in any word about it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from yarda.errors import ImageryUnavailable

SECONDS = 15.0
CAP_BYTES = 25 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer, whatever its status."""

    status: int
    media_type: str
    body: bytes

    @property
    def document(self) -> dict[str, Any]:
        """The body as a JSON object; empty where it is anything else."""
        try:
            found = httpx2.Response(200, content=self.body).json()
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


class MapClient:
    """One service's client. `service` is its name in what people read."""

    def __init__(self, service: str, *, seconds: float = SECONDS) -> None:
        self.service = service
        self._seconds = seconds
        self._client = httpx2.AsyncClient(timeout=None)

    async def get(self, url: str, params: Mapping[str, Any] | None = None) -> Answer:
        """Sent once. Raises `ImageryUnavailable` unless a whole answer of at most 25 MB came in time."""
        try:
            async with (
                asyncio.timeout(self._seconds),
                self._client.stream("GET", url, params=dict(params) if params else None) as response,
            ):
                return await self._receive(response)
        except (httpx2.RequestError, TimeoutError):
            raise self.away() from None  # the cause names the URL, and the URL has the key

    async def close(self) -> None:
        await self._client.aclose()

    def away(self, said: str = "did not answer") -> ImageryUnavailable:
        return ImageryUnavailable(f"{self.service} {said}; try again in a while, or add a photo of the yard")

    async def _receive(self, response: httpx2.Response) -> Answer:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > CAP_BYTES:
                raise self.away("sent more than a picture can have")
        media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        return Answer(status=response.status_code, media_type=media_type, body=bytes(body))
