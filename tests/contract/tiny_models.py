"""Folders with tiny diffusers pipelines, written once per session by `tiny_pipelines` in a process of its own."""

import functools
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

HAS_EXTRA = find_spec("diffusers") is not None and find_spec("torch") is not None


@functools.cache
def tiny_model(family: str) -> Path:
    """A pipeline with random weights, as a user's local folder would be."""
    folder = Path(_room().name) / family
    subprocess.run([sys.executable, "-m", "tests.contract.tiny_pipelines", family, str(folder)], check=True)
    return folder


@functools.cache
def _room() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="yarda-tiny-")
