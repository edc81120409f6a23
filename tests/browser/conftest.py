"""A real studio process with its own embedded database, and a real Chromium."""

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, async_playwright

from tests.emulators.gemini import KEY as GEMINI_KEY
from tests.emulators.gemini import GeminiEmulator
from tests.emulators.maps import KEY as MAPS_KEY
from tests.emulators.maps import MapsEmulator
from tests.flow.processes import YardaProcess
from yarda.settings import read_settings

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
from find_browser import find_browser

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

Open = Callable[..., "asyncio.Future[BrowserContext]"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What is outside the studio, on loopback."""

    maps: MapsEmulator
    gemini: GeminiEmulator


@pytest.fixture(scope="session")
def outside() -> Iterator[Outside]:
    """Google Maps, Panoramax and Gemini, in a loop and a thread of their own: they serve the whole session."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    stack = AsyncExitStack()

    def wait(step: Coroutine[Any, Any, Any]) -> None:
        asyncio.run_coroutine_threadsafe(step, loop).result(30)

    try:
        maps, gemini = MapsEmulator(), GeminiEmulator()
        for emulator in (maps, gemini):
            wait(stack.enter_async_context(emulator))
        yield Outside(maps=maps, gemini=gemini)
    finally:
        wait(stack.aclose())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture(scope="session")
def studio_url(tmp_path_factory: pytest.TempPathFactory, outside: Outside) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("studio")
    for path in (folder, *folder.parents):
        if path.owner() == folder.owner() and path != Path("/tmp"):
            os.chmod(path, 0o755)
    settings = read_settings(
        data_dir=folder / "data",
        gemini_api_key=GEMINI_KEY,
        gemini_base_url=outside.gemini.base_url,
        google_maps_api_key=MAPS_KEY,
        google_maps_base_url=outside.maps.base_url,
        google_maps_terms_accepted=True,
        nominatim_base_url=outside.maps.base_url,
        panoramax_base_url=outside.maps.base_url,
    )
    process = YardaProcess(settings, "serve", "--port", "0", log=folder / "serve.log")
    loop = asyncio.new_event_loop()
    try:
        yield loop.run_until_complete(process.address())
    finally:
        process.stop()
        loop.close()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def context(browser: Browser, studio_url: str) -> AsyncIterator[BrowserContext]:
    """A desktop browser by day."""
    size = {"width": 1280, "height": 860}
    context = await browser.new_context(base_url=studio_url, viewport=size)
    context.set_default_timeout(90_000)
    yield context
    await context.close()


@pytest.fixture
async def phone(browser: Browser, studio_url: str) -> AsyncIterator[BrowserContext]:
    """A phone by night."""
    size = {"width": 390, "height": 844}
    context = await browser.new_context(base_url=studio_url, viewport=size, color_scheme="dark")
    context.set_default_timeout(90_000)
    yield context
    await context.close()


@pytest.fixture
async def plain(browser: Browser, studio_url: str) -> AsyncIterator[BrowserContext]:
    """A browser without JavaScript."""
    context = await browser.new_context(base_url=studio_url, java_script_enabled=False)
    context.set_default_timeout(90_000)
    yield context
    await context.close()


@pytest.fixture(scope="session")
def small_yard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample yard made small, so that drawing it takes seconds."""
    import io

    from PIL import Image

    from yarda.sample import sample_photo

    path = tmp_path_factory.mktemp("photos") / "yard.jpg"
    Image.open(io.BytesIO(sample_photo())).convert("RGB").resize((480, 320)).save(path, quality=90)
    return path
