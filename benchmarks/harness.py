"""A database of its own, a provider of known speed, and words for the machine."""

import asyncio
import io
import os
import platform
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from functools import cache
from pathlib import Path

import asyncpg
import psutil
from PIL import Image
from sqlalchemy import text
from tests.emulators.gemini import draw

from yarda.bootstrap import Running, start
from yarda.db.embedded import EmbeddedPostgres
from yarda.domain.catalog import AreaName, StyleName
from yarda.domain.credit import AccountId
from yarda.domain.generation import GenerationId
from yarda.domain.photo import PhotoId
from yarda.domain.request import AreaRequest, DesignRequest
from yarda.pipeline.provider import Rendering, RenderOrder, ReplySink
from yarda.settings import Settings, read_settings

PHOTO_SIZE = (640, 427)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One line of the table, and its numbers for machines; `met` is None where there is no goal."""

    what: str
    goal: str
    measured: str
    met: bool | None = None
    numbers: dict[str, float] = field(default_factory=dict)


class Drawing(Enum):
    """What a provider's picture costs the pipeline after it has arrived."""

    TINY = "with its mask: nothing but smaller sizes are made of it"
    KEPT = "our own, of the photo's size, without a mask: the house is kept in this process"
    FOREIGN = "somebody else's: encoded anew in the limited child first"


class FixedProvider:
    """Plays the `ImageProvider` port: sleeps `seconds`, then answers with a picture made beforehand."""

    name = "fixed"
    model = "fixed"
    price_cap_usd = Decimal(0)
    draws_new_views = True
    follows_guides = False

    def __init__(self, seconds: float = 0.0, *, drawing: Drawing = Drawing.FOREIGN) -> None:
        self.usual_seconds = max(seconds, 0.1)
        self.started: dict[str, float] = {}
        self._seconds = seconds
        self._drawing = drawing
        self._picture = picture((64, 48)) if drawing is Drawing.TINY else design()

    async def render(self, order: RenderOrder, sink: ReplySink) -> Rendering:
        self.started[str(order.area)] = asyncio.get_running_loop().time()
        await asyncio.sleep(self._seconds)
        await sink.write(self._picture)
        await sink.commit()
        return await self.read_reply(order, self._picture)

    async def read_reply(self, order: RenderOrder, reply: bytes) -> Rendering:
        mask = reply if self._drawing is Drawing.TINY else None
        foreign = self._drawing is Drawing.FOREIGN
        return Rendering(image=reply, media_type="image/jpeg", edit_mask=mask, is_foreign=foreign)

    async def close(self) -> None:
        return None


@dataclass(slots=True, kw_only=True)
class Stage:
    """A wired studio with its owner's photo."""

    running: Running
    account: AccountId
    photo: PhotoId
    provider: FixedProvider
    areas: tuple[AreaName, ...] = field(default=tuple(AreaName))

    def request(self, count: int) -> DesignRequest:
        wanted = tuple(AreaRequest(area=area, style=StyleName.JAPANESE_ZEN) for area in self.areas[:count])
        return DesignRequest(areas=wanted, photo_id=self.photo)

    async def finish(self, generation: GenerationId) -> None:
        """Wait for its end, which has to be a good one: a failure is quicker than a picture."""
        async for event in self.running.studio.watch(generation, account=self.account):
            status = event.snapshot["status"] if event else None
        assert status == "completed", status

    async def fill(self, areas: int) -> None:
        """Accept so many areas, five in each generation."""
        for _ in range(areas // 5):
            await self.running.studio.accept(self.request(5), account=self.account)

    async def count_completed(self) -> int:
        async with self.running.database.connect() as connection:
            query = "SELECT status, count(*) FROM generation_areas GROUP BY status"
            counts = {row[0]: int(row[1]) for row in await connection.execute(text(query))}
        assert "failed" not in counts, counts
        return counts.get("completed", 0)

    async def completed(self, areas: int) -> None:
        """Wait until so many areas are completed."""
        while await self.count_completed() < areas:
            await asyncio.sleep(0.2)


@cache
def picture(size: tuple[int, int] = PHOTO_SIZE) -> bytes:
    """A plain yard with a house and a little grain, as JPEG; always the same one."""
    width, height = size
    noise = Image.effect_noise(size, 24)
    yard = Image.new("RGB", size, (150, 190, 230))
    yard.paste((90, 130, 60), (0, height * 3 // 5, *size))
    yard.paste((200, 195, 185), (width // 8, height // 5, width * 7 // 8, height * 3 // 5))
    return _jpeg(Image.blend(yard, Image.merge("RGB", (noise, noise, noise)), 0.15))


@cache
def design() -> bytes:
    """A new garden in that yard, of the photo's size."""
    with Image.open(io.BytesIO(draw(picture()))) as drawn:
        return _jpeg(drawn.resize(PHOTO_SIZE))


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90)
    return out.getvalue()


@contextmanager
def workplace() -> Iterator[Path]:
    """A folder the embedded server's user can reach."""
    with tempfile.TemporaryDirectory(prefix="yarda-bench-") as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


@asynccontextmanager
async def database(folder: Path) -> AsyncIterator[str]:
    """The URL of a new, migrated database."""
    server = await EmbeddedPostgres.join(folder / "server")
    try:
        async with start(settings_for(server.url, folder)) as running:
            await running.migrate()
        yield server.url
    finally:
        await server.leave()


@asynccontextmanager
async def stage(
    url: str, folder: Path, *, seconds: float = 0.0, drawing: Drawing = Drawing.FOREIGN
) -> AsyncIterator[Stage]:
    """A studio whose one provider is a fixed one, and a photo in it; it works where the caller says so."""
    provider = FixedProvider(seconds, drawing=drawing)
    async with start(settings_for(url, folder), providers=[provider]) as running:
        account = await running.studio.owner()
        photo = await running.studio.add_photo(picture(), account=account)
        yield Stage(running=running, account=account, photo=photo.id, provider=provider)


def settings_for(url: str, folder: Path, **changes: object) -> Settings:
    return read_settings(database_url=url, data_dir=folder / "data", **changes)


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def machine(url: str, folder: Path) -> str:
    """This machine in one line, without its names and places."""
    connection = await asyncpg.connect(url)
    version = str(await connection.fetchval("SHOW server_version")).split()[0]
    await connection.close()
    memory = psutil.virtual_memory().total / 2**30
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in _cpuinfo().splitlines()
            if line.lower().startswith("model name")
        ),
        platform.processor() or platform.machine(),
    )
    system = f"{platform.system()} {platform.release().split('-')[0]}, Python {platform.python_version()}"
    flush = await asyncio.to_thread(_flush_ms, folder / "flushed")
    return (
        f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, {system}, Postgres {version}; at the start "
        f"a load of {os.getloadavg()[0]:.1f} and {flush:.1f} ms to flush 8 KiB to the disk"
    )


def _flush_ms(path: Path) -> float:
    """The median of many: each commit waits for one such flush."""
    times = []
    with path.open("wb") as file:
        for _ in range(100):
            file.write(bytes(8192))
            file.flush()
            began = time.perf_counter()
            os.fsync(file.fileno())
            times.append((time.perf_counter() - began) * 1000)
    return percentile(times, 0.5)


def _cpuinfo() -> str:
    path = Path("/proc/cpuinfo")
    return path.read_text() if path.exists() else ""
