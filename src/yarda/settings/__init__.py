"""Every knob, read once from YARDA_* variables or a `.env` file."""

from yarda.settings.model import Settings
from yarda.settings.reading import is_secret, read_settings
from yarda.settings.values import PROVIDER_NAMES

__all__ = ["PROVIDER_NAMES", "Settings", "is_secret", "read_settings"]
