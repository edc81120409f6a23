"""What flow tests do over and over, said once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from tests.patience import PATIENCE
from yarda.api import working
from yarda.bootstrap import Running, start
from yarda.core import Studio
from yarda.domain.catalog import AreaName, StyleName
from yarda.domain.credit import AccountId
from yarda.domain.generation import AreaId, GenerationId
from yarda.domain.photo import Photo
from yarda.domain.request import AreaRequest, DesignRequest
from yarda.pipeline.provider import ImageProvider
from yarda.providers.concept import ConceptProvider
from yarda.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A studio, its owner and a photo of theirs."""

    running: Running
    account: AccountId
    photo: Photo

    @property
    def studio(self) -> Studio:
        return self.running.studio

    def request(self, *areas: AreaName, provider: str = "gemini", **changes: Any) -> DesignRequest:
        wanted = areas or (AreaName.FRONT_YARD,)
        requests = tuple(AreaRequest(area=area, style=StyleName.JAPANESE_ZEN) for area in wanted)
        return DesignRequest(areas=requests, photo_id=self.photo.id, provider=provider, **changes)

    async def accept(self, *areas: AreaName, key: str | None = None, **changes: Any) -> GenerationId:
        request = self.request(*areas, **changes)
        accepted = await self.studio.accept(request, account=self.account, idempotency_key=key)
        return accepted.id

    @asynccontextmanager
    async def working(self, *, concurrency: int = 8) -> AsyncIterator[None]:
        async with working(self.running, concurrency=concurrency):
            yield

    async def finished(self, generation: GenerationId) -> dict[str, Any]:
        """The generation once it is terminal."""
        async with asyncio.timeout(PATIENCE):
            async for _ in self.studio.watch(generation, account=self.account):
                pass
        return await self.view(generation)

    async def idle(self) -> None:
        """Wait until no run is left in this process."""
        async with asyncio.timeout(PATIENCE):
            while len(self.studio.runs):
                await asyncio.sleep(0.02)

    async def view(self, generation: GenerationId) -> dict[str, Any]:
        return await self.studio.get_generation(generation, account=self.account)

    async def until_stage(self, generation: GenerationId, stage: str) -> dict[str, Any]:
        """The generation once its first area has reached the stage."""
        async with asyncio.timeout(PATIENCE):
            async for event in self.studio.watch(generation, account=self.account, after=0):
                if event is not None and event.snapshot["areas"][0]["stage"] == stage:
                    return event.snapshot
        raise AssertionError(f"the area never reached {stage}")

    async def rows(self, query: str) -> list[Any]:
        """What an operator's SQL shows."""
        async with self.running.database.connect() as connection:
            return list((await connection.execute(text(query))).all())

    async def calls(self) -> list[tuple[str, bool]]:
        """Outcome and billed of every call, oldest first."""
        calls = await self.studio.list_calls(self.account)
        return [(call.outcome.value, call.billed) for call in reversed(calls)]


def area_of(view: dict[str, Any]) -> AreaId:
    return AreaId(UUID(view["areas"][0]["id"]))


@asynccontextmanager
async def open_scene(
    settings: Settings, photo: bytes, *, providers: Sequence[ImageProvider] = ()
) -> AsyncIterator[Scene]:
    """A wired studio with a photo in it; work starts when the test says so."""
    async with start(settings, providers=providers) as running:
        account = await running.studio.owner()
        yield Scene(running=running, account=account, photo=await running.studio.add_photo(photo, account=account))


def quick_painter(settings: Settings) -> ConceptProvider:
    """The studio's own painter, as coarse as it gets."""
    return ConceptProvider(samples=1, cache=settings.data_dir / "painter")
