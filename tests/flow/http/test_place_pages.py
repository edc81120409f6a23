"""What the pages of a design say when it comes from an address, and when a provider does not answer."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from tests.emulators.gemini import KEY as GEMINI_KEY
from tests.emulators.gemini import GeminiEmulator
from tests.emulators.maps import KEY, MapsEmulator
from tests.flow.http.client import read_events
from tests.flow.scene import Scene
from yarda.pipeline.admission import gate_key
from yarda.settings import Settings, read_settings

PAGE = {"Accept": "text/html"}


@pytest.fixture
def settings(migrated: str, gemini: GeminiEmulator, maps: MapsEmulator, tmp_path: Path) -> Settings:
    """Google Maps is the loopback emulator, and its terms are accepted."""
    return read_settings(
        database_url=migrated,
        data_dir=tmp_path / "data",
        gemini_api_key=GEMINI_KEY,
        gemini_base_url=gemini.base_url,
        google_maps_api_key=KEY,
        google_maps_base_url=maps.base_url,
        google_maps_terms_accepted=True,
        panoramax_base_url=maps.base_url,
    )


async def test_a_rough_match_says_the_ways_out(http: httpx2.AsyncClient, scene: Scene, maps: MapsEmulator) -> None:
    maps.accuracy = "APPROXIMATE"
    areas = [{"area": "front_yard", "style": "mediterranean"}]
    body = {"address": "21125 Seven Springs Dr, Cupertino", "areas": areas, "provider": "gemini"}
    async with scene.working():
        made = (await http.post("/generations/multi", json=body)).json()
        await read_events(http, f"/generations/{made['id']}/events")

    page = (await http.get(f"/designs/{made['id']}", headers=PAGE)).text

    assert "This is the place: draw it" in page
    assert re.search(r'href="/place\?address=21125[^"]*">Look at the address again', page)
    assert re.search(r'href="/">Add a photo', page)


@pytest.mark.parametrize(
    ("change", "said"),
    [("tripped_until", "Gemini is not answering at present"), ("paused_until", "Gemini has no room at present")],
)
async def test_the_form_says_that_a_provider_does_not_answer_and_when_it_is_asked_again(
    change: str, said: str, http: httpx2.AsyncClient, scene: Scene
) -> None:
    tools = scene.studio._tools
    async with tools.open_work() as work:
        gate, now = await work.gates.lock(gate_key(tools.providers.in_order["gemini"]), provider="gemini")
        again = now + timedelta(minutes=4)
        await work.gates.save(replace(gate, **{change: again}))

    page = (await http.get(f"/new?photo={scene.photo.id}", headers=PAGE)).text

    assert f"{said}; it is" in page
    assert f"at {again.astimezone():%H:%M}." in page
