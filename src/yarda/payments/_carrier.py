"""Carries the stripe library's requests: each sent once, whole within one deadline, without redirects."""

import asyncio
from collections.abc import Mapping

import httpx2
import stripe

SECONDS = 15.0
CAP_BYTES = 2**20


class Carrier(stripe.HTTPClient):
    """The library's own way to be given another client; only its asynchronous half is asked."""

    name = "httpx2"

    def __init__(self, *, seconds: float = SECONDS) -> None:
        super().__init__()
        self._seconds = seconds
        self._client = httpx2.AsyncClient(timeout=None)

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: str | None = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Raises `stripe.APIConnectionError`, without the library's words and without ours of the request."""
        body = bytearray()
        try:
            async with (
                asyncio.timeout(self._seconds),
                self._client.stream(method, url, headers=dict(headers), content=post_data) as response,
            ):
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > CAP_BYTES:
                        raise httpx2.RemoteProtocolError("too long")
        except (httpx2.RequestError, TimeoutError) as error:
            raise stripe.APIConnectionError(type(error).__name__) from None  # type: ignore[no-untyped-call]
        return bytes(body), response.status_code, response.headers

    async def close_async(self) -> None:
        await self._client.aclose()
