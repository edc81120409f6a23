"""One studio for all enemies of a file: a real process on a real database."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest

from tests.contract.pictures import encode, quarters
from tests.flow.processes import YardaProcess
from tests.folders import reachable_folder
from tests.hostile.studio import Victim
from yarda.settings import read_settings

PATIENCE = 150.0
"""So many tests stand on this one start that a busy machine is no reason to lose them."""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where the user that the embedded database runs as can reach."""
    with reachable_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def victim(folder: Path) -> Iterator[Victim]:
    (folder / "tmp").mkdir(mode=0o777)
    settings = read_settings(data_dir=folder / "data")
    process = YardaProcess(
        settings, "serve", "--port", "0", log=folder / "serve.log", more={"TMPDIR": str(folder / "tmp")}
    )
    loop = asyncio.new_event_loop()
    try:
        url = loop.run_until_complete(process.address(patience=PATIENCE))
        warm = httpx2.post(f"{url}/photos", files={"photo": ("yard.jpg", encode(quarters()))}, timeout=60)
        assert warm.status_code == 201
        yield Victim(process=process, url=url, folder=folder)
    finally:
        process.stop()
        loop.close()


@pytest.fixture
async def http(victim: Victim) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=victim.url, timeout=120) as client:
        yield client
