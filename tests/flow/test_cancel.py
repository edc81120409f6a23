"""Cancelling stops the painter itself, at once."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from tests.flow.scene import Scene, open_scene
from tests.painters import painters
from tests.patience import SLACK
from yarda.providers.concept import ConceptProvider
from yarda.settings import Settings


async def until(number: int, *, seconds: float) -> float:
    """How long it took until as many painters ran."""
    started = time.monotonic()
    async with asyncio.timeout(seconds):
        while painters() != number:
            await asyncio.sleep(0.02)
    return time.monotonic() - started


@pytest.fixture
async def scene(settings: Settings, photo: bytes) -> AsyncIterator[Scene]:
    """A studio whose painter takes minutes."""
    painter = ConceptProvider(painters=1, samples=1024)
    async with open_scene(settings, photo, providers=[painter]) as scene:
        yield scene


async def test_a_cancelled_areas_painter_is_gone_at_once(scene: Scene) -> None:
    async with scene.working():
        made = await scene.accept(provider="concept")
        await until(1, seconds=20)

        view = await scene.studio.cancel(made, account=scene.account)
        took = await until(0, seconds=20)

        assert view["status"] == "cancelled"
        assert took < 1.0 + SLACK
        await scene.idle()
