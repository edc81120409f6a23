"""Planting plan and plant list of a concept design, from the studio's own painter."""

import csv
import io
import json
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from tests.flow.http.client import body_of, read_events
from tests.flow.scene import Scene, open_scene, quick_painter
from yarda.settings import Settings


@pytest.fixture
async def scene(settings: Settings, photo: bytes) -> Any:
    """As elsewhere, with the painter at work."""
    async with open_scene(settings, photo, providers=[quick_painter(settings)]) as scene:
        yield scene


@pytest.fixture
async def area(http: httpx2.AsyncClient, scene: Scene) -> dict[str, Any]:
    """A finished concept area, with the path of its generation."""
    async with scene.working():
        made = (await http.post("/generations/multi", json=body_of(scene, provider="concept"))).json()
        await read_events(http, f"/generations/{made['id']}/events")
    view = (await http.get(f"/generations/{made['id']}")).json()
    assert view["status"] == "completed", view
    return {**view["areas"][0], "generation": f"/generations/{made['id']}"}


async def test_plan_and_list_come_in_every_form_and_agree(
    http: httpx2.AsyncClient, scene: Scene, area: dict[str, Any]
) -> None:
    base = area["plan_url"].rsplit("/", 1)[0]

    svg, pdf = await http.get(f"{base}/plan.svg"), await http.get(f"{base}/plan.pdf")
    listed = (await http.get(f"{base}/plants.json")).json()
    table = list(csv.DictReader(io.StringIO((await http.get(f"{base}/plants.csv")).text)))

    assert svg.headers["content-type"] == "image/svg+xml"
    assert pdf.content.startswith(b"%PDF")
    assert listed["plants"]
    assert [(row["botanical name"], int(row["quantity"])) for row in table] == [
        (row["botanical"], row["quantity"]) for row in listed["plants"]
    ]
    assert all(row["botanical"] in svg.text for row in listed["plants"])
    key = (await scene.rows("SELECT garden_key FROM generation_areas"))[0][0]
    garden = json.loads(await scene.studio._tools.objects.get(key))
    assert len(garden["plants"]) == sum(row["quantity"] for row in listed["plants"])


async def test_the_result_page_shows_the_plan_and_every_file_names_whose_the_picture_was(
    http: httpx2.AsyncClient, scene: Scene, area: dict[str, Any]
) -> None:
    of_google = {"source": "google_street_view", "captured": "2022-08", "attribution": "© Google"}
    async with scene.running.database.connect() as connection:
        given = {"imagery": json.dumps(of_google)}
        await connection.execute(text("UPDATE generation_areas SET imagery = CAST(:imagery AS jsonb)"), given)

    page = await http.get(area["generation"].replace("generations", "designs") + f"/{area['id']}")

    assert area["plan_url"] in page.text
    assert "Planting plan" in page.text
    assert "Designed into a picture: © Google, 2022-08." in (await http.get(area["plan_url"])).text
    base = area["plan_url"].rsplit("/", 1)[0]
    assert (await http.get(f"{base}/plants.json")).json()["attribution"] == "© Google, 2022-08"
    table = csv.DictReader(io.StringIO((await http.get(f"{base}/plants.csv")).text))
    assert {row["designed into a picture"] for row in table} == {"© Google, 2022-08"}


async def test_every_size_of_a_concept_says_what_it_is(http: httpx2.AsyncClient, area: dict[str, Any]) -> None:
    for size in ("full", "large", "thumb"):
        picture = (await http.get(f"{area['image_url']}?size={size}")).content

        assert b"http://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic" in picture
        assert b"Concept rendering" in picture
        assert b"seed " in picture
    photo = (await http.get(area["source_url"])).content
    assert b"digitalsourcetype" not in photo


async def test_the_scene_goes_with_its_design(
    http: httpx2.AsyncClient, scene: Scene, area: dict[str, Any]
) -> None:
    key = (await scene.rows("SELECT garden_key FROM generation_areas"))[0][0]

    assert (await http.delete(area["generation"])).status_code == 204

    assert await scene.studio._tools.objects.size_of(key) is None
    assert (await http.get(area["plan_url"])).status_code == 404


async def test_the_audit_misses_a_lost_scene(scene: Scene, area: dict[str, Any]) -> None:
    async with scene.running.database.connect() as connection:
        await connection.execute(text("UPDATE generation_areas SET garden_key = 'objects/00/gone'"))

    assert any("objects/00/gone" in line for line in await scene.studio.audit())
