"""Each row of the table of failures, played: state, words, calls at the provider, books, and time."""

import time
from pathlib import Path

import pytest
from google.genai import types

from tests.emulators.gemini import KEY, GeminiEmulator
from tests.emulators.openai import KEY as OPENAI_KEY
from tests.emulators.openai import OpenAIEmulator
from tests.emulators.server import UNANSWERED_SECONDS, call_seconds
from tests.flow.scene import Scene, open_scene
from tests.provider_failures import FAILURES, Failure
from yarda.domain.gate import BACK_OFF_SECONDS
from yarda.pipeline.run import MESSAGES
from yarda.providers._gemini_answers import REFUSALS
from yarda.settings import Settings, read_settings

LONGEST = 2 * UNANSWERED_SECONDS + 2 * BACK_OFF_SECONDS[0] + 30
"""Seconds to a terminal state, with as much again as a busy machine may need."""


@pytest.fixture
def settings(request: pytest.FixtureRequest, migrated: str, gemini: GeminiEmulator, tmp_path: Path) -> Settings:
    """Gemini is the loopback emulator, and a call to it takes as long as what it is about to do allows."""
    played = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    script = played["failure"].script if "failure" in played else (played.get("behaviour", "ok"),)
    return read_settings(
        database_url=migrated,
        data_dir=tmp_path / "data",
        gemini_api_key=KEY,
        gemini_base_url=gemini.base_url,
        call_seconds=call_seconds(*script),
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
        assert area["error"]["message"] == MESSAGES[failure.code]
    assert len(gemini.calls) == failure.calls
    calls = await scene.calls()
    assert sum(billed for _, billed in calls) == failure.billed
    assert len(calls) == failure.calls
    captured = await scene.rows("SELECT coalesce(sum(credits), 0) FROM ledger WHERE kind = 'capture'")
    assert captured[0][0] == (0 if failure.code else 1)
    assert (await scene.studio.balance(scene.account)).held == 0
    assert await scene.studio.audit() == []


async def test_every_reason_that_the_library_knows_ends_as_its_row_in_the_table_says(
    scene: Scene, gemini: GeminiEmulator
) -> None:
    finishes = [reason for reason in types.FinishReason if reason is not types.FinishReason.MALFORMED_RESPONSE]
    script = [f"finish:{reason.value}" for reason in finishes]
    script += [f"blocked:{reason.value}" for reason in types.BlockedReason]
    gemini.script.extend(script)
    refused = {f"finished with {reason.value} why" for reason in REFUSALS}

    async with scene.working(concurrency=1):
        for _ in script:
            await scene.finished(await scene.accept())
    rows = await scene.rows(
        "SELECT t.reason, a.error_code, a.error_message FROM generation_areas a "
        "JOIN attempts t ON t.area_id = a.id ORDER BY t.started_at"
    )

    assert len(gemini.calls) == len(rows) == len(script)
    for reason, code, message in rows:
        blocked = reason.startswith("prompt blocked") or reason in refused
        assert code == ("prompt_refused" if blocked else "provider_invalid"), reason
        assert message == MESSAGES[code]
    assert {reason for reason, _, _ in rows} >= refused
    balance = await scene.studio.balance(scene.account)
    assert (balance.held, balance.available) == (0, 1)
    assert await scene.studio.audit() == []


OPENAI_FAILURES = [
    ("code:400/moderation_blocked", 1, 0, "prompt_refused"),
    ("code:429/insufficient_quota", 1, 0, "provider_misconfigured"),
    ("no_picture", 1, 1, "provider_invalid"),
    ("echo", 2, 2, None),
    ("hang_mid_body", 2, 2, None),
    ("retry_after_ms:200", 2, 1, None),
]


@pytest.mark.parametrize(("behaviour", "calls", "billed", "code"), OPENAI_FAILURES)
async def test_openai_fails_as_gemini_does(
    behaviour: str, calls: int, billed: int, code: str | None, settings: Settings, photo: bytes
) -> None:
    async with OpenAIEmulator([behaviour]) as openai:
        changes = {"openai_api_key": OPENAI_KEY, "openai_base_url": f"{openai.base_url}/v1"}
        given = settings.model_dump(exclude={"providers"}) | changes
        async with open_scene(read_settings(**given), photo) as scene:
            generation = await scene.accept(provider="openai")
            async with scene.working():
                view = await scene.finished(generation)
                await scene.idle()

            made = await scene.calls()
            assert (view["areas"][0]["error"] or {}).get("code") == code
            assert len(openai.calls) == len(made) == calls
            assert sum(paid for _, paid in made) == billed
            balance = await scene.studio.balance(scene.account)
            assert (balance.held, balance.available) == (0, 1 if code else 0)
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
