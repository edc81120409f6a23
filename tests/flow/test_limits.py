"""Limits on a provider's calls, over all workers: counted in Postgres, and seen at the provider."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.emulators.gemini import GeminiEmulator, Quota
from tests.emulators.server import Exchange
from tests.flow.scene import Scene, open_scene
from tests.patience import PATIENCE
from yarda.api import working
from yarda.bootstrap import start
from yarda.domain.catalog import AreaName
from yarda.domain.gate import Breaker
from yarda.pipeline import render
from yarda.settings import Settings


@asynccontextmanager
async def two_workers(scene: Scene, settings: Settings) -> AsyncIterator[None]:
    """This studio and another one on the same rows, both at work."""
    async with start(settings) as other, working(other, concurrency=8), scene.working():
        yield


class Crowd:
    """Sees how many calls a provider has at a time."""

    def __init__(self, gemini: GeminiEmulator) -> None:
        self.now = self.most = 0
        self._answer = gemini._handler
        gemini._handler = self._count

    async def _count(self, exchange: Exchange) -> str:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(0.15)
            return await self._answer(exchange)
        finally:
            self.now -= 1


async def test_never_more_calls_at_a_time_than_allowed_over_two_workers(
    settings: Settings, gemini: GeminiEmulator, photo: bytes
) -> None:
    limited = settings.model_copy(update={"gemini_parallel": 3})
    crowd = Crowd(gemini)
    async with open_scene(limited, photo) as scene:
        async with two_workers(scene, limited):
            views = [await scene.finished(id) for id in [await scene.accept(*AreaName) for _ in range(2)]]

        assert {view["status"] for view in views} == {"completed"}
        assert len(gemini.calls) == 10
        assert crowd.most <= 3
        assert await scene.studio.audit() == []


async def test_no_more_calls_a_minute_than_allowed(
    settings: Settings, gemini: GeminiEmulator, photo: bytes
) -> None:
    limited = settings.model_copy(update={"gemini_requests_per_minute": 4})
    async with open_scene(limited, photo) as scene:
        generations = [await scene.accept(*AreaName) for _ in range(2)]
        async with two_workers(scene, limited):
            async with asyncio.timeout(PATIENCE):
                while len(gemini.calls) < 4:
                    await asyncio.sleep(0.05)
                turned_away = "SELECT count(*) FROM generation_areas WHERE status = 'pending' AND claim > 0"
                while (await scene.rows(turned_away))[0][0] < 6:  # each of the others had its turn
                    await asyncio.sleep(0.05)
            statuses = [area["status"] for id in generations for area in (await scene.view(id))["areas"]]
            for generation in generations:
                await scene.studio.cancel(generation, account=scene.account)

        assert len(gemini.calls) == 4
        assert statuses.count("failed") == 0
        assert statuses.count("pending") == 6


async def test_a_refusal_makes_everybody_wait_and_fails_nobody(
    scene: Scene, settings: Settings, gemini: GeminiEmulator
) -> None:
    gemini.quota = Quota(rate=4.0, burst=2)

    generations = [await scene.accept(*AreaName) for _ in range(2)]
    async with two_workers(scene, settings):
        views = [await scene.finished(generation) for generation in generations]

    assert {view["status"] for view in views} == {"completed"}
    outcomes = [call.outcome for call in gemini.calls]
    assert outcomes.count("ok") == 10
    assert len(outcomes) <= 24
    assert {area["error"] for view in views for area in view["areas"]} == {None}


async def test_a_provider_that_keeps_failing_is_left_alone_and_tried_again(
    scene: Scene, gemini: GeminiEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "PATIENCE", timedelta(0))
    gemini.script.extend(["html:500"] * 50)

    async with scene.working(concurrency=1):
        views = [await scene.finished(await scene.accept(AreaName.FRONT_YARD)) for _ in range(4)]

    assert {view["status"] for view in views} == {"failed"}
    assert len(gemini.calls) == 5
    row = (await scene.rows("SELECT failures, tripped_until > now(), reason FROM provider_gates"))[0]
    assert (row[0], row[1]) == (5, True)
    assert "HTTP 500" in row[2]
    gemini_state = (await scene.studio.provider_states())[0]
    assert (gemini_state.name, gemini_state.breaker) == ("gemini", Breaker.OPEN)
    assert 0 < gemini_state.wait_seconds <= 30
    assert "HTTP 500" in (gemini_state.reason or "")

    gemini.script.clear()
    await _later(scene, seconds=31)
    assert [state.breaker for state in await scene.studio.provider_states()] == [Breaker.HALF_OPEN, Breaker.CLOSED]
    async with scene.working():
        view = await scene.finished(await scene.accept(AreaName.FRONT_YARD))
    assert view["status"] == "completed"
    assert (await scene.rows("SELECT tripped_until, failures FROM provider_gates"))[0] == (None, 0)
    assert {state.breaker for state in await scene.studio.provider_states()} == {Breaker.CLOSED}


async def test_a_busy_provider_is_not_waited_for_for_ever(
    scene: Scene, gemini: GeminiEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "PATIENCE", timedelta(0))
    gemini.script.extend(["status:503"] * 9)

    async with scene.working():
        view = await scene.finished(await scene.accept(AreaName.FRONT_YARD))

    assert (view["status"], view["areas"][0]["error"]["code"]) == ("failed", "provider_busy")
    assert (await scene.studio.balance(scene.account)).held == 0


async def test_a_moved_house_is_asked_for_once_more_with_a_prompt_that_insists(
    scene: Scene, gemini: GeminiEmulator
) -> None:
    gemini.script.extend(["moved", "ok"])

    async with scene.working():
        view = await scene.finished(await scene.accept(AreaName.FRONT_YARD))

    assert view["status"] == "completed"
    calls = await scene.studio.list_calls(scene.account)
    prompts = [call.prompt for call in calls]
    assert len(set(prompts)) == 2
    assert [call.provider_reference for call in calls] == ["r-0001", "r-0001"]
    assert calls[0].cost_usd == calls[1].cost_usd == Decimal("0.037275")
    assert gemini.last["contents"][0]["parts"][-1]["text"] == prompts[0]
    assert view["areas"][0]["house_preserved"] > 0.9


@pytest.mark.parametrize(("behaviour", "code"), [("moved", "house_moved"), ("blank", "picture_unchanged")])
async def test_insisting_is_tried_once(behaviour: str, code: str, scene: Scene, gemini: GeminiEmulator) -> None:
    gemini.script.extend([behaviour] * 5)

    async with scene.working():
        view = await scene.finished(await scene.accept(AreaName.FRONT_YARD))

    assert (view["status"], view["areas"][0]["error"]["code"]) == ("failed", code)
    assert len(gemini.calls) == 2
    assert (await scene.studio.balance(scene.account)).held == 0


async def _later(scene: Scene, *, seconds: float) -> None:
    """As if that much time had passed for the gates."""
    async with scene.running.database.open_work() as work:
        for gate, _ in await work.gates.list_all():
            assert gate.tripped_until is not None
            moved = gate.__class__(
                key=gate.key,
                provider=gate.provider,
                failures=gate.failures,
                trips=gate.trips,
                tripped_until=gate.tripped_until - timedelta(seconds=seconds),
            )
            await work.gates.save(moved)
