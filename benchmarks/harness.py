"""A database of its own, a provider of known speed, and words for the machine."""

import asyncio
import io
import os
import platform
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import asyncpg
import psutil
from PIL import Image

from yarda.bootstrap import Running, start
from yarda.db.embedded import EmbeddedPostgres
from yarda.domain.catalog import AreaName, StyleName
from yarda.domain.credit import AccountId
from yarda.domain.photo import PhotoId
from yarda.domain.request import AreaRequest, DesignRequest
from yarda.pipeline.ports import Rendering, RenderOrder, ReplySink
from yarda.settings import Settings, read_settings

PHOTO_SIZE = (640, 427)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One line of the table; `met` is None where there is no goal."""

    what: str
    goal: str
    measured: str
    met: bool | None = None


class FixedProvider:
    """Plays the `ImageProvider` port: sleeps `seconds`, then answers with a picture made beforehand."""

    name = "fixed"
    model = "fixed"
    price_cap_usd = Decimal(0)

    def __init__(self, seconds: float = 0.0, *, foreign: bool = True) -> None:
        """A picture that is not foreign comes with its mask, and nothing is checked but that it is whole."""
        self.usual_seconds = max(seconds, 0.1)
        self.started: dict[str, float] = {}
        self._seconds = seconds
        self._foreign = foreign
        self._picture = picture(tint=(40, 120, 60), size=PHOTO_SIZE if foreign else (64, 48))

    async def render(self, order: RenderOrder, sink: ReplySink) -> Rendering:
        self.started[str(order.area)] = asyncio.get_running_loop().time()
        await asyncio.sleep(self._seconds)
        await sink.write(self._picture)
        await sink.commit()
        return await self.read_reply(order, self._picture)

    async def read_reply(self, order: RenderOrder, reply: bytes) -> Rendering:
        mask = None if self._foreign else reply
        return Rendering(image=reply, media_type="image/jpeg", edit_mask=mask, is_foreign=self._foreign)

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

    async def finish(self, generation_id: object) -> None:
        async for _ in self.running.studio.watch(generation_id, account=self.account):  # type: ignore[arg-type]
            pass


def picture(*, tint: tuple[int, int, int] = (90, 130, 60), size: tuple[int, int] = PHOTO_SIZE) -> bytes:
    """A plain yard with a little grain, as JPEG."""
    out = io.BytesIO()
    noise = Image.effect_noise(size, 24)
    yard = Image.new("RGB", size, (150, 190, 230))
    yard.paste(tint, (0, size[1] // 2, *size))
    Image.blend(yard, Image.merge("RGB", (noise, noise, noise)), 0.15).save(out, "JPEG", quality=90)
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
async def stage(url: str, folder: Path, *, seconds: float = 0.0, foreign: bool = True) -> AsyncIterator[Stage]:
    provider = FixedProvider(seconds, foreign=foreign)
    async with start(settings_for(url, folder), providers=[provider]) as running:
        account = await running.studio.owner()
        photo = await running.studio.add_photo(picture(), account=account)
        yield Stage(running=running, account=account, photo=photo.id, provider=provider)


def settings_for(url: str, folder: Path) -> Settings:
    return read_settings(database_url=url, data_dir=folder / "data")


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def machine(url: str) -> str:
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
    system = f"{platform.system()} {platform.release().split('-')[0]}"
    return (
        f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, {system}, "
        f"Python {platform.python_version()}, Postgres {version}, load {os.getloadavg()[0]:.1f} at the start"
    )


def _cpuinfo() -> str:
    path = Path("/proc/cpuinfo")
    return path.read_text() if path.exists() else ""
