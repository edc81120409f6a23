"""HTTP transports for a client library that is given one answer, and gets it from the sink's side.

A provider's own client builds the request and parses the reply. What happens in between is ours:
one request per call, the reply on disk before anybody reads it, and one deadline over all of it.
"""

import asyncio
import re
import ssl
from collections.abc import Callable
from contextlib import aclosing
from email.utils import parsedate_to_datetime

import httpx2

from yarda.errors import OutcomeUnknown, ProviderBusy, ProviderError, UnusableReply
from yarda.pipeline.provider import ReplySink

CONNECT_SECONDS = 10.0
FIND_SECONDS = 20.0
"""For a question that costs nothing."""
UNKEPT_BYTES = 2**20
ERROR_BODY_SECONDS = 2.0
ERROR_BODY_BYTES = 64 * 2**10

Reject = Callable[[httpx2.Response, str], ProviderError]
"""Says what an answer other than 200 means, from its status, headers and the beginning of its text."""


class SendOnce(httpx2.AsyncBaseTransport):
    """Sends one request on a connection of its own; the reply is committed before it is handed on.

    A second request is refused, whoever asks for it: a client that sends again pays again. The
    connection is not kept, because one that went stale in a pool looks like a call that was cut off.
    Raises `ProviderError`, and lets through what the sink raises.
    """

    def __init__(
        self,
        sink: ReplySink,
        *,
        provider: str,
        reject: Reject,
        tls: ssl.SSLContext,
        seconds: float,
        trailer: Callable[[httpx2.Headers], bytes] | None = None,
    ) -> None:
        """`trailer` makes what of the answer's head is kept behind its body, in the sink and in `reply`."""
        self._sink = sink
        self._provider = provider
        self._reject = reject
        self._tls = tls
        self._seconds = seconds
        self._trailer = trailer
        self._sent = False
        self.reply = b""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if self._sent:
            raise RuntimeError("an order is sent once; the client tried to send it again")
        self._sent = True
        # The sink keeps the body without its headers, so the body must not need them.
        request.headers["accept-encoding"] = "identity"
        connect = min(CONNECT_SECONDS, self._seconds / 2)
        request.extensions["timeout"] = httpx2.Timeout(None, connect=connect).as_dict()
        await self._exchange(request)
        self.reply = await self._sink.commit()
        return httpx2.Response(200, content=self.reply)

    async def _exchange(self, request: httpx2.Request) -> None:
        try:
            async with asyncio.timeout(self._seconds), httpx2.AsyncClient(verify=self._tls) as wire:
                response = await wire.send(request, stream=True)
                async with aclosing(response):
                    if response.status_code != 200:
                        raise self._reject(response, await self._beginning(response))
                    await self._receive(response)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError) as error:
            raise ProviderBusy(self._provider, f"no connection: {type(error).__name__}") from error
        except httpx2.RequestError as error:
            raise OutcomeUnknown(self._provider, f"cut off: {type(error).__name__}") from error
        except TimeoutError as error:
            raise OutcomeUnknown(self._provider, f"no whole reply within {self._seconds:g} s") from error

    async def _receive(self, response: httpx2.Response) -> None:
        """Into the sink alone: a body that outgrows it is never in memory."""
        async for chunk in response.aiter_raw():
            await self._sink.write(chunk)
        if self._trailer is not None:
            await self._sink.write(self._trailer(response.headers))

    async def _beginning(self, response: httpx2.Response) -> str:
        """As much of an error's text as arrives soon; its status stands without it."""
        body = bytearray()
        try:
            async with asyncio.timeout(min(ERROR_BODY_SECONDS, self._seconds / 4)):
                async for chunk in response.aiter_raw():
                    body += chunk
                    if len(body) >= ERROR_BODY_BYTES:
                        break
        except (httpx2.RequestError, TimeoutError):
            pass
        return body[:ERROR_BODY_BYTES].decode(errors="replace")


class Unkept:
    """Plays the `ReplySink` port for an answer that nobody pays for: a small one, and it is not kept."""

    def __init__(self, provider: str) -> None:
        self._provider = provider
        self._answer = bytearray()

    async def write(self, chunk: bytes) -> None:
        self._answer += chunk
        if len(self._answer) > UNKEPT_BYTES:
            raise UnusableReply(self._provider, "the answer is larger than such answers are")

    async def commit(self) -> bytes:
        return bytes(self._answer)


class Replay(httpx2.AsyncBaseTransport):
    """Gives a client the body of an earlier reply, as if it had just arrived. Nothing is sent."""

    def __init__(self, reply: bytes) -> None:
        self.reply = reply

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, content=self.reply)


def retry_after_seconds(headers: httpx2.Headers) -> float | None:
    """The wait a Retry-After header asks for; a date counts from the answer's own date."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,6}", value, re.ASCII):
        return float(value)
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError):
        return None
    return max(0.0, wait.total_seconds())
