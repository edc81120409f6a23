"""A real studio process with its own embedded database, and a real Chromium."""

import asyncio
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, async_playwright, expect

from tests.emulators.gemini import KEY as GEMINI_KEY
from tests.emulators.gemini import GeminiEmulator
from tests.emulators.maps import KEY as MAPS_KEY
from tests.emulators.maps import MapsEmulator
from tests.emulators.smtp import SmtpEmulator
from tests.emulators.stripe import KEY as STRIPE_KEY
from tests.emulators.stripe import WEBHOOK_SECRET, StripeEmulator
from tests.flow.accounts.people import Message
from tests.flow.processes import YardaProcess
from tests.folders import reachable_folder, with_tiles
from tests.patience import PATIENCE
from yarda.settings import Settings, read_settings

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
from find_browser import find_browser

expect.set_options(timeout=60_000)  # a page's scripts share two cores with whatever else is tested

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
    mail: SmtpEmulator
    stripe: StripeEmulator

    async def message(self, to: str) -> Message:
        """The next message to an address, once it is there."""
        async with asyncio.timeout(PATIENCE):
            while not (found := [mail for mail in self.mail.received if mail.recipients == (to,)]):
                await asyncio.sleep(0.05)
        self.mail.received.remove(found[0])
        return Message(to=to, text=found[0].message.get_content().replace("\r\n", "\n"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A studio that lets strangers in, as a process."""

    url: str
    settings: Settings


@pytest.fixture(scope="session")
def outside() -> Iterator[Outside]:
    """All of it in a loop and a thread of its own: it serves the whole session."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    stack = AsyncExitStack()

    def wait(step: Coroutine[Any, Any, Any]) -> None:
        asyncio.run_coroutine_threadsafe(step, loop).result(30)

    try:
        maps, gemini, mail, stripe = MapsEmulator(), GeminiEmulator(), SmtpEmulator(), StripeEmulator()
        for emulator in (maps, gemini, mail, stripe):
            wait(stack.enter_async_context(emulator))
        yield Outside(maps=maps, gemini=gemini, mail=mail, stripe=stripe)
    finally:
        wait(stack.aclose())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture(scope="session")
def studio_url(outside: Outside, tiles: Path) -> Iterator[str]:
    with reachable_folder() as folder:
        settings = read_settings(data_dir=with_tiles(folder / "data", tiles), **_of_services(outside))
        with _served(settings, log=folder / "serve.log") as url:
            yield url


@pytest.fixture(scope="session")
def town(outside: Outside, tiles: Path) -> Iterator[Town]:
    """With accounts, mail, three trial credits and credits for sale; Gemini's pictures cost one."""
    with reachable_folder() as folder:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        outside.stripe.webhook_url = f"{url}/webhooks/stripe"
        settings = read_settings(
            data_dir=with_tiles(folder / "data", tiles),
            access="accounts",
            base_url=url,
            secret_key="a secret of the tests, at least 32 letters long",
            smtp_url=outside.mail.url,
            mail_from="Yarda <studio@example.org>",
            stripe_api_key=STRIPE_KEY,
            stripe_webhook_secret=WEBHOOK_SECRET,
            stripe_base_url=outside.stripe.base_url,
            **_of_services(outside),
        )
        with _served(settings, log=folder / "serve.log", port=port):
            yield Town(url=url, settings=settings)


def _of_services(outside: Outside) -> dict[str, Any]:
    return {
        "gemini_api_key": GEMINI_KEY,
        "gemini_base_url": outside.gemini.base_url,
        "google_maps_api_key": MAPS_KEY,
        "google_maps_base_url": outside.maps.base_url,
        "google_maps_terms_accepted": True,
        "nominatim_base_url": outside.maps.base_url,
        "panoramax_base_url": outside.maps.base_url,
    }


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def _served(settings: Settings, *, log: Path, port: int = 0) -> Iterator[str]:
    process = YardaProcess(settings, "serve", "--port", str(port), log=log)
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
