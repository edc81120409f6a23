"""A photoreal design that follows the painter's: what goes along, and what the design comes with."""

import base64
import json
import re
from unittest.mock import AsyncMock
from uuid import UUID

import httpx2
import numpy as np
import pytest

from tests.contract.pictures import decode
from tests.emulators.gemini import GeminiEmulator
from tests.flow.scene import Scene
from yarda import garden
from yarda.domain.catalog import AreaName, StyleName
from yarda.domain.generation import GenerationId
from yarda.providers import diffusers


async def test_the_concept_and_its_mask_go_along_and_the_design_has_a_plan(
    scene: Scene, http: httpx2.AsyncClient, gemini: GeminiEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The painter draws once, though the provider is busy at first and the area has to come back."""
    paintings = AsyncMock(side_effect=garden.paint_in_process)
    monkeypatch.setattr(garden, "paint_in_process", paintings)
    gemini.script.append("retry_info:0.2s")
    form = await http.get(f"/new?photo={scene.photo.id}&provider=gemini")
    assert 'name="guided"' in form.text
    key = re.search(r'name="idempotency_key" value="([^"]+)"', form.text)
    assert key
    filled = {
        "idempotency_key": key[1],
        "photo_id": str(scene.photo.id),
        "ground": json.dumps(scene.photo.ground.polygons),
        "horizon": str(round(scene.photo.horizon.y)),
        "area": AreaName.FRONT_YARD.value,
        "style.front_yard": StyleName.JAPANESE_ZEN.value,
        "provider": "gemini",
        "guided": "yes",
    }

    accepted = await http.post("/designs", data=filled)
    generation = GenerationId(UUID(accepted.headers["location"].rsplit("/", 1)[-1]))
    async with scene.working():
        view = await scene.finished(generation)

    assert len(gemini.calls) == 2
    assert paintings.await_count == 1
    area = view["areas"][0]
    assert (area["status"], area["provider"], area["guided"]) == ("completed", "gemini", True), area["error"]
    *pictures, words = gemini.last["contents"][0]["parts"]
    photo, concept, mask = (decode(base64.urlsafe_b64decode(part["inlineData"]["data"])) for part in pictures)
    assert photo.size == concept.size == mask.size == (480, 320)
    painted = np.abs(np.asarray(photo.convert("RGB"), int) - np.asarray(concept.convert("RGB"), int)).max(-1)
    assert painted[np.asarray(mask.convert("L")) == 0].max() <= 8
    assert painted[np.asarray(mask.convert("L")) == 255].mean() > 8
    assert "GUIDE: the second picture" in words["text"]
    call = (await scene.studio.list_calls(scene.account))[0]
    assert call.prompt == words["text"]
    plants = (await http.get(area["plan_url"].replace("plan.svg", "plants.json"))).json()
    assert plants["plants"]
    page = await http.get(f"{accepted.headers['location']}/{area['id']}")
    assert "the plan that the picture was told to follow" in page.text


async def test_a_concept_follows_nobody(scene: Scene) -> None:
    view = await scene.view(await scene.accept(AreaName.FRONT_YARD, provider="concept", guided=True))

    assert not view["areas"][0]["guided"]


async def test_the_form_says_of_a_model_on_this_machine_that_nothing_is_sent_away(
    http: httpx2.AsyncClient, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diffusers, "EXTRA", ())
    local = diffusers.DiffusersProvider(model="a/model")
    scene.running.tools.providers.in_order["diffusers"] = local
    monkeypatch.setitem(scene.running.tools.providers.prices, "diffusers", 1)  # type: ignore[arg-type]

    form = await http.get(f"/new?photo={scene.photo.id}")

    assert form.text.count("Nothing is sent away.") == form.text.count("Your photo is sent to it.") == 1
