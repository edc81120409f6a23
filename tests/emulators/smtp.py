"""Plays a mail server on 127.0.0.1: a real one (aiosmtpd) that fails on demand, with STARTTLS and AUTH.

A script has one behaviour per connection, as a word with its argument after a colon; after its end, and for `ok`,
messages are taken:

    greet:421, mail:550, rcpt:550, data:451   that answer at that point
    hang                                      answers nothing, and does not take the message
    hold, hold:451                            waits for `go_on`, then takes the message, or answers that
    drop                                      cuts the connection instead of taking the message
    lose                                      takes the message, and cuts the connection instead of saying so
    mute                                      takes the message, and says nothing to the goodbye
"""

import asyncio
import ssl
import warnings
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "yarda@example.org", "p@ss/wörd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A message that was taken: how it was addressed, and what was in it."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    is_encrypted: bool
    user: str | None


class SmtpEmulator:
    """Listens on a port of 127.0.0.1 while its block runs; a closed one may be opened again on the same port."""

    def __init__(
        self,
        script: Iterable[str] = (),
        *,
        port: int = 0,
        starttls: ssl.SSLContext | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """With encryption, by STARTTLS or from the start, whoever sends has to sign in."""
        self.script = deque(script)
        self.received: list[Received] = []
        self.connections = 0
        self.arrived = asyncio.Event()
        self.go_on = asyncio.Event()
        self.port = port
        self._starttls = starttls
        self._tls = tls
        self._open: list[_Connection] = []

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connect, "127.0.0.1", self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for connection in self._open:
            await connection.end()
        await self._server.wait_closed()

    def _connect(self) -> "_Connection":
        self.connections += 1
        behaviour = self.script.popleft() if self.script else "ok"
        with warnings.catch_warnings():
            # It knows of no other encryption than STARTTLS, and warns of passwords without that.
            warnings.simplefilter("ignore", UserWarning)
            connection = _Connection(
                _Hooks(self, behaviour),
                hostname="mail.test",
                tls_context=self._starttls,
                require_starttls=self._starttls is not None,
                auth_required=(self._starttls or self._tls) is not None,
                auth_require_tls=self._starttls is not None,
                authenticator=_authenticate,
            )
        self._open.append(connection)
        return connection


class _Connection(SMTP):
    """One of a client's, which can be ended from here."""

    async def end(self) -> None:
        if self.transport is not None:
            self.transport.abort()
        if self._handler_coroutine is not None:
            self._handler_coroutine.cancel()
            await asyncio.gather(self._handler_coroutine, return_exceptions=True)


class _Hooks:
    """What aiosmtpd asks at each point of one connection."""

    def __init__(self, emulator: SmtpEmulator, behaviour: str) -> None:
        self._emulator = emulator
        self._word, _, self._code = behaviour.partition(":")

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [f"{self._code} not now"] if self._word == "greet" else responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return f"{self._code} not from {address}" if self._word == "mail" else "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return f"{self._code} 5.1.1 nobody is {address}" if self._word == "rcpt" else "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self._emulator.arrived.set()
        match self._word:
            case "hang":
                await asyncio.Event().wait()
            case "hold":
                await self._emulator.go_on.wait()
            case "drop":
                server.transport.abort()
        if self._word == "drop" or (self._word in ("data", "hold") and self._code):
            return f"{self._code or 451} not these words"
        self._take(server, session, envelope)
        if self._word == "lose":
            server.transport.abort()
        return "250 taken"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self._word == "mute":
            await asyncio.Event().wait()
        return "221 bye"

    def _take(self, server: SMTP, session: Session, envelope: Envelope) -> None:
        content = envelope.original_content
        assert content is not None
        assert envelope.mail_from is not None
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self._emulator.received.append(
            Received(
                sender=envelope.mail_from,
                recipients=tuple(envelope.rcpt_tos),
                message=message,
                is_encrypted=server.transport.get_extra_info("sslcontext") is not None,
                user=session.auth_data,
            )
        )


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    assert isinstance(data, LoginPassword)
    given = data.login.decode(), data.password.decode()
    return AuthResult(success=given == (USER, PASSWORD), handled=False, auth_data=given[0])
