"""Real processes, real signals: what was accepted reaches its end, and is paid once."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx2
import pytest

from tests.emulators.gemini import GeminiEmulator
from tests.flow.processes import YardaProcess
from tests.flow.scene import Scene, area_of
from tests.patience import PATIENCE, SLACK
from yarda.domain.catalog import AreaName
from yarda.domain.generation import Stage
from yarda.errors import ClaimLost
from yarda.pipeline import render, run
from yarda.pipeline.claim import Claim, take
from yarda.settings import Settings

Spawn = Callable[..., YardaProcess]


@pytest.fixture
async def spawn(settings: Settings, tmp_path: Path) -> AsyncIterator[Spawn]:
    started: list[YardaProcess] = []

    def spawn(*arguments: str) -> YardaProcess:
        process = YardaProcess(settings, *arguments, log=tmp_path / f"process{len(started)}.log")
        started.append(process)
        return process

    yield spawn
    for process in started:
        process.end()


async def called(gemini: GeminiEmulator, count: int) -> None:
    """Wait until that many calls have arrived."""
    async with asyncio.timeout(PATIENCE):
        while len(gemini.calls) < count:
            await asyncio.sleep(0.02)


async def test_a_killed_workers_area_runs_elsewhere_within_the_lease(
    scene: Scene, gemini: GeminiEmulator, spawn: Spawn, settings: Settings
) -> None:
    gemini.script.extend(["delay:60", "ok"])
    generation = await scene.accept()
    first = spawn("worker")
    await called(gemini, 1)
    second = spawn("worker")
    await second.said("worker_started")

    first.send(signal.SIGKILL)
    killed = time.monotonic()
    await called(gemini, 2)
    rescue = time.monotonic() - killed
    view = await scene.finished(generation)

    assert rescue <= settings.lease_seconds + SLACK
    assert (await scene.studio.measure()).areas_rescued == 1
    assert view["status"] == "completed"
    assert await scene.calls() == [("unknown", True), ("succeeded", True)]
    assert len(gemini.calls) == 2
    assert (await scene.studio.balance(scene.account)).held == 0
    assert await scene.studio.audit() == []


async def test_a_frozen_worker_writes_nothing_after_it_thaws(
    scene: Scene, gemini: GeminiEmulator, spawn: Spawn
) -> None:
    gemini.script.extend(["delay:1", "ok"])
    generation = await scene.accept()
    first = spawn("worker")
    await called(gemini, 1)
    first.send(signal.SIGSTOP)
    spawn("worker")

    view = await scene.finished(generation)
    picture = view["areas"][0]["image_url"]
    first.send(signal.SIGCONT)
    await first.said("claim")
    later = await scene.view(generation)

    assert view["status"] == "completed"
    assert later["areas"][0]["image_url"] == picture
    captures = await scene.rows("SELECT count(*) FROM ledger WHERE kind = 'capture'")
    assert captures[0][0] == 1
    assert await scene.studio.audit() == []


async def test_work_goes_on_when_the_web_process_dies_right_after_its_answer(
    scene: Scene, spawn: Spawn, settings: Settings
) -> None:
    web = spawn("serve", "--port", "0", "--workers", "0")
    body = {
        "photo_id": str(scene.photo.id),
        "areas": [{"area": "front_yard", "style": "japanese_zen"}],
        "provider": "gemini",
    }
    async with httpx2.AsyncClient(base_url=await web.address(), timeout=PATIENCE) as client:
        answer = await client.post("/generations/multi", json=body)
    web.send(signal.SIGKILL)
    await web.ended()

    spawn("worker")
    view = await scene.finished(answer.json()["id"])

    assert answer.status_code == 201
    assert view["status"] == "completed"
    assert await scene.studio.audit() == []


@pytest.mark.parametrize("command", [["worker"], ["serve", "--port", "0"]])
async def test_sigterm_drains_and_hands_back_nothing_that_finishes(
    scene: Scene, gemini: GeminiEmulator, spawn: Spawn, command: list[str]
) -> None:
    gemini.script.extend(["delay:2"])
    generation = await scene.accept()
    worker = spawn(*command)
    await called(gemini, 1)

    worker.send(signal.SIGTERM)

    assert await worker.ended() == 0
    assert (await scene.studio.measure()).areas_rescued == 0
    assert (await scene.view(generation))["status"] == "completed"
    assert len(gemini.calls) == 1


async def test_a_reply_in_the_spool_is_used_instead_of_paying_again(scene: Scene, gemini: GeminiEmulator) -> None:
    """What a worker leaves that dies after the last byte, before anything was written about it."""
    generation = await scene.accept()
    claim = await take(area_of(await scene.view(generation)), excused=None, tools=scene.studio._tools)
    await _die_after_spooling(scene, claim)

    async with scene.working():
        await scene.studio.requeue_lost_areas()
        finished = await scene.finished(generation)

    assert finished["status"] == "completed"
    assert len(gemini.calls) == 1
    assert await scene.calls() == [("succeeded", True)]
    assert await scene.studio.audit() == []


async def _die_after_spooling(scene: Scene, claim: Claim) -> None:
    """Run the paid call to its end, and close nothing."""
    order = await run._prepare(claim, tools=scene.studio._tools)
    provider = scene.studio._tools.providers.in_order["gemini"]
    attempt = await render.open_attempt(provider, order, claim, tools=scene.studio._tools)
    async with scene.studio._tools.spool.open_sink(attempt.id, provider="gemini") as sink:
        await provider.render(order, sink)


async def test_a_claim_that_is_over_can_write_nothing(scene: Scene) -> None:
    generation = await scene.accept()
    area = area_of(await scene.view(generation))
    old = await take(area, excused=None, tools=scene.studio._tools)
    await take(area, excused=None, tools=scene.studio._tools)

    with pytest.raises(ClaimLost):
        await old.advance(Stage.RENDERING)

    assert (await scene.view(generation))["areas"][0]["stage"] == "gathering_imagery"


async def test_many_workers_make_one_call_per_area(scene: Scene, gemini: GeminiEmulator, spawn: Spawn) -> None:
    for _ in range(3):
        spawn("worker")
    generations = [await scene.accept(*AreaName) for _ in range(4)]

    views = [await scene.finished(generation) for generation in generations]

    assert {view["status"] for view in views} == {"completed"}
    assert len(gemini.calls) == 20
    assert await scene.studio.audit() == []
