"""Real Postgres for every flow test: one server a session, a fresh migrated database a test."""

import asyncio
import io
import os
import socket
from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import httpx2
import pytest
import uvicorn
from PIL import Image

from tests.emulators.gemini import KEY, GeminiEmulator
from tests.emulators.maps import MapsEmulator
from tests.flow.scene import Scene, open_scene
from tests.folders import reachable_folder, with_tiles
from tests.patience import PATIENCE
from yarda.bootstrap import start
from yarda.db.embedded import EmbeddedPostgres
from yarda.providers import concept
from yarda.settings import Settings, read_settings
from yarda.web.app import create_app


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A server that may create databases: YARDA_TEST_DATABASE_URL, else an embedded one."""
    given = os.environ.get("YARDA_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with reachable_folder() as folder:
        loop = asyncio.new_event_loop()
        embedded = loop.run_until_complete(EmbeddedPostgres.join(folder))
        try:
            yield embedded.url
        finally:
            loop.run_until_complete(embedded.leave())
            loop.close()


@pytest.fixture(scope="session")
def template(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a migrated database to copy: making one costs seconds, copying it little."""
    name = f"template_{uuid4().hex}"

    async def make() -> None:
        await _execute(server_url, f"CREATE DATABASE {name}")
        folder = tmp_path_factory.mktemp("template")
        url = _database(server_url, name)
        async with start(read_settings(database_url=url, data_dir=folder)) as running:
            await running.migrate()

    asyncio.run(make())
    return name


@pytest.fixture
async def empty_database(server_url: str) -> AsyncIterator[str]:
    name = f"yarda_{uuid4().hex}"
    await _execute(server_url, f"CREATE DATABASE {name}")
    yield _database(server_url, name)
    await _execute(server_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def migrated(server_url: str, template: str) -> AsyncIterator[str]:
    name = f"yarda_{uuid4().hex}"
    await _execute(server_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _database(server_url, name)
    await _execute(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def _database(server_url: str, name: str) -> str:
    return urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))


async def _execute(server_url: str, statement: str) -> None:
    server = await asyncpg.connect(server_url)
    try:
        await server.execute(statement)
    finally:
        await server.close()


@pytest.fixture(autouse=True, scope="session")
def proposals() -> Iterator[None]:
    """The ground of a photo is found once, however many tests take the same one in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(concept, "_propose", cache(concept._propose))
        yield


@pytest.fixture(autouse=True)
def shared_tiles(tmp_path: Path, tiles: Path) -> None:
    with_tiles(tmp_path / "data", tiles)


@pytest.fixture
async def gemini() -> AsyncIterator[GeminiEmulator]:
    async with GeminiEmulator() as emulator:
        yield emulator


@pytest.fixture
async def maps() -> AsyncIterator[MapsEmulator]:
    async with MapsEmulator() as emulator:
        yield emulator


@pytest.fixture
def settings(migrated: str, gemini: GeminiEmulator, tmp_path: Path) -> Settings:
    """Gemini is the loopback emulator; its pictures cost a credit."""
    return read_settings(
        database_url=migrated,
        data_dir=tmp_path / "data",
        gemini_api_key=KEY,
        gemini_base_url=gemini.base_url,
        lease_seconds=3,
    )


@pytest.fixture
async def scene(settings: Settings, photo: bytes) -> AsyncIterator[Scene]:
    """A wired studio with a photo in it; work starts when the test says so."""
    async with open_scene(settings, photo) as scene:
        yield scene


@pytest.fixture(scope="session")
def photo() -> bytes:
    """A plain yard: sky, wall, lawn with a little grain."""
    out = io.BytesIO()
    noise = Image.effect_noise((480, 320), 24)
    yard = Image.new("RGB", (480, 320), (150, 190, 230))
    yard.paste((200, 195, 185), (60, 60, 420, 190))
    yard.paste((90, 130, 60), (0, 190, 480, 320))
    Image.blend(yard, Image.merge("RGB", (noise, noise, noise)), 0.15).save(out, "JPEG", quality=90)
    return out.getvalue()


@pytest.fixture
async def http(scene: Scene) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of that studio, served for real on a loopback port."""
    app = create_app(scene.studio, operator=scene.running.operator)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with httpx2.AsyncClient(
        base_url=base_url, timeout=2 * PATIENCE, limits=httpx2.Limits(max_connections=64), verify=False
    ) as client:
        yield client
    server.should_exit = True
    await serving
