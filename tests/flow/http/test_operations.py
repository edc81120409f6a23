"""Catalog, ledger, numbers, doors and failures over HTTP."""

import time
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.emulators.gemini import GeminiEmulator
from tests.flow.http.client import body_of, create, read_events
from tests.flow.scene import Scene
from yarda.domain.catalog import AreaName, StyleName
from yarda.errors import DiskFull, StorageUnavailable
from yarda.settings import Settings
from yarda.storage import ObjectStorage


async def test_the_catalog_names_every_area_and_style_with_a_picture(http: httpx2.AsyncClient) -> None:
    styles = (await http.get("/styles")).json()["items"]
    areas = (await http.get("/areas")).json()["items"]

    assert [style["id"] for style in styles] == list(StyleName)
    assert [area["id"] for area in areas] == list(AreaName)
    for style in styles:
        preview = await http.get(style["preview_url"])
        assert preview.headers["content-type"] == "image/jpeg"


async def test_the_ledger_and_the_calls_tell_what_was_spent(
    http: httpx2.AsyncClient, picture: dict[str, Any]
) -> None:
    entries = (await http.get("/credits/entries")).json()["items"]
    calls = (await http.get("/calls")).json()["items"]

    assert [(entry["kind"], entry["credits"]) for entry in entries] == [("capture", -1), ("hold", 1), ("grant", 1)]
    assert {entry["area_id"] for entry in entries} == {picture["id"], None}
    assert [(call["provider"], call["outcome"], call["area_id"]) for call in calls] == [
        ("gemini", "succeeded", picture["id"])
    ]
    assert float(calls[0]["cost_usd"]) > 0
    assert (await http.get("/calls", params={"generation": str(uuid4())})).json()["items"] == []


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """With a budget for the day."""
    return settings.model_copy(update={"daily_spend_limit_usd": Decimal("7.50")})


def value_of(sample: str, text: str) -> float:
    return float(next(line for line in text.splitlines() if line.startswith(f"{sample} ")).split(" ")[-1])


async def test_the_operators_numbers_follow_the_rows(
    http: httpx2.AsyncClient, scene: Scene, picture: dict[str, Any]
) -> None:
    await scene.studio.watch_invariants()
    await scene.accept()

    text = (await http.get("/metrics")).text

    assert 'yarda_areas{status="completed"} 1.0' in text
    assert 'yarda_provider_calls{outcome="succeeded",provider="gemini"} 1.0' in text
    assert "yarda_overdue_areas 0.0" in text
    assert 'yarda_jobs{status="queued"} 1.0' in text
    assert "# TYPE yarda_areas_rescued_total counter" in text
    assert "yarda_areas_rescued_total 0.0" in text
    assert 'yarda_provider_recent_calls{outcome="succeeded",provider="gemini"} 1.0' in text
    assert 'yarda_provider_breaker{model="gemini-nano-banana-2.1",provider="gemini",state="closed"} 1.0' in text
    assert "yarda_spend_limit_usd 7.5" in text
    assert "yarda_invariants_violated 0.0" in text
    assert 0 < value_of("yarda_spend_today_usd", text) < 1
    assert value_of('yarda_oldest_area_seconds{status="pending"}', text) > 0
    assert value_of('yarda_oldest_area_seconds{status="processing"}', text) == 0
    assert time.time() - value_of("yarda_audit_timestamp_seconds", text) < 60
    assert 'yarda_stage_seconds{quantile="0.5",stage="rendering"}' in text
    assert (await http.get("/healthz")).json() == {"status": "alive"}
    assert (await http.get("/readyz")).json() == {"status": "ready"}


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Host": "evil.example"}, 400, "unknown_host"),
        ({"Origin": "https://evil.example"}, 403, "cross_site_request"),
        ({"Sec-Fetch-Site": "cross-site"}, 403, "cross_site_request"),
    ],
)
async def test_other_names_and_other_sites_are_turned_away(
    http: httpx2.AsyncClient, scene: Scene, headers: dict[str, str], status: int, code: str
) -> None:
    answer = await http.post("/generations/multi", json=body_of(scene), headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await scene.rows("SELECT count(*) FROM generations"))[0][0] == 0


@pytest.mark.parametrize("path", ["/", "/designs", "/docs", "/healthz", "/static/studio.css"])
async def test_every_answer_tells_browsers_what_is_allowed(http: httpx2.AsyncClient, path: str) -> None:
    answer = await http.get(path)

    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_an_unknown_path_and_a_wrong_method_are_problem_documents(http: httpx2.AsyncClient) -> None:
    missing, wrong = await http.get("/nowhere"), await http.put("/generations/multi")

    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize(("error", "code"), [(DiskFull, "disk_full"), (StorageUnavailable, "storage_unavailable")])
async def test_a_store_that_is_full_or_away_is_not_an_error_of_the_client(
    http: httpx2.AsyncClient, scene: Scene, monkeypatch: pytest.MonkeyPatch, error: type[Exception], code: str
) -> None:
    async def refuse(_: ObjectStorage) -> None:
        raise error("no room")

    monkeypatch.setattr(ObjectStorage, "check", refuse)

    answer = await http.post("/generations/multi", json=body_of(scene))

    assert (answer.status_code, answer.json()["code"]) == (503, code)
    assert int(answer.headers["retry-after"]) > 0
    assert (await scene.rows("SELECT count(*) FROM generations"))[0][0] == 0


async def test_errors_of_a_design_reach_its_owner_with_a_code(
    http: httpx2.AsyncClient, scene: Scene, gemini: GeminiEmulator
) -> None:
    gemini.script.append("blocked:PROHIBITED_CONTENT")
    made = await create(http, scene)
    async with scene.working():
        await read_events(http, f"/generations/{made['id']}/events")

    area = (await http.get(f"/generations/{made['id']}")).json()["areas"][0]

    assert (area["status"], area["error"]["code"]) == ("failed", "prompt_refused")
    assert area["error"]["message"]


async def test_the_owner_operates_a_studio_without_accounts(http: httpx2.AsyncClient, scene: Scene) -> None:
    made = await scene.accept()

    page = await http.get("/operate")
    cancelled = await http.post(f"/operate/designs/{made}/cancel")

    assert page.status_code == 200
    assert "the owner" in page.text
    assert 'href="/operate"' in (await http.get("/")).text
    assert cancelled.headers["location"] == "/operate#unfinished"
    assert (await scene.view(made))["status"] == "cancelled"
    assert (await http.get("/operate/accounts")).status_code == 404
