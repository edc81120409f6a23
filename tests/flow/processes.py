"""Yarda's own processes, started, killed and frozen for real."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from tests.patience import PATIENCE
from yarda.settings import Settings

ROOT = Path(__file__).parents[2]


class YardaProcess:
    """One `yarda` command. What it says goes to a file; it never outlives the test."""

    def __init__(
        self,
        settings: Settings,
        *arguments: str,
        log: Path,
        module: str | None = None,
        more: Mapping[str, str] | None = None,
    ) -> None:
        """With a module, that is run instead of the command. `more` is added to its environment."""
        self._log = log
        self._output = log.open("wb")
        program = ["-m", module] if module else [str(Path(sys.executable).with_name("yarda"))]
        self.process = subprocess.Popen(
            [sys.executable, *program, *arguments],
            cwd=ROOT,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            env=_environment(settings) | dict(more or {}),
        )

    async def said(self, words: str, *, patience: float = PATIENCE) -> str:
        """Wait until the process says it; returns the line."""
        async with asyncio.timeout(patience):
            while True:
                for line in self._log.read_text(errors="replace").splitlines():
                    if words in line:
                        return line
                if self.process.poll() is not None:
                    raise AssertionError(f"ended with {self.process.returncode}: {self._log.read_text()[-2000:]}")
                await asyncio.sleep(0.05)

    async def address(self, *, patience: float = PATIENCE) -> str:
        """Where a `serve` answers."""
        line = await self.said("Yarda is at", patience=patience)
        return next(word for word in line.split() if word.startswith("http"))

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    async def ended(self, *, patience: float = PATIENCE) -> int:
        async with asyncio.timeout(patience):
            while self.process.poll() is None:
                await asyncio.sleep(0.05)
        return self.process.returncode

    def stop(self) -> None:
        """End in good order, so that an embedded database is stopped with it."""
        self.process.terminate()
        self.process.wait(PATIENCE)
        self._output.close()

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
        self.process.wait()
        self._output.close()


def _environment(settings: Settings) -> dict[str, str]:
    """What was set, as the variables that set it; nothing of the test's own YARDA_ variables."""
    values = {name: getattr(settings, name) for name in sorted(settings.model_fields_set)}
    clean = {name: value for name, value in os.environ.items() if not name.startswith("YARDA_")}
    return clean | {f"YARDA_{name.upper()}": _write(value) for name, value in values.items() if value is not None}


def _write(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return ",".join(value) if isinstance(value, list) else str(value)
