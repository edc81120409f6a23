"""`yarda operate` as processes: what they print, change and write down."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.emulators.gemini import KEY, GeminiEmulator
from tests.flow.scene import Scene, area_of
from tests.flow.shell import Shell


@pytest.fixture
def yarda(scene: Scene, gemini: GeminiEmulator, tmp_path: Path) -> Shell:
    settings = scene.running.settings
    return Shell(
        tmp_path,
        DATABASE_URL=str(settings.database_url),
        DATA_DIR=str(settings.data_dir),
        GEMINI_API_KEY=KEY,
        GEMINI_BASE_URL=gemini.base_url,
        DAILY_SPEND_LIMIT_USD="5",
    )


async def told(yarda: Shell, *arguments: str) -> Any:
    done = await asyncio.to_thread(yarda, "operate", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


async def said(yarda: Shell, *arguments: str) -> str:
    done = await asyncio.to_thread(yarda, "operate", *arguments)
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80, done.stdout
    return done.stdout


async def test_what_waits_is_listed_and_cancelled(scene: Scene, yarda: Shell) -> None:
    made = await scene.accept()

    shown = await told(yarda, "overview")
    words = await said(yarda, "overview")
    cancelled = await told(yarda, "cancel", str(made))

    assert shown["jobs"]["queued"] == 1
    assert [area["generation"] for area in shown["unfinished"]] == [str(made)]
    assert f"{made} {area_of(await scene.view(made))}" in words
    assert cancelled["status"] == "cancelled"
    assert [(entry["action"], entry["actor"]) for entry in await told(yarda, "log")] == [
        ("design_cancelled", "operator command")
    ]


async def test_what_failed_is_counted_priced_and_drawn_again(
    scene: Scene, yarda: Shell, gemini: GeminiEmulator
) -> None:
    gemini.script.append("blocked:PROHIBITED_CONTENT")
    async with scene.working():
        view = await scene.finished(await scene.accept())
    await scene.idle()
    area = view["areas"][0]

    failures = await said(yarda, "failures")
    spend = await told(yarda, "spend")
    providers = await said(yarda, "providers")
    again = await told(yarda, "retry", view["id"], area["id"], "--provider", "concept")

    cost = (await scene.rows("SELECT sum(cost_usd) FROM attempts WHERE billed"))[0][0]
    assert area["error"]["code"] in failures
    assert (spend["daily_limit_usd"], spend["days"][0]["usd"]) == (5, float(cost))
    assert "Open for business" in providers
    assert again["status"] == "pending"
