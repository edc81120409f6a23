"""Reads the settings once, and checks what belongs together."""

from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from yarda.errors import SettingInvalid
from yarda.settings.model import Settings
from yarda.settings.values import LOOPBACK, SHORTEST_SECRET


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
