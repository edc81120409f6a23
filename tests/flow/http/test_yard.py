"""The whole yard: areas of one photo in one picture, drawn when it is first asked for."""

import asyncio
import io
from typing import Any

import httpx2
import numpy as np
import pytest
from PIL import Image

from tests.flow.http.client import body_of, read_events
from tests.flow.scene import Scene, open_scene, quick_painter
from yarda.settings import Settings


@pytest.fixture
async def scene(settings: Settings, photo: bytes) -> Any:
    """As elsewhere, with the painter at work."""
    async with open_scene(settings, photo, providers=[quick_painter(settings)]) as scene:
        yield scene


async def pixels(http: httpx2.AsyncClient, url: str) -> Any:
    answer = await http.get(url, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    with Image.open(io.BytesIO(answer.content)) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


async def test_all_areas_of_a_photo_are_shown_together_until_they_are_deleted(
    http: httpx2.AsyncClient, scene: Scene
) -> None:
    body = body_of(scene, provider="concept")
    body["areas"] = [{"area": area, "style": "mediterranean"} for area in ("front_yard", "patio")]
    made = (await http.post("/generations/multi", json=body)).json()
    path = f"/generations/{made['id']}"

    too_early = await http.get(f"{path}/yard")
    early_page = await http.get(f"/designs/{made['id']}/yard")
    async with scene.working():
        await read_events(http, f"{path}/events")
    view = (await http.get(path)).json()
    answers = await asyncio.gather(*(http.get(view["yard_url"]) for _ in range(3)))

    assert made["yard_url"] is None
    assert (too_early.status_code, too_early.json()["code"]) == (404, "no_yard")
    assert early_page.headers["location"] == f"/designs/{made['id']}"
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    await _shows_every_area(http, view)
    assert view["yard_url"] in (await http.get(f"/designs/{made['id']}/yard")).text

    await http.delete(path)

    assert (await http.get(answers[0].headers["location"])).status_code == 404
    assert (await http.get(view["yard_url"])).status_code == 404
    assert await scene.studio.audit() == []


async def _shows_every_area(http: httpx2.AsyncClient, view: dict[str, Any]) -> None:
    """What an area's own picture changed is changed in the picture of all of them."""
    before, together = await pixels(http, view["areas"][0]["source_url"]), await pixels(http, view["yard_url"])
    for area in view["areas"]:
        own = await pixels(http, area["image_url"])
        changed = np.abs(own - before).max(2) > 8
        assert (np.abs(together - before).max(2) > 8)[changed].mean() > 0.9
