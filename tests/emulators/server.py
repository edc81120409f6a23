"""A small real HTTP server for emulated services: it logs all that arrives and can break off anywhere."""

import asyncio
import hashlib
import json
import socket
import struct
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Self

PIECE = 64 * 2**10
UNANSWERED_SECONDS = 3.0
ANSWERED_SECONDS = 30.0


@dataclass(slots=True, kw_only=True)
class Call:
    """One request that arrived, and what became of it."""

    number: int
    method: str
    path: str
    body_sha256: str
    outcome: str = "open"
    client_gone: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True, kw_only=True)
class Exchange:
    """A request and the ways to answer it."""

    call: Call
    headers: dict[str, str]
    body: bytes
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def respond(self, status: int, body: bytes, headers: Iterable[tuple[str, str]] = ()) -> None:
        await self.begin(status, length=len(body), headers=headers)
        await self.send(body)

    async def begin(self, status: int, *, length: int | None, headers: Iterable[tuple[str, str]] = ()) -> None:
        """Send the head; without a length the body ends with the connection."""
        own = [("connection", "close"), ("date", "Mon, 02 Nov 2026 12:00:00 GMT")]
        sized = [] if length is None else [("content-length", str(length))]
        lines = [f"{name}: {value}" for name, value in (*own, *sized, *headers)]
        head = "\r\n".join([f"HTTP/1.1 {status} {_phrase(status)}", *lines, "", ""])
        await self.send(head.encode())

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def wait(self, seconds: float | None) -> None:
        """Let time pass, all of it or until the client goes away; None waits for that alone."""
        try:
            async with asyncio.timeout(seconds):
                self.call.client_gone = await self.reader.read(1) == b""
        except TimeoutError:
            pass
        except ConnectionError:
            self.call.client_gone = True

    def reset(self) -> None:
        """End the connection with RST."""
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Handler = Callable[[Exchange], Awaitable[str]]
"""Answers an exchange and names the outcome for the log."""


def call_seconds(*script: str) -> float:
    """How long a call may take: short where no answer will come, and enough for a busy machine where one will."""
    never = ("hang", "trickle", "error_hang")
    return UNANSWERED_SECONDS if any(behaviour.startswith(never) for behaviour in script) else ANSWERED_SECONDS


class EmulatedServer:
    """Listens on a free port of 127.0.0.1 while its block runs; `calls` has every request, in order."""

    def __init__(self, handler: Handler, *, port: int = 0, log: Path | None = None) -> None:
        self.calls: list[Call] = []
        self.arrived = asyncio.Event()
        self.base_url = ""
        self._handler = handler
        self._port = port
        self._log = log
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._start, "127.0.0.1", self._port)
        self.base_url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def _start(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            exchange = await self._receive(reader, writer)
            try:
                exchange.call.outcome = await self._handler(exchange)
            except ConnectionError:
                exchange.call.outcome, exchange.call.client_gone = "cut off", True
            finally:
                exchange.call.ended.set()
                self._note("ended", exchange.call)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            await asyncio.gather(writer.wait_closed(), return_exceptions=True)

    async def _receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Exchange:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        call = Call(
            number=len(self.calls) + 1,
            method=method,
            path=path,
            body_sha256=hashlib.sha256(body).hexdigest(),
        )
        self.calls.append(call)
        self.arrived.set()
        self._note("arrived", call)
        return Exchange(call=call, headers=headers, body=body, reader=reader, writer=writer)

    def _note(self, event: str, call: Call) -> None:
        if self._log is None:
            return
        line = {
            "event": event,
            "time": time.time(),
            "number": call.number,
            "path": call.path,
            "body_sha256": call.body_sha256,
            "outcome": call.outcome,
            "client_gone": call.client_gone,
        }
        with self._log.open("a") as file:
            file.write(json.dumps(line) + "\n")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unnamed"
