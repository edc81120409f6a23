"""What values of settings look like, and what is said where they do not."""

import re
from email.utils import parseaddr
from urllib.parse import urlsplit

from pydantic import SecretStr

from yarda.domain.email import parse_email
from yarda.errors import EmailInvalid

PROVIDER_NAMES = ("gemini", "openai", "diffusers", "concept")


WITHOUT_CENTS = re.compile(
    "bhd|bif|clp|djf|gnf|isk|jod|jpy|kmf|krw|kwd|mga|omr|pyg|rwf|tnd|ugx|vnd|vuv|xaf|xof|xpf"
)
"""Currencies whose smallest unit is not a hundredth."""


PACK = re.compile(r"([1-9]\d{0,5}):(\d{1,6}\.\d\d)")


LOWEST_CENTS = 50
"""What Stripe charges at least, in US dollars; in other currencies it says so itself."""


LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


SHORTEST_SECRET = 32


TRIAL_CREDITS = 3


def read_postgres_url(value: str) -> str:
    if urlsplit(value).scheme not in ("postgresql", "postgres"):
        raise ValueError("must look like postgresql://user:password@host:5432/name")
    return "postgresql://" + value.split("://", 1)[1]


def read_storage_url(value: str) -> str:
    if urlsplit(value).scheme not in ("file", "s3", "gs", "az"):
        raise ValueError("must start with file://, s3://, gs:// or az://")
    return value


def read_http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must start with http:// or https:// and name a host")
    return value.rstrip("/")


def read_smtp_url(value: SecretStr) -> SecretStr:
    if not names_a_mail_server(value.get_secret_value()):
        raise ValueError(
            "must look like smtp://user:password@host:587 or smtps://user:password@host:465, "
            "with %40 for an @ and %2F for a / in user or password"
        )
    return value


def names_a_mail_server(url: str) -> bool:
    try:
        parts = urlsplit(url)
        has_port = parts.port != 0
    except ValueError:  # its words would hold a part of the password
        return False
    is_bare = parts.path in ("", "/") and not parts.query and not parts.fragment
    is_whole = bool(parts.hostname) and has_port and bool(parts.username) == bool(parts.password)
    return parts.scheme in ("smtp", "smtps") and is_bare and is_whole


def read_sender(value: str) -> str:
    try:
        parse_email(parseaddr(value)[1])
    except EmailInvalid:
        raise ValueError("must look like hello@example.org or Yarda <hello@example.org>") from None
    return value


def read_issuer_url(value: str) -> str:
    parts = urlsplit(value)
    if not parts.hostname or (parts.scheme != "https" and parts.hostname not in LOOPBACK):
        raise ValueError("must start with https:// and name a host")
    return value.rstrip("/")


def read_names(value: object) -> object:
    return [name.strip() for name in value.split(",") if name.strip()] if isinstance(value, str) else value


def read_providers(names: list[str] | None) -> list[str] | None:
    if names is None:
        return None
    unknown = [name for name in names if name not in PROVIDER_NAMES]
    if unknown or not names or len(set(names)) != len(names):
        raise ValueError(f"must be one or more of {', '.join(PROVIDER_NAMES)}, each once, separated by commas")
    return names


def read_packs(value: str) -> str:
    found = [PACK.fullmatch(entry.strip()) for entry in value.split(",")]
    credits = [match[1] for match in found if match]
    if len(credits) < len(found) or len(set(credits)) < len(credits):
        raise ValueError("must be packs as credits:price, each number of credits once, such as 5:9.00,20:29.00")
    if any(read_cents(match[2]) < LOWEST_CENTS for match in found if match):
        raise ValueError(f"must have no price below 0.{LOWEST_CENTS}")
    return value


def read_cents(price: str) -> int:
    return int(price.replace(".", ""))


def read_currency(value: str) -> str:
    if not re.fullmatch(r"[a-z]{3}", value.lower()) or WITHOUT_CENTS.fullmatch(value.lower()):
        raise ValueError("must be the three letters of a currency that has cents, such as usd or eur")
    return value.lower()
