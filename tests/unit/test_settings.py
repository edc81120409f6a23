"""Settings: what is read, and how a wrong value is told."""

from pathlib import Path

import pytest

from yarda.errors import SettingInvalid
from yarda.settings import read_settings


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of the machine, no `.env`."""
    monkeypatch.chdir(tmp_path)
    for name in (
        "DATABASE_URL",
        "DATA_DIR",
        "PROVIDERS",
        "GEMINI_API_KEY",
        "DIFFUSERS_MODEL",
        "LEASE_SECONDS",
        "SMTP_URL",
        "MAIL_FROM",
    ):
        monkeypatch.delenv(f"YARDA_{name}", raising=False)


def test_without_any_setting_the_painter_and_the_embedded_database_are_used() -> None:
    settings = read_settings()

    assert settings.database_url is None
    assert settings.provider_order == ["concept"]
    assert settings.storage.startswith("file:///")


def test_a_key_or_a_model_puts_its_provider_before_the_painter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YARDA_GEMINI_API_KEY", "k" * 20)
    monkeypatch.setenv("YARDA_DIFFUSERS_MODEL", "black-forest-labs/FLUX.2-klein-4B")

    assert read_settings().provider_order == ["gemini", "diffusers", "concept"]


def test_the_order_of_providers_can_be_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YARDA_GEMINI_API_KEY", "k" * 20)
    monkeypatch.setenv("YARDA_PROVIDERS", "concept, gemini")

    assert read_settings().provider_order == ["concept", "gemini"]


def test_a_dotenv_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("YARDA_LEASE_SECONDS=30\nYARDA_KEEP_HOUSE=false\nOTHER=1\n")
    monkeypatch.setenv("YARDA_LEASE_SECONDS", "20")

    settings = read_settings()

    assert (settings.lease_seconds, settings.keep_house) == (20, False)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("DATABASE_URL", "mysql://x", "postgresql://"),
        ("STORAGE_URL", "ftp://x", "file://"),
        ("BASE_URL", "yarda.example", "https://"),
        ("PROVIDERS", "dall-e", "gemini, openai, diffusers, concept"),
        ("PROVIDERS", "gemini", "YARDA_GEMINI_API_KEY"),
        ("PROVIDERS", "diffusers", "YARDA_DIFFUSERS_MODEL"),
        ("DIFFUSERS_DEVICE", "gpu", "cuda"),
        ("LEASE_SECONDS", "soon", "number"),
        ("LEASE_SECONDS", "0", "greater than or equal to 1"),
        ("WORKER_CONCURRENCY", "1000", "256"),
        ("DAILY_SPEND_LIMIT_USD", "-1", "greater than or equal to 0"),
        ("KEEP_HOUSE", "perhaps", "boolean"),
        ("ACCESS", "everybody", "local"),
        ("SMTP_URL", "mail.example", "smtp://"),
        ("SMTP_URL", "smtp://", "smtps://"),
        ("SMTP_URL", "smtp://yarda@mail.example", "user:password"),
        ("SMTP_URL", "smtp://yarda:a/b@mail.example", "%2F"),
        ("SMTP_URL", "smtp://mail.example:90000", "587"),
        ("SMTP_URL", "smtp://mail.example", "YARDA_MAIL_FROM"),
        ("MAIL_FROM", "Yarda", "hello@example.org"),
        ("OIDC_ISSUER", "http://id.example.org", "https://"),
        ("OIDC_ISSUER", "https://id.example.org", "YARDA_OIDC_CLIENT_ID and YARDA_OIDC_CLIENT_SECRET"),
        ("GOOGLE_CLIENT_SECRET", "s" * 20, "YARDA_GOOGLE_CLIENT_ID"),
        ("CREDIT_PACKS", "5", "5:9.00,20:29.00"),
        ("CREDIT_PACKS", "5:9,20:29", "5:9.00,20:29.00"),
        ("CREDIT_PACKS", "5:9.00,5:8.00", "each number of credits once"),
        ("CREDIT_PACKS", "5:0.49", "no price below 0.50"),
        ("CREDIT_CURRENCY", "jpy", "has cents"),
        ("CREDIT_CURRENCY", "dollars", "three letters"),
        ("STRIPE_API_KEY", "sk_test_1", "YARDA_STRIPE_WEBHOOK_SECRET"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_1", "YARDA_STRIPE_API_KEY"),
    ],
)
def test_a_wrong_value_is_told_with_its_name_and_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, allowed: str
) -> None:
    monkeypatch.setenv(f"YARDA_{name}", value)

    with pytest.raises(SettingInvalid) as refused:
        read_settings()

    assert f"YARDA_{name}" in str(refused.value)
    assert allowed in str(refused.value)


def test_packs_are_read_and_sold_only_with_both_keys_and_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YARDA_CREDIT_PACKS", "1:2.50, 10:19.99")
    monkeypatch.setenv("YARDA_CREDIT_CURRENCY", "EUR")
    assert read_settings().packs == ()

    monkeypatch.setenv("YARDA_STRIPE_API_KEY", "sk_test_1")
    monkeypatch.setenv("YARDA_STRIPE_WEBHOOK_SECRET", "whsec_1")
    with pytest.raises(SettingInvalid, match="YARDA_BASE_URL"):
        read_settings()

    monkeypatch.setenv("YARDA_BASE_URL", "https://yarda.example")
    assert [(pack.credits, pack.price) for pack in read_settings().packs] == [(1, "2.50 EUR"), (10, "19.99 EUR")]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://yarda:hunter2@db/yarda"),
        ("SMTP_URL", "smtp://yarda:hunter2/x@mail.example"),
        ("SMTP_URL", "smtp://yarda:hunter2@mail.example/x"),
    ],
)
def test_a_wrong_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"YARDA_{name}", value)

    with pytest.raises(SettingInvalid) as refused:
        read_settings()

    assert "hunter2" not in str(refused.value)
    assert f"{len(value)} characters" in str(refused.value)


def test_a_mail_server_and_its_sender_are_read_and_the_password_stays_hidden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("YARDA_SMTP_URL", "smtps://hello%40yarda.example:hunter2@mail.example")
    monkeypatch.setenv("YARDA_MAIL_FROM", "Yarda <hello@yarda.example>")

    settings = read_settings()

    assert settings.smtp_url is not None
    assert settings.mail_from == "Yarda <hello@yarda.example>"
    assert "hunter2" not in repr(settings)
