"""Settings: what is read, and how a wrong value is told."""

from pathlib import Path

import pytest

from yarda.errors import SettingInvalid
from yarda.settings import read_settings


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of the machine, no `.env`."""
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "DATA_DIR", "PROVIDERS", "GEMINI_API_KEY", "DIFFUSERS_MODEL", "LEASE_SECONDS"):
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


def test_a_wrong_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YARDA_DATABASE_URL", "mysql://yarda:hunter2@db/yarda")

    with pytest.raises(SettingInvalid) as refused:
        read_settings()

    assert "hunter2" not in str(refused.value)
    assert "30 characters" in str(refused.value)
