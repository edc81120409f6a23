"""Every knob, read once from YARDA_* variables or a `.env` file."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from yarda.errors import SettingInvalid

PROVIDER_NAMES = ("gemini", "openai", "concept")


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


def _names(value: object) -> object:
    return [name.strip() for name in value.split(",") if name.strip()] if isinstance(value, str) else value


def _known_providers(names: list[str] | None) -> list[str] | None:
    if names is None:
        return None
    unknown = [name for name in names if name not in PROVIDER_NAMES]
    if unknown or not names or len(set(names)) != len(names):
        raise ValueError(f"must be one or more of {', '.join(PROVIDER_NAMES)}, each once, separated by commas")
    return names


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
    access: Literal["local"] = Field("local", description="`local`: one owner, loopback only.")
    base_url: Annotated[str, AfterValidator(_http_url)] | None = Field(
        None, description="The address people use, where it is not the one that is listened on."
    )
    providers: Annotated[list[str] | None, NoDecode, BeforeValidator(_names), AfterValidator(_known_providers)] = (
        Field(
            None,
            description="Image providers in the order they are asked, separated by commas: gemini, openai, "
            "concept; none: the configured ones, then concept.",
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
    trial_credits: int | None = Field(
        None,
        ge=0,
        le=1_000_000,
        description="Credits the owner starts with; none: whatever is needed is granted, and booked.",
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
            "concept": True,
        }
        return [name for name in PROVIDER_NAMES if configured[name]]

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
    except ValidationError as error:
        raise SettingInvalid("\n".join(_explain(problem) for problem in error.errors())) from None
    settings.data_dir = settings.data_dir.expanduser().absolute()
    return settings


def _check_providers(settings: Settings) -> None:
    needed = {
        "gemini": ("YARDA_GEMINI_API_KEY", settings.gemini_api_key),
        "openai": ("YARDA_OPENAI_API_KEY", settings.openai_api_key),
    }
    for name in settings.provider_order:
        setting, value = needed.get(name, ("", ""))
        if value is None:
            raise SettingInvalid(f"YARDA_PROVIDERS names {name}, but {setting} is not set")


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
