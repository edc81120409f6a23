"""A studio that lets strangers in, served for real on a loopback port, and the people who come."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn

from tests.emulators.gemini import KEY, GeminiEmulator
from tests.emulators.maps import MapsEmulator
from tests.emulators.oidc import OidcEmulator
from tests.flow.accounts.people import House
from yarda.bootstrap import start
from yarda.settings import Settings, read_settings
from yarda.web.app import create_app

SECRET = "a secret of the tests, at least 32 letters long"


@pytest.fixture
async def maps() -> AsyncIterator[MapsEmulator]:
    async with MapsEmulator() as emulator:
        yield emulator


@pytest.fixture
def settings(migrated: str, gemini: GeminiEmulator, maps: MapsEmulator, tmp_path: Path) -> Settings:
    """With accounts; Gemini is the loopback emulator, its pictures cost a credit."""
    return read_settings(
        database_url=migrated,
        data_dir=tmp_path / "data",
        access="accounts",
        base_url="http://127.0.0.1",
        secret_key=SECRET,
        gemini_api_key=KEY,
        gemini_base_url=gemini.base_url,
        nominatim_base_url=maps.base_url,
        panoramax_base_url=maps.base_url,
        lease_seconds=3,
    )


@pytest.fixture
async def issuer() -> AsyncIterator[OidcEmulator]:
    async with OidcEmulator() as emulator:
        yield emulator


@pytest.fixture
def host() -> str:
    """The name in the studio's address."""
    return "127.0.0.1"


@pytest.fixture
async def house(settings: Settings, photo: bytes, host: str) -> AsyncIterator[House]:
    """The studio, its address, and what goes on behind its doors."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://{host}:{listener.getsockname()[1]}"
    settings = settings.model_copy(update={"base_url": url})
    async with start(settings) as running:
        app = create_app(running.studio, desk=running.desk, operator=running.operator, base_url=url)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        house = House(running=running, url=url, photo=photo)
        yield house
        await house.close()
        server.should_exit = True
        await serving
