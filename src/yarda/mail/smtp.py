"""Sends messages through a mail server, one connection each."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit

import aiosmtplib

from yarda.accounts.service_ports import SEND_SECONDS
from yarda.domain.account import Mail
from yarda.domain.email import parse_email
from yarda.errors import EmailInvalid, MailRefused, MailUnavailable

QUIT_SECONDS = 1.0
PORTS = {"smtp": 587, "smtps": 465}
_SEVEN_BIT = SMTP.clone(cte_type="7bit")
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")


class Security(StrEnum):
    """What is between us and the server before the password is sent."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class SmtpMailer:
    """Plays the `Mailer` port.

    What the server has against this message, its recipient or its words, refuses it for good; all else
    (the connection, the encryption, our password, our own address) may be put right: `MailUnavailable`.
    Errors have the server's codes and never its words, which may repeat ours.
    """

    def __init__(
        self,
        url: str,
        *,
        sender: str,
        security: Security | None = None,
        trusted: ssl.SSLContext | None = None,
        seconds: float = SEND_SECONDS,
    ) -> None:
        """`url` and `sender` as the settings allow them. `trusted` replaces the system's authorities."""
        self._url = urlsplit(url)
        name, address = parseaddr(sender)
        self._sender = Address(_one_line(name), addr_spec=parse_email(address).address)
        self._security = security or security_of(self._url)
        self._trusted = trusted
        self._seconds = seconds

    async def send(self, mail: Mail) -> None:
        """See the port. The message is the server's once it said so, whatever happens to the goodbye."""
        message = compose(mail, sender=self._sender)
        client = self._client()
        try:
            async with _translated(), asyncio.timeout(self._seconds):
                await client.connect()
                await client.send_message(message)
            with suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=QUIT_SECONDS)
        finally:
            client.close()

    def _client(self) -> aiosmtplib.SMTP:
        user, password = self._url.username, self._url.password
        return aiosmtplib.SMTP(
            hostname=self._url.hostname,
            port=self._url.port or PORTS[self._url.scheme],
            username=unquote(user) if user else None,
            password=unquote(password) if password else None,
            use_tls=self._security is Security.TLS,
            start_tls=self._security is Security.STARTTLS,
            tls_context=self._trusted,
            timeout=self._seconds,
        )


def security_of(url: SplitResult) -> Security:
    """Encrypted, unless the server is on this machine."""
    if url.scheme == "smtps":
        return Security.TLS
    return Security.NONE if _is_loopback(url.hostname or "") else Security.STARTTLS


def compose(mail: Mail, *, sender: Address) -> EmailMessage:
    """The message as it travels. Raises `MailRefused` where it could not be addressed."""
    try:
        to = parse_email(mail.to)
    except EmailInvalid as error:
        raise MailRefused("the recipient is no address") from error
    message = EmailMessage(policy=_SEVEN_BIT)
    message["From"] = sender
    message["To"] = Address(addr_spec=to.address)
    message["Subject"] = _one_line(mail.subject)
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = f"<{mail.id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    return message


def _one_line(text: str) -> str:
    """Fit for a header: no line break, no control character."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    try:
        yield
    except aiosmtplib.SMTPRecipientsRefused as error:
        raise _about_the_message(error.recipients[0], "the recipient") from error
    except aiosmtplib.SMTPDataError as error:
        raise _about_the_message(error, "the message") from error
    except aiosmtplib.SMTPResponseException as error:
        stage = type(error).__name__.removeprefix("SMTP")
        raise MailUnavailable(f"the mail server answered {_codes(error)} ({stage})") from error
    except TimeoutError as error:
        raise MailUnavailable("the mail server did not answer in time") from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise MailUnavailable(f"the mail server cannot be used: {error}") from error


def _about_the_message(error: aiosmtplib.SMTPResponseException, what: str) -> MailRefused | MailUnavailable:
    said = f"the mail server answered {_codes(error)} to {what}"
    return MailRefused(said) if 500 <= error.code < 600 else MailUnavailable(said)


def _codes(error: aiosmtplib.SMTPResponseException) -> str:
    enhanced = _ENHANCED.match(error.message)
    return f"{error.code} {enhanced[0]}" if enhanced else str(error.code)
