"""A served studio as an enemy's victim: its address, its memory and its disk."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psutil

from tests.flow.processes import YardaProcess


@dataclass(frozen=True, slots=True, kw_only=True)
class Victim:
    """A `yarda serve` of its own folder."""

    process: YardaProcess
    url: str
    folder: Path

    @property
    def address(self) -> tuple[str, int]:
        url = httpx2.URL(self.url)
        return url.host, url.port or 80

    def peak_bytes(self) -> int:
        """The most that the server itself ever had in memory."""
        status = Path(f"/proc/{self.process.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024

    def resident_bytes(self) -> int:
        """What the server and its children have in memory now; not its database, which has its own bounds."""
        server = psutil.Process(self.process.process.pid)
        family = [server, *(child for child in server.children(recursive=True) if child.name() != "postgres")]
        return sum(_resident(member) for member in family)

    def decoders(self) -> list[int]:
        """The decoding children that run."""
        children = psutil.Process(self.process.process.pid).children()
        return [child.pid for child in children if "yarda.imagery.decoding" in " ".join(_command(child))]

    def stored(self) -> set[str]:
        """The objects on disk, by the hash they are named after."""
        return {path.name for path in _files(self.folder / "data" / "objects")}

    def leftovers(self) -> set[Path]:
        """Files in the spool and among the temporary ones."""
        return {*_files(self.folder / "data" / "spool"), *_files(self.folder / "tmp")}


def _files(folder: Path) -> Iterator[Path]:
    return (Path(at) / name for at, _, names in os.walk(folder) for name in names)


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return []
