"""Every knob, its default and what it does."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from yarda.domain.account import Plan
from yarda.domain.purchase import Pack
from yarda.settings.values import (
    PROVIDER_NAMES,
    TRIAL_CREDITS,
    read_cents,
    read_currency,
    read_http_url,
    read_issuer_url,
    read_names,
    read_packs,
    read_postgres_url,
    read_providers,
    read_sender,
    read_smtp_url,
    read_storage_url,
)


class Settings(BaseSettings):
    """All optional: without any, an embedded database and the built-in painter do the work."""

    model_config = SettingsConfigDict(env_prefix="YARDA_", env_file=".env", extra="ignore", env_ignore_empty=True)

    database_url: Annotated[str, AfterValidator(read_postgres_url)] | None = Field(
        None,
        description="A Postgres 14 or newer, as postgresql://…; none: an embedded one in the data directory.",
    )
    data_dir: Path = Field(
        default_factory=lambda: Path.home() / ".local" / "share" / "yarda",
        description="Where the embedded database, the pictures and the spool live; shared by all processes "
        "of a machine.",
    )
    storage_url: Annotated[str, AfterValidator(read_storage_url)] | None = Field(
        None,
        description="Where pictures are kept: file://, s3://, gs:// or az://; none: in the data directory.",
    )
    access: Literal["local", "accounts"] = Field(
        "local",
        description="`local`: one owner, loopback only; `accounts`: people sign in with their email address.",
    )
    base_url: Annotated[str, AfterValidator(read_http_url)] | None = Field(
        None,
        description="The address people use, where it is not the one that is listened on; needed with accounts.",
    )
    secret_key: SecretStr | None = Field(
        None,
        description="At least 32 characters that nobody knows, the same for all processes; needed with accounts.",
    )
    session_days: int = Field(30, ge=1, le=365, description="How long a browser stays signed in at most.")
    session_idle_days: int = Field(
        14, ge=1, le=365, description="After how long without a visit a browser is signed out."
    )
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
    oidc_issuer: Annotated[str, AfterValidator(read_issuer_url)] | None = Field(
        None,
        description="An issuer of OpenID Connect that people may sign in with; with a client's id and secret. Its "
        "word on verified addresses is believed.",
    )
    oidc_client_id: str | None = Field(None, description="The client that the issuer knows Yarda as.")
    oidc_client_secret: SecretStr | None = Field(None, description="That client's secret.")
    oidc_name: str | None = Field(
        None, min_length=1, max_length=40, description="The issuer's name on the button; none: its host."
    )
    providers: Annotated[
        list[str] | None, NoDecode, BeforeValidator(read_names), AfterValidator(read_providers)
    ] = Field(
        None,
        description="Image providers in the order they are asked, separated by commas: gemini, openai, "
        "diffusers, concept; none: the configured ones, then concept.",
    )
    gemini_api_key: SecretStr | None = Field(None, description="A key for Gemini; with it, photoreal pictures.")
    gemini_model: str = Field("gemini-nano-banana-2.1", description="The Gemini image model.")
    gemini_base_url: Annotated[str, AfterValidator(read_http_url)] | None = Field(
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
    openai_base_url: Annotated[str, AfterValidator(read_http_url)] | None = Field(
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
    google_maps_base_url: Annotated[str, AfterValidator(read_http_url)] | None = Field(
        None, description="Another address for the Google Maps APIs."
    )
    google_maps_terms_accepted: bool = Field(
        False,
        description="Whoever runs this installation accepts the Google Maps Platform terms; without it nothing "
        "is asked of Google Maps.",
    )
    nominatim_base_url: Annotated[str, AfterValidator(read_http_url)] = Field(
        "https://nominatim.openstreetmap.org",
        description="A Nominatim that finds addresses where Google Maps is off; at most one question a second.",
    )
    panoramax_base_url: Annotated[str, AfterValidator(read_http_url)] = Field(
        "https://api.panoramax.xyz", description="A Panoramax with free street pictures, mostly of France."
    )
    smtp_url: Annotated[SecretStr, AfterValidator(read_smtp_url)] | None = Field(
        None,
        description="A mail server, as `smtp://user:password@host:587` (STARTTLS, except to this machine) or "
        "`smtps://user:password@host:465`; none: messages are printed on the worker's terminal.",
    )
    mail_from: Annotated[str, AfterValidator(read_sender)] | None = Field(
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
    stripe_base_url: Annotated[str, AfterValidator(read_http_url)] | None = Field(
        None, description="Another address for the Stripe API."
    )
    credit_packs: Annotated[str, AfterValidator(read_packs)] = Field(
        "5:9.00,20:29.00", description="What is sold, as credits:price, separated by commas."
    )
    credit_currency: Annotated[str, AfterValidator(read_currency)] = Field(
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
            Pack(credits=int(credits), cents=read_cents(price), currency=self.credit_currency)
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
