"""The words of the pages, one file per language."""

import tomllib
from functools import cache
from importlib.resources import files

Texts = dict[str, dict[str, str]]


@cache
def read_texts(language: str = "en") -> Texts:
    """All texts of a language, by page and key."""
    return tomllib.loads((files(__name__) / f"{language}.toml").read_text(encoding="utf-8"))
