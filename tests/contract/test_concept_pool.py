"""Room for the painters: designs and previews have each their own, and neither waits for the other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from tests.painters import painters
from tests.patience import PATIENCE
from yarda import garden
from yarda.domain.attempt import AttemptId
from yarda.domain.catalog import StyleName
from yarda.errors import ProviderCrashed
from yarda.pipeline.planner import PreviewOrder
from yarda.pipeline.provider import Rendering, RenderOrder
from yarda.providers.concept import ConceptProvider
from yarda.spool import DiskSpool

GROUND = ((0.0, 110.0), (320.0, 110.0), (320.0, 180.0), (0.0, 180.0))
LONG = 1024
"""Samples that keep a painter busy for minutes."""


@pytest.fixture
def order(order: RenderOrder) -> RenderOrder:
    return replace(order, ground=(GROUND,), horizon_y=80.0)


@pytest.fixture
def previews(order: RenderOrder) -> PreviewOrder:
    return PreviewOrder(
        photo=order.photo,
        area=order.area_name,
        styles=(StyleName.DESERT_LANDSCAPE, StyleName.JAPANESE_ZEN),
        ground=order.ground,
        keep_in_front=(),
        horizon_y=80.0,
        focal_length_35mm=None,
        known_length=None,
        house_edge=None,
    )


@asynccontextmanager
async def painting(
    samples: int, *, tiles: Path | None = None, limits: garden.Limits | None = None
) -> AsyncIterator[ConceptProvider]:
    provider = ConceptProvider(painters=1, samples=samples, limits=limits, cache=tiles)
    yield provider
    await provider.close()


async def draw(provider: ConceptProvider, order: RenderOrder, spool: DiskSpool, number: int = 1) -> Rendering:
    name = AttemptId(UUID(int=number))
    async with spool.open_sink(name, provider=provider.name) as sink:
        return await provider.render(order, sink)


async def test_a_preview_does_not_wait_for_designs_that_fill_the_pool(
    order: RenderOrder, previews: PreviewOrder, spool: DiskSpool, tiles: Path
) -> None:
    async with painting(LONG, tiles=tiles) as provider:
        finals = [asyncio.create_task(draw(provider, order, spool, number)) for number in (1, 2, 3)]
        async with asyncio.timeout(PATIENCE):
            while painters() == 0:
                await asyncio.sleep(0.02)

        async with aclosing(provider.draw_previews(previews)) as drawn:
            first = await anext(drawn)

        assert first.style is StyleName.DESERT_LANDSCAPE
        assert not any(final.done() for final in finals)
        assert painters() == 1
        for final in finals:
            final.cancel()
        await asyncio.gather(*finals, return_exceptions=True)
    assert painters() == 0


async def test_a_design_does_not_wait_for_previews(
    order: RenderOrder, previews: PreviewOrder, spool: DiskSpool, tiles: Path
) -> None:
    async with (
        painting(1, tiles=tiles) as provider,
        aclosing(provider.draw_previews(previews)) as drawn,
    ):
        await anext(drawn)

        rendering = await draw(provider, order, spool)

        assert rendering.image.startswith(b"\x89PNG")


async def test_a_warmed_up_painter_draws_the_previews_and_nothing_of_it_stays(
    previews: PreviewOrder, tiles: Path
) -> None:
    async with painting(1, tiles=tiles) as provider:
        provider.warm_up()
        async with asyncio.timeout(PATIENCE):
            while painters() == 0:
                await asyncio.sleep(0.02)

        drawn = [preview.style async for preview in provider.draw_previews(previews)]

        assert drawn == list(previews.styles)
        assert painters() == 0
        provider.warm_up()
    assert painters() == 0


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (garden.Limits(seconds=0.2), "PainterTimedOut"),
        (garden.Limits(memory_bytes=150 * 2**20), "Painter"),
    ],
)
async def test_a_painter_that_hangs_or_outgrows_its_memory_is_one_failed_call(
    order: RenderOrder, spool: DiskSpool, limits: garden.Limits, code: str
) -> None:
    async with painting(LONG, limits=limits) as provider:
        with pytest.raises(ProviderCrashed, match=code):
            await draw(provider, order, spool)
    assert painters() == 0
