"""The settings: whether they can be read, and what they say without their secrets."""

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

from pydantic import SecretStr

from yarda.doctor.findings import Faulty, Finding, Remedies, Seen, examine
from yarda.errors import SettingInvalid
from yarda.settings import Settings, read_settings

PART = "settings"
REMEDIES: Remedies = {
    SettingInvalid: "correct it in the environment or in the file .env; docs/reference/settings.md lists all",
}


async def examine_settings() -> tuple[Finding, Settings | None]:
    """None where nothing else can be tried."""
    return await examine(PART, _read(), remedies=REMEDIES)


async def _read() -> Seen[Settings]:
    settings = read_settings()
    await asyncio.to_thread(_try_directory, settings.data_dir)
    facts = {
        "providers": ", ".join(settings.provider_order),
        "database": without_secrets(settings.database_url) if settings.database_url else "embedded",
        "data_in": str(settings.data_dir),
    }
    return Seen(facts=facts, made=settings)


def _try_directory(directory: Path) -> None:
    probe = directory / f"doctor-{uuid4().hex}"
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise Faulty(
            f"YARDA_DATA_DIR: {directory} cannot be written ({error.strerror})",
            remedy="let this user write there, or set YARDA_DATA_DIR to a folder of theirs",
        ) from error


def summarise(settings: Settings) -> dict[str, Any]:
    """Every setting, with secrets as "set" or "not set" and addresses without their passwords."""
    return {f"YARDA_{name.upper()}": _shown(name, value) for name, value in settings}


def without_secrets(url: str) -> str:
    """Where it leads, without user, password and parameters."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _shown(name: str, value: object) -> Any:
    if isinstance(value, SecretStr) or name.endswith(("_key", "_secret", "_password", "_token")):
        return "set" if value else "not set"
    if name.endswith("_url") and value is not None:
        return without_secrets(str(value))
    return value if value is None or isinstance(value, bool | int | float | list) else str(value)
