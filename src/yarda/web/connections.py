"""Connections that are closed when whoever opened them does not say what they want."""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

WAIT_SECONDS = 60.0


class PatientConnection(H11Protocol):
    """Waits for a whole head, and for the rest of a body that was refused; then it hangs up.

    Uvicorn itself waits for both without end, so that a handful of idle clients could take every socket.
    While a request is answered nothing is timed here: see `BoundedBody`.
    """

    wait_seconds = WAIT_SECONDS

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._hang_up_at: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_watching()
        super().connection_lost(exc)

    def _watch(self) -> None:
        is_answering = self.cycle is not None and not self.cycle.response_complete
        if is_answering or self.transport.is_closing():
            self._stop_watching()
        elif self._hang_up_at is None:
            self._hang_up_at = self.loop.call_later(self.wait_seconds, self.transport.close)

    def _stop_watching(self) -> None:
        if self._hang_up_at is not None:
            self._hang_up_at.cancel()
            self._hang_up_at = None
