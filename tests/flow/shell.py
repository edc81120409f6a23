"""The `yarda` command, run in a folder of its own.

Each run is a process, forked from one that has loaded the libraries, which takes longer than most commands.
"""

import asyncio
import multiprocessing
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from multiprocessing import reduction
from pathlib import Path
from typing import Any

TIMEOUT = 300
"""Seconds: a picture of full size is traced by whatever cores there are."""

loaded = multiprocessing.get_context("forkserver")
loaded.set_forkserver_preload(["yarda.bootstrap"])


class Shell:
    """Runs `yarda` in a folder of its own."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self._folder = folder
        clean = {name: value for name, value in os.environ.items() if not name.startswith("YARDA_")}
        self.environment = clean | {f"YARDA_{name}": value for name, value in settings.items()}

    def __call__(
        self, *arguments: str, stdin: int | None = None, **settings: str
    ) -> "subprocess.CompletedProcess[str]":
        environment = self.environment | {f"YARDA_{name}": value for name, value in settings.items()}
        with open(os.devnull) as nothing, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            given = nothing.fileno() if stdin is None else stdin
            streams = (Handed(given), Handed(out.fileno()), Handed(err.fileno()))
            process = loaded.Process(target=_yarda, args=(arguments, self._folder, environment, streams))
            process.start()
            process.join(TIMEOUT)
            if process.exitcode is None:
                process.kill()
                process.join()
                raise subprocess.TimeoutExpired(arguments, TIMEOUT)
            said = [os.pread(file.fileno(), 2**24, 0).decode() for file in (out, err)]
        return subprocess.CompletedProcess(arguments, process.exitcode, *said)


async def in_thread(
    yarda: Shell, *arguments: str, stdin: int | None = None, **settings: str
) -> "subprocess.CompletedProcess[str]":
    """Beside the emulator, which answers from this test's loop."""
    return await asyncio.to_thread(yarda, *arguments, stdin=stdin, **settings)


@dataclass(frozen=True, slots=True)
class Handed:
    """An open file for the process that is started, which gets the number it has there."""

    fd: int

    def __reduce__(self) -> Any:
        return _take, (reduction.DupFd(self.fd),)


def _take(handed: Any) -> int:
    return int(handed.detach())


def _yarda(
    arguments: tuple[str, ...], folder: Path, environment: dict[str, str], streams: tuple[int, ...]
) -> None:
    """What the command's own script does, with what a shell would have set up."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - the process ends before it is closed
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["yarda", *arguments]
    from yarda.cli import main

    main()
