"""The `yarda` command, run in a folder of its own."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

TIMEOUT = 300
"""Seconds: a picture of full size is traced by whatever cores there are."""


class Shell:
    """Runs `yarda` in a folder of its own."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self._folder = folder
        clean = {name: value for name, value in os.environ.items() if not name.startswith("YARDA_")}
        self.environment = clean | {f"YARDA_{name}": value for name, value in settings.items()}

    def __call__(
        self, *arguments: str, stdin: int = subprocess.DEVNULL, **settings: str
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(Path(sys.executable).with_name("yarda")), *arguments],
            cwd=self._folder,
            stdin=stdin,
            env=self.environment | {f"YARDA_{name}": value for name, value in settings.items()},
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )


async def in_thread(
    yarda: Shell, *arguments: str, stdin: int = subprocess.DEVNULL, **settings: str
) -> "subprocess.CompletedProcess[str]":
    """Beside the emulator, which answers from this test's loop."""
    return await asyncio.to_thread(yarda, *arguments, stdin=stdin, **settings)
