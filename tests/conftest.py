"""What holds for every test: where scratch files are, and which tests share a process."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from xdist.scheduler import LoadFileScheduling

from tests.folders import reachable_folder

MEMORY = Path("/dev/shm")
ROOM = 4 * 2**30
"""Bytes. The databases of all tests come to less."""


def pytest_configure() -> None:
    """Each flow test makes and drops a database: hundreds of files, which on a disk are most of its time."""
    if "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None


class Together(LoadFileScheduling):
    """Tests of a file share a process, and all that need a browser share its studio too."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "tests/browser" if file.startswith("tests/browser/") else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Together:
    return Together(config, log)


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A folder that the user of an embedded database reaches."""
    with reachable_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def tiles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What painters keep for the next picture, one folder for all processes."""
    kept = tmp_path_factory.getbasetemp().parent / "tiles"
    kept.mkdir(exist_ok=True)
    return kept
