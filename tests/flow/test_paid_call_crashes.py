"""A worker killed at every point around a paid call: how often it is paid, and that nothing is lost or doubled."""

import signal
from pathlib import Path

import pytest

from tests.emulators.gemini import GeminiEmulator
from tests.flow.crashing_worker import POINTS
from tests.flow.processes import YardaProcess
from tests.flow.scene import Scene
from yarda.settings import Settings

PAID_ONCE = {"before_the_call_is_recorded", "before_it_is_sent"}
"""The call never left, or its reply was safe: nobody pays twice."""
RECEIVED = {
    "after_the_spool",
    "before_the_reply_is_recorded",
    "before_it_is_stored",
    "before_it_is_delivered",
    "after_it_is_delivered",
}
IN_FLIGHT = {"during_the_body", "after_last_byte"}
"""Nobody has the picture: it is paid a second time, and on record."""


def test_every_point_is_tried() -> None:
    assert {*PAID_ONCE, *RECEIVED, *IN_FLIGHT} == set(POINTS)


@pytest.mark.parametrize("point", POINTS)
async def test_killed_there_an_area_is_delivered_once_and_paid_as_promised(
    point: str, scene: Scene, gemini: GeminiEmulator, settings: Settings, tmp_path: Path
) -> None:
    generation = await scene.accept()
    worker = YardaProcess(settings, point, module="tests.flow.crashing_worker", log=tmp_path / "worker.log")
    try:
        assert await worker.ended() == -signal.SIGKILL
    finally:
        worker.end()
    sent_before = len(gemini.calls)

    async with scene.working():
        view = await scene.finished(generation)
        await scene.idle()

    calls = await scene.calls()
    assert view["status"] == "completed"
    assert len(gemini.calls) == (2 if point in IN_FLIGHT else 1)
    assert sent_before == (0 if point in PAID_ONCE else 1)
    assert calls == _on_record(point)
    captures = await scene.rows("SELECT coalesce(sum(credits), 0) FROM ledger WHERE kind = 'capture'")
    assert captures[0][0] == 1
    assert (await scene.studio.balance(scene.account)).held == 0
    assert len(await scene.rows("SELECT id FROM images WHERE kind = 'design'")) == 1
    assert await scene.studio.audit() == []


def _on_record(point: str) -> list[tuple[str, bool]]:
    """Outcome and billed of the calls, as the rows have them: a call that may have been paid counts as paid."""
    if point in IN_FLIGHT or point == "before_it_is_sent":
        return [("unknown", True), ("succeeded", True)]
    return [("succeeded", True)]
