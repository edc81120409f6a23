"""Which email domains get no trial credits: a list that the operator may replace."""

from importlib.resources import files
from pathlib import Path

from yarda.errors import SettingInvalid


def read_disposable_domains(path: Path | None) -> frozenset[str]:
    """One domain a line; what follows a # is a remark. Raises `SettingInvalid` when the file cannot be read."""
    try:
        source = files(__package__) / "data" / "disposable_domains.txt" if path is None else path
        lines = source.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        raise SettingInvalid(f"YARDA_DISPOSABLE_DOMAINS: {path} cannot be read: {type(error).__name__}") from error
    return frozenset(domain for line in lines if (domain := line.split("#", 1)[0].strip().lower()))
