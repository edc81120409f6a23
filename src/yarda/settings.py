"""Every knob, read once from YARDA_* variables or a `.env` file."""

import re
from datetime import timedelta
from decimal import Decimal
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from yarda.domain.account import Plan
from yarda.domain.email import parse_email
from yarda.domain.purchase import Pack
from yarda.errors import EmailInvalid, SettingInvalid

PROVIDER_NAMES = ("gemini", "openai", "diffusers", "concept")
_WITHOUT_CENTS = re.compile(
    "bhd|bif|clp|djf|gnf|isk|jod|jpy|kmf|krw|kwd|mga|omr|pyg|rwf|tnd|ugx|vnd|vuv|xaf|xof|xpf"
)
"""Currencies whose smallest unit is not a hundredth."""
_PACK = re.compile(r"([1-9]\d{0,5}):(\d{1,6}\.\d\d)")
LOWEST_CENTS = 50
"""What Stripe charges at least, in US dollars; in other currencies it says so itself."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SHORTEST_SECRET = 32
TRIAL_CREDITS = 3


def _postgres_url(value: str) -> str:
    if urlsplit(value).scheme not in ("postgresql", "postgres"):
        raise ValueError("must look like postgresql://user:password@host:5432/name")
    return "postgresql://" + value.split("://", 1)[1]


def _storage_url(value: str) -> str:
    if urlsplit(value).scheme not in ("file", "s3", "gs", "az"):
        raise ValueError("must start with file://, s3://, gs:// or az://")
    return value


def _http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must start with http:// or https:// and name a host")
    return value.rstrip("/")


def _smtp_url(value: SecretStr) -> SecretStr:
    if not _names_a_mail_server(value.get_secret_value()):
        raise ValueError(
            "must look like smtp://user:password@host:587 or smtps://user:password@host:465, "
            "with %40 for an @ and %2F for a / in user or password"
        )
    return value


def _names_a_mail_server(url: str) -> bool:
    try:
        parts = urlsplit(url)
        has_port = parts.port != 0
    except ValueError:  # its words would hold a part of the password
        return False
    is_bare = parts.path in ("", "/") and not parts.query and not parts.fragment
    is_whole = bool(parts.hostname) and has_port and bool(parts.username) == bool(parts.password)
    return parts.scheme in ("smtp", "smtps") and is_bare and is_whole


def _sender(value: str) -> str:
    try:
        parse_email(parseaddr(value)[1])
    except EmailInvalid:
        raise ValueError("must look like hello@example.org or Yarda <hello@example.org>") from None
    return value


def _issuer_url(value: str) -> str:
    parts = urlsplit(value)
    if not parts.hostname or (parts.scheme != "https" and parts.hostname not in LOOPBACK):
        raise ValueError("must start with https:// and name a host")
    return value.rstrip("/")


def _names(value: object) -> object:
    return [name.strip() for name in value.split(",") if name.strip()] if isinstance(value, str) else value


def _known_providers(names: list[str] | None) -> list[str] | None:
    if names is None:
        return None
    unknown = [name for name in names if name not in PROVIDER_NAMES]
    if unknown or not names or len(set(names)) != len(names):
        raise ValueError(f"must be one or more of {', '.join(PROVIDER_NAMES)}, each once, separated by commas")
    return names


def _packs(value: str) -> str:
    found = [_PACK.fullmatch(entry.strip()) for entry in value.split(",")]
    credits = [match[1] for match in found if match]
    if len(credits) < len(found) or len(set(credits)) < len(credits):
        raise ValueError("must be packs as credits:price, each number of credits once, such as 5:9.00,20:29.00")
    if any(_cents(match[2]) < LOWEST_CENTS for match in found if match):
        raise ValueError(f"must have no price below 0.{LOWEST_CENTS}")
    return value


def _cents(price: str) -> int:
    return int(price.replace(".", ""))


def _currency(value: str) -> str:
    if not re.fullmatch(r"[a-z]{3}", value.lower()) or _WITHOUT_CENTS.fullmatch(value.lower()):
        raise ValueError("must be the three letters of a currency that has cents, such as usd or eur")
    return value.lower()


class Settings(BaseSettings):
    """All optional: without any, an embedded database and the built-in painter do the work."""

    model_config = SettingsConfigDict(env_prefix="YARDA_", env_file=".env", extra="ignore", env_ignore_empty=True)

    database_url: Annotated[str, AfterValidator(_postgres_url)] | None = Field(
        None,
        description="A Postgres 14 or newer, as postgresql://…; none: an embedded one in the data directory.",
    )
    data_dir: Path = Field(
        default_factory=lambda: Path.home() / ".local" / "share" / "yarda",
        description="Where the embedded database, the pictures and the spool live; shared by all processes "
        "of a machine.",
    )
    storage_url: Annotated[str, AfterValidator(_storage_url)] | None = Field(
        None,
        description="Where pictures are kept: file://, s3://, gs:// or az://; none: in the data directory.",
    )
    access: Literal["local", "accounts"] = Field(
        "local",
        description="`local`: one owner, loopback only; `accounts`: people sign in with their email address.",
    )
    base_url: Annotated[str, AfterValidator(_http_url)] | None = Field(
        None,
        description="The address people use, where it is not the one that is listened on; needed with accounts.",
    )
    secret_key: SecretStr | None = Field(
        None,
        description="At least 32 characters that nobody knows, the same for all processes; needed with accounts.",
    )
    session_days: int = Field(30, ge=1, le=365, description="How long a browser stays signed in.")
    disposable_domains: Path | None = Field(
        None,
        description="A file of email domains, one a line, that get no trial credits; none: a list comes along.",
    )
    trial_retention_days: int = Field(
        30, ge=1, le=36_500, description="With accounts: how long designs of those who only try are kept."
    )
    paid_retention_days: int = Field(
        365, ge=1, le=36_500, description="With accounts: how long designs of those who bought credits are kept."
    )
    google_client_id: str | None = Field(
        None, description="A client of Google's OAuth, for people to sign in with Google; with its secret."
    )
    google_client_secret: SecretStr | None = Field(None, description="That client's secret.")
    oidc_issuer: Annotated[str, AfterValidator(_issuer_url)] | None = Field(
        None,
        description="An issuer of OpenID Connect that people may sign in with; with a client's id and secret. Its "
        "word on verified addresses is believed.",
    )
    oidc_client_id: str | None = Field(None, description="The client that the issuer knows Yarda as.")
    oidc_client_secret: SecretStr | None = Field(None, description="That client's secret.")
    oidc_name: str | None = Field(
        None, min_length=1, max_length=40, description="The issuer's name on the button; none: its host."
    )
    providers: Annotated[list[str] | None, NoDecode, BeforeValidator(_names), AfterValidator(_known_providers)] = (
        Field(
            None,
            description="Image providers in the order they are asked, separated by commas: gemini, openai, "
            "diffusers, concept; none: the configured ones, then concept.",
        )
    )
    gemini_api_key: SecretStr | None = Field(None, description="A key for Gemini; with it, photoreal pictures.")
    gemini_model: str = Field("gemini-nano-banana-2.1", description="The Gemini image model.")
    gemini_base_url: Annotated[str, AfterValidator(_http_url)] | None = Field(
        None, description="Another address for the Gemini API."
    )
    gemini_credits: int = Field(1, ge=0, le=1000, description="Credits for one area drawn by Gemini.")
    gemini_requests_per_minute: int | None = Field(
        None, ge=1, le=100_000, description="Calls to Gemini in any 60 s, over all workers; none: as it allows."
    )
    gemini_parallel: int | None = Field(
        None, ge=1, le=10_000, description="Calls to Gemini at a time, over all workers; none: no limit."
    )
    openai_api_key: SecretStr | None = Field(None, description="A key for OpenAI's image models.")
    openai_model: str = Field("gpt-image-2", description="The OpenAI image model.")
    openai_base_url: Annotated[str, AfterValidator(_http_url)] | None = Field(
        None, description="Another address for the OpenAI API, up to and with its version."
    )
    openai_credits: int = Field(1, ge=0, le=1000, description="Credits for one area drawn by OpenAI.")
    openai_requests_per_minute: int | None = Field(
        None, ge=1, le=100_000, description="Calls to OpenAI in any 60 s, over all workers; none: as it allows."
    )
    openai_parallel: int | None = Field(
        None, ge=1, le=10_000, description="Calls to OpenAI at a time, over all workers; none: no limit."
    )
    diffusers_model: Annotated[str, Field(min_length=1)] | None = Field(
        None,
        description="An open model that draws on this machine, as a folder or a name on the hub, such as "
        "`black-forest-labs/FLUX.2-klein-4B`; needs the extra `yarda[diffusers]`.",
    )
    diffusers_device: Annotated[str, Field(pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$")] = Field(
        "auto", description="Where that model draws: auto, cpu, mps, cuda or cuda:1."
    )
    diffusers_steps: int | None = Field(
        None, ge=1, le=200, description="Steps for one picture; none: as the model's makers advise."
    )
    diffusers_credits: int = Field(1, ge=0, le=1000, description="Credits for one area drawn by that model.")
    diffusers_parallel: int = Field(
        1, ge=1, le=10_000, description="Pictures it draws at a time, over all workers: as many as there are GPUs."
    )
    google_maps_api_key: SecretStr | None = Field(
        None, description="A key for Google's Geocoding, Street View Static and Maps Static APIs."
    )
    google_maps_base_url: Annotated[str, AfterValidator(_http_url)] | None = Field(
        None, description="Another address for the Google Maps APIs."
    )
    google_maps_terms_accepted: bool = Field(
        False,
        description="Whoever runs this installation accepts the Google Maps Platform terms; without it nothing "
        "is asked of Google Maps.",
    )
    nominatim_base_url: Annotated[str, AfterValidator(_http_url)] = Field(
        "https://nominatim.openstreetmap.org",
        description="A Nominatim that finds addresses where Google Maps is off; at most one question a second.",
    )
    panoramax_base_url: Annotated[str, AfterValidator(_http_url)] = Field(
        "https://api.panoramax.xyz", description="A Panoramax with free street pictures, mostly of France."
    )
    smtp_url: Annotated[SecretStr, AfterValidator(_smtp_url)] | None = Field(
        None,
        description="A mail server, as `smtp://user:password@host:587` (STARTTLS, except to this machine) or "
        "`smtps://user:password@host:465`; none: messages are printed on the worker's terminal.",
    )
    mail_from: Annotated[str, AfterValidator(_sender)] | None = Field(
        None, description="Who mail comes from, as `Yarda <hello@example.org>`; needed with a mail server."
    )
    trial_credits: int | None = Field(
        None,
        ge=0,
        le=1_000_000,
        description="Credits an account starts with, once per proved address; none: 3 with accounts, and in local "
        "mode whatever is needed is granted, and booked.",
    )
    stripe_api_key: SecretStr | None = Field(
        None, description="A secret key of Stripe; with it, credits are sold."
    )
    stripe_webhook_secret: SecretStr | None = Field(
        None, description="What Stripe signs its notices to /webhooks/stripe with."
    )
    stripe_base_url: Annotated[str, AfterValidator(_http_url)] | None = Field(
        None, description="Another address for the Stripe API."
    )
    credit_packs: Annotated[str, AfterValidator(_packs)] = Field(
        "5:9.00,20:29.00", description="What is sold, as credits:price, separated by commas."
    )
    credit_currency: Annotated[str, AfterValidator(_currency)] = Field(
        "usd", description="The currency of the packs' prices; one that has cents."
    )
    daily_areas_per_account: int | None = Field(
        None,
        ge=1,
        le=1_000_000,
        description="Areas one account may ask for on a UTC day, free ones, cancelled ones and second runs "
        "counted; none: no limit.",
    )
    daily_credits_per_account: int | None = Field(
        None,
        ge=1,
        le=1_000_000,
        description="Credits one account may spend on a UTC day, those set aside counted, those given back not; "
        "none: no limit.",
    )
    keep_house: bool = Field(
        True,
        description="In a design drawn in the photo's own view, everything outside the edit mask shows the "
        "photo's own pixels, whichever provider made it.",
    )
    worker_concurrency: int = Field(8, ge=1, le=256, description="Areas one process works on at a time.")
    lease_seconds: float = Field(
        15,
        ge=1,
        le=600,
        description="A worker silent for that long is taken for dead and its areas run elsewhere.",
    )
    call_seconds: float = Field(
        180, ge=1, le=1800, description="How long a provider may take for a picture, to the last byte."
    )
    daily_spend_limit_usd: Decimal | None = Field(
        None, ge=0, description="What paid provider calls of one UTC day may cost at most, over all workers."
    )

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="How much is logged; `debug` adds addresses and what is put off until later."
    )

    @property
    def storage(self) -> str:
        return self.storage_url or (self.data_dir.absolute() / "objects").as_uri()

    @property
    def provider_order(self) -> list[str]:
        """As set, else what is configured, concept last."""
        if self.providers is not None:
            return self.providers
        configured = {
            "gemini": self.gemini_api_key is not None,
            "openai": self.openai_api_key is not None,
            "diffusers": self.diffusers_model is not None,
            "concept": True,
        }
        return [name for name in PROVIDER_NAMES if configured[name]]

    @property
    def packs(self) -> tuple[Pack, ...]:
        """What is sold; nothing without Stripe's keys."""
        if self.stripe_api_key is None:
            return ()
        entries = (entry.strip().split(":") for entry in self.credit_packs.split(","))
        return tuple(
            Pack(credits=int(credits), cents=_cents(price), currency=self.credit_currency)
            for credits, price in entries
        )

    @property
    def trial(self) -> int:
        """Credits for a proved address."""
        return TRIAL_CREDITS if self.trial_credits is None else self.trial_credits

    @property
    def retention(self) -> dict[Plan, timedelta]:
        """How long designs are kept; in local mode until somebody deletes them."""
        if self.access == "local":
            return {}
        days = {Plan.TRIAL: self.trial_retention_days, Plan.PAID: self.paid_retention_days}
        return {plan: timedelta(days=count) for plan, count in days.items()}

    @property
    def oidc_label(self) -> str:
        """What people read on the button."""
        return self.oidc_name or urlsplit(self.oidc_issuer or "").hostname or ""

    @property
    def google_maps_on(self) -> bool:
        """A key, and the operator's word on the terms."""
        return self.google_maps_api_key is not None and self.google_maps_terms_accepted


def read_settings(**overrides: Any) -> Settings:
    """Settings from the environment; an override wins over it, None leaves it.

    Raises `SettingInvalid` with the setting's name, what it holds and what is allowed.
    """
    try:
        settings = Settings(**{name: value for name, value in overrides.items() if value is not None})
        _check_providers(settings)
        _check_payments(settings)
        _check_accounts(settings)
        _check_mail(settings)
        _check_identities(settings)
    except ValidationError as error:
        raise SettingInvalid("\n".join(_explain(problem) for problem in error.errors())) from None
    settings.data_dir = settings.data_dir.expanduser().absolute()
    return settings


def _check_providers(settings: Settings) -> None:
    needed = {
        "gemini": ("YARDA_GEMINI_API_KEY", settings.gemini_api_key),
        "openai": ("YARDA_OPENAI_API_KEY", settings.openai_api_key),
        "diffusers": ("YARDA_DIFFUSERS_MODEL", settings.diffusers_model),
    }
    for name in settings.provider_order:
        setting, value = needed.get(name, ("", ""))
        if value is None:
            raise SettingInvalid(f"YARDA_PROVIDERS names {name}, but {setting} is not set")


def _check_payments(settings: Settings) -> None:
    together = {
        "YARDA_STRIPE_API_KEY": settings.stripe_api_key,
        "YARDA_STRIPE_WEBHOOK_SECRET": settings.stripe_webhook_secret,
    }
    missing = [name for name, value in together.items() if value is None]
    if len(missing) == 1:
        (given,) = together.keys() - missing
        raise SettingInvalid(f"{given} is set, but {missing[0]} is not; credits are sold with both, or not at all")
    if not missing and settings.base_url is None:
        raise SettingInvalid(
            "YARDA_STRIPE_API_KEY is set, but YARDA_BASE_URL is not; Stripe sends people back to that address"
        )


def _check_accounts(settings: Settings) -> None:
    if settings.access == "local":
        return
    if settings.base_url is None:
        raise SettingInvalid(
            "YARDA_ACCESS is accounts, but YARDA_BASE_URL is not set: links in mail start with it"
        )
    url = urlsplit(settings.base_url)
    if url.scheme != "https" and url.hostname not in LOOPBACK:
        raise SettingInvalid("YARDA_BASE_URL must start with https:// where people sign in")
    if url.path:
        raise SettingInvalid("YARDA_BASE_URL must name a host without a path where people sign in")
    if settings.secret_key is None or len(settings.secret_key.get_secret_value()) < SHORTEST_SECRET:
        raise SettingInvalid(
            f"YARDA_ACCESS is accounts, but YARDA_SECRET_KEY has fewer than {SHORTEST_SECRET} characters; "
            "make one with `openssl rand -base64 48`"
        )


def _check_mail(settings: Settings) -> None:
    if settings.smtp_url is not None and settings.mail_from is None:
        raise SettingInvalid("YARDA_SMTP_URL is set, but YARDA_MAIL_FROM, who mail comes from, is not")


def _check_identities(settings: Settings) -> None:
    """Half a set is a mistake, whatever the access."""
    for names in (
        ("google_client_id", "google_client_secret"),
        ("oidc_issuer", "oidc_client_id", "oidc_client_secret"),
    ):
        given = [name for name in names if getattr(settings, name)]
        missing = [f"YARDA_{name.upper()}" for name in names if name not in given]
        if given and missing:
            raise SettingInvalid(f"YARDA_{given[0].upper()} is set, but {' and '.join(missing)} is not")


def _explain(problem: object) -> str:
    assert isinstance(problem, dict)
    field = str(problem["loc"][0])
    shown = f"a text of {len(str(problem['input']))} characters" if is_secret(field) else repr(problem["input"])
    said = str(problem["msg"]).removeprefix("Value error, ")
    return f"YARDA_{field.upper()}: {said} (it holds {shown})"


def is_secret(field: str) -> bool:
    """Whether the setting's value may hold a secret: a key, or an address with a password in it."""
    described = Settings.model_fields.get(field)
    return described is None or field.endswith("_url") or "SecretStr" in str(described.annotation)
