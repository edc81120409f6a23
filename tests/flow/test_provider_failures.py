"""Each row of the table of failures, played: state, words, calls at the provider, books, and time."""

import time
from pathlib import Path

import pytest

from tests.emulators.gemini import KEY, GeminiEmulator
from tests.flow.scene import Scene
from tests.provider_failures import FAILURES, Failure
from yarda.domain.gate import BACK_OFF_SECONDS
from yarda.settings import Settings, read_settings

CALL_SECONDS = 1.0
LONGEST = 3 * CALL_SECONDS + 2 * BACK_OFF_SECONDS[0] + 12


@pytest.fixture
def settings(migrated: str, gemini: GeminiEmulator, tmp_path: Path) -> Settings:
    """Gemini is the loopback emulator, and a call to it takes a second at most."""
    return read_settings(
        database_url=migrated,
        data_dir=tmp_path / "data",
        gemini_api_key=KEY,
        gemini_base_url=gemini.base_url,
        call_seconds=CALL_SECONDS,
        lease_seconds=5,
    )


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.what.replace(" ", "_"))
async def test_what_the_table_says_is_what_happens(failure: Failure, scene: Scene, gemini: GeminiEmulator) -> None:
    gemini.script.extend(failure.script)
    generation = await scene.accept()
    began = time.monotonic()

    async with scene.working():
        view = await scene.finished(generation)
        await scene.idle()

    assert time.monotonic() - began < LONGEST
    area = view["areas"][0]
    assert area["status"] == ("failed" if failure.code else "completed"), area["error"]
    assert (area["error"] or {}).get("code") == failure.code
    if failure.code:
        assert area["error"]["message"].endswith(".")
    assert len(gemini.calls) == failure.calls
    calls = await scene.calls()
    assert sum(billed for _, billed in calls) == failure.billed
    assert len(calls) == failure.calls
    captured = await scene.rows("SELECT coalesce(sum(credits), 0) FROM ledger WHERE kind = 'capture'")
    assert captured[0][0] == (0 if failure.code else 1)
    assert (await scene.studio.balance(scene.account)).held == 0
    assert await scene.studio.audit() == []


async def test_with_another_provider_to_ask_a_failure_is_no_failure(scene: Scene, gemini: GeminiEmulator) -> None:
    """`auto` falls back to the painter, and the credit that was held goes back."""
    gemini.script.append("text_only")
    generation = await scene.accept(provider="auto")

    async with scene.working():
        view = await scene.finished(generation)

    assert (view["status"], view["areas"][0]["provider"]) == ("completed", "concept")
    balance = await scene.studio.balance(scene.account)
    assert (balance.held, balance.available) == (0, 1)
