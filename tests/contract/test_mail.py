"""Messages leave whole and safe, and a server's answer becomes the right error."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote, urlsplit
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.emulators.smtp import PASSWORD, USER, SmtpEmulator
from yarda.domain.account import Mail, MailId
from yarda.errors import MailRefused, MailUnavailable
from yarda.mail.smtp import Security, SmtpMailer, security_of
from yarda.mail.terminal import TerminalMailer

SENDER = "Yarda Zoë <hello@yarda.example>"
LINK = "https://yarda.example/sign-in/" + "t0ken-" * 20
NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def mail(*, to: str = "dana@example.org", subject: str = "Sign in", text: str = LINK) -> Mail:
    return Mail(
        id=MailId(uuid4()),
        to=to,
        subject=subject,
        text=text,
        created_at=NOW,
        expires_at=NOW + timedelta(minutes=15),
    )


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 with its key, signed by nobody."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("certificate") / "mail.pem"
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(key.private_bytes(*form) + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    """The server's side."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certificate)


def url_of(server: SmtpEmulator, *, scheme: str, password: str = PASSWORD) -> str:
    return f"{scheme}://{quote(USER, safe='')}:{quote(password, safe='')}@127.0.0.1:{server.port}"


async def test_a_message_arrives_as_it_was_written() -> None:
    text = f"Grüße aus dem Garten 🌿\n\n{LINK}\n.\n" + "a long line " * 120 + "\n"
    sent = mail(subject="Your link – für Dana", text=text)
    async with SmtpEmulator() as server:
        await SmtpMailer(server.url, sender=SENDER).send(sent)

    (received,) = server.received
    message = received.message
    assert received.sender == "hello@yarda.example"
    assert received.recipients == ("dana@example.org",)
    assert message.get_content().splitlines() == text.splitlines()
    assert message.get_content_type() == "text/plain"
    assert message.defects == []
    assert {name: message[name] for name in ("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted")} == {
        "From": SENDER,
        "To": "dana@example.org",
        "Subject": "Your link – für Dana",
        "Date": "Mon, 02 Nov 2026 12:00:00 +0000",
        "Message-ID": f"<{sent.id}@yarda.example>",
        "Auto-Submitted": "auto-generated",
    }
    assert all(len(line) <= 998 for line in message.as_bytes().splitlines())


async def test_addresses_of_international_domains_travel_in_their_ascii_form() -> None:
    async with SmtpEmulator() as server:
        await SmtpMailer(server.url, sender="Gärten <hallo@gärten.example>").send(mail(to="Dana@bücher.example"))

    (received,) = server.received
    assert received.sender == "hallo@xn--grten-gra.example"
    assert received.recipients == ("dana@xn--bcher-kva.example",)


async def test_line_breaks_in_a_subject_make_no_header() -> None:
    async with SmtpEmulator() as server:
        await SmtpMailer(server.url, sender=SENDER).send(
            mail(subject="Hello\r\nBcc: eve@example.org\x00\u2028\n\nbody")
        )

    (received,) = server.received
    assert received.message["Subject"] == "Hello Bcc: eve@example.org body"
    assert received.message["Bcc"] is None
    assert received.recipients == ("dana@example.org",)


@pytest.mark.parametrize(
    "to", ["dana@example.org\r\nRCPT TO:<eve@example.org>", "dana@example.org, eve@example.org", "dana", ""]
)
async def test_what_is_no_address_is_refused_before_anything_is_sent(to: str) -> None:
    async with SmtpEmulator() as server:
        with pytest.raises(MailRefused):
            await SmtpMailer(server.url, sender=SENDER).send(mail(to=to))

    assert server.connections == 0


@pytest.mark.parametrize(
    ("behaviour", "expected", "told"),
    [
        ("greet:421", MailUnavailable, "421"),
        ("mail:550", MailUnavailable, "550"),
        ("rcpt:450", MailUnavailable, "450"),
        ("rcpt:550", MailRefused, "550 5.1.1"),
        ("data:451", MailUnavailable, "451"),
        ("data:554", MailRefused, "554"),
        ("hang", MailUnavailable, "in time"),
        ("drop", MailUnavailable, ""),
        ("lose", MailUnavailable, ""),
    ],
)
async def test_each_failure_is_for_now_or_for_good_and_repeats_no_words_of_ours(
    behaviour: str, expected: type[Exception], told: str
) -> None:
    async with SmtpEmulator([behaviour]) as server:
        seconds = 0.5 if behaviour == "hang" else 10.0
        with pytest.raises(expected) as failed:
            await SmtpMailer(server.url, sender=SENDER, seconds=seconds).send(mail())

    assert told in str(failed.value)
    assert "dana" not in str(failed.value)
    assert "t0ken" not in str(failed.value)
    assert server.connections == 1


async def test_a_server_that_is_away_is_away_for_now() -> None:
    async with SmtpEmulator() as server:
        url = server.url

    with pytest.raises(MailUnavailable):
        await SmtpMailer(url, sender=SENDER).send(mail())


async def test_a_server_that_took_the_message_need_not_say_goodbye() -> None:
    async with SmtpEmulator(["mute"]) as server:
        await SmtpMailer(server.url, sender=SENDER).send(mail())

    assert len(server.received) == 1


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
async def test_we_sign_in_once_the_connection_is_encrypted(
    certificate: Path, tls: ssl.SSLContext, security: Security
) -> None:
    async with SmtpEmulator(**{security.value: tls}) as server:
        url = url_of(server, scheme="smtp")
        await SmtpMailer(url, sender=SENDER, security=security, trusted=trusting(certificate)).send(mail())

    (received,) = server.received
    assert received.is_encrypted
    assert received.user == USER


async def test_a_wrong_password_can_be_put_right_and_is_not_told(certificate: Path, tls: ssl.SSLContext) -> None:
    async with SmtpEmulator(starttls=tls) as server:
        url = url_of(server, scheme="smtp", password="hunter2")
        mailer = SmtpMailer(url, sender=SENDER, security=Security.STARTTLS, trusted=trusting(certificate))
        with pytest.raises(MailUnavailable) as failed:
            await mailer.send(mail())

    assert "535" in str(failed.value)
    assert "hunter2" not in str(failed.value)
    assert server.received == []


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
async def test_a_certificate_that_nobody_vouches_for_is_not_talked_to(
    tls: ssl.SSLContext, security: Security
) -> None:
    async with SmtpEmulator(**{security.value: tls}) as server:
        with pytest.raises(MailUnavailable) as failed:
            await SmtpMailer(url_of(server, scheme="smtp"), sender=SENDER, security=security).send(mail())

    assert "certificate" in str(failed.value)
    assert server.received == []


async def test_a_server_without_starttls_gets_neither_password_nor_message() -> None:
    async with SmtpEmulator() as server:
        mailer = SmtpMailer(url_of(server, scheme="smtp"), sender=SENDER, security=Security.STARTTLS)
        with pytest.raises(MailUnavailable) as failed:
            await mailer.send(mail())

    assert "STARTTLS" in str(failed.value)
    assert server.received == []


@pytest.mark.parametrize(
    ("url", "security"),
    [
        ("smtp://mail.example:587", Security.STARTTLS),
        ("smtp://10.0.0.5", Security.STARTTLS),
        ("smtp://localhost.example", Security.STARTTLS),
        ("smtps://localhost", Security.TLS),
        ("smtp://localhost:25", Security.NONE),
        ("smtp://127.0.0.1", Security.NONE),
        ("smtp://[::1]:25", Security.NONE),
    ],
)
def test_only_a_server_on_this_machine_is_talked_to_in_the_clear(url: str, security: Security) -> None:
    assert security_of(urlsplit(url)) is security


async def test_without_a_server_the_message_is_shown_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    await TerminalMailer().send(mail(subject="Sign in\x1b[2J", text=f"Hello\n\n{LINK}\x1b[31m\n"))

    shown = capsys.readouterr()
    assert shown.out == ""
    assert "To: dana@example.org\nSubject: Sign in [2J\n\nHello\n" in shown.err
    assert LINK in shown.err
    assert "\x1b" not in shown.err
