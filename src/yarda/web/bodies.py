"""How much a request may send, and how long it may take over it."""

import asyncio

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

MAX_FORM = 26 * 2**20
"""A photo and its form around it."""
MAX_DOCUMENT = 4 * 2**20
"""Five areas with all their ground come to a third of that; more is only work for the parser."""
PIECE_SECONDS = 20.0
BODY_SECONDS = 300.0
"""For the largest photo over a slow line."""


def size_limit(headers: Headers) -> int:
    """The most bytes a body of this kind may have."""
    is_form = headers.get("content-type", "").lower().startswith("multipart/form-data")
    return MAX_FORM if is_form else MAX_DOCUMENT


class BoundedBody:
    """Plays ASGI's `receive`. Raises `HTTPException` where a body outgrows its limit, or does not arrive."""

    def __init__(self, receive: Receive, *, limit: int, piece_seconds: float = PIECE_SECONDS) -> None:
        self._receive = receive
        self._left = limit
        self._piece_seconds = piece_seconds
        self._ends_at: float | None = None
        self._is_whole = False

    async def __call__(self) -> Message:
        if self._is_whole:  # what is left to hear is that the client goes away, whenever it does
            return await self._receive()
        message = await self._next_piece()
        if message["type"] == "http.request":
            self._is_whole = not message.get("more_body", False)
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                raise HTTPException(413, "send at most 25 MB at a time")
        return message

    async def _next_piece(self) -> Message:
        now = asyncio.get_running_loop().time()
        self._ends_at = self._ends_at or now + BODY_SECONDS
        try:
            async with asyncio.timeout_at(min(now + self._piece_seconds, self._ends_at)):
                return await self._receive()
        except TimeoutError:
            raise HTTPException(408, "the request did not arrive in time; send it again") from None
