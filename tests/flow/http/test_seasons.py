"""When a design is shown, and what of the wishes it could not have."""

import json
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from tests.flow.http.client import body_of, create
from tests.flow.scene import Scene

KEY = {"Idempotency-Key": "a-season"}


def body_in(scene: Scene, **when: str) -> dict[str, Any]:
    body = body_of(scene)
    body["areas"][0] |= when
    return body


async def test_without_a_word_a_garden_is_shown_grown_and_in_summer(
    http: httpx2.AsyncClient, scene: Scene
) -> None:
    area = (await create(http, scene))["areas"][0]

    assert (area["season"], area["growth"], area["unmet"]) == ("summer", "mature", [])


async def test_season_and_growth_come_back_and_reach_the_prompt(http: httpx2.AsyncClient, scene: Scene) -> None:
    body = body_in(scene, season="winter", growth="planted")

    made = (await http.post("/generations/multi", json=body)).json()
    async with scene.working():
        await scene.finished(made["id"])

    area = (await http.get(f"/generations/{made['id']}")).json()["areas"][0]
    (prompt,) = (await scene.rows("SELECT prompt FROM attempts"))[0]
    assert (area["season"], area["growth"]) == ("winter", "planted")
    assert "in winter" in prompt
    assert "planted this week" in prompt


async def test_another_season_is_another_request(http: httpx2.AsyncClient, scene: Scene) -> None:
    first = await http.post("/generations/multi", json=body_in(scene), headers=KEY)
    same = await http.post("/generations/multi", json=body_in(scene, season="summer"), headers=KEY)
    other = await http.post("/generations/multi", json=body_in(scene, season="spring"), headers=KEY)

    assert same.json()["id"] == first.json()["id"]
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize("when", [{"season": "monsoon"}, {"growth": "ancient"}, {"season": None}])
async def test_a_season_that_is_none_is_refused(
    http: httpx2.AsyncClient, scene: Scene, when: dict[str, str]
) -> None:
    answer = await http.post("/generations/multi", json=body_in(scene, **when))

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_what_was_not_met_is_told_beside_the_design(
    http: httpx2.AsyncClient, scene: Scene, picture: dict[str, Any]
) -> None:
    unmet = json.dumps(["a pool: <no> room for one"])
    async with scene.running.database.connect() as connection:
        await connection.execute(
            text("UPDATE generation_areas SET unmet = CAST(:unmet AS jsonb)"), {"unmet": unmet}
        )
    (made,) = (await http.get("/generations")).json()["items"]

    page = await http.get(f"/designs/{made['id']}/{picture['id']}")

    assert made["areas"][0]["unmet"] == ["a pool: <no> room for one"]
    assert "Not done" in page.text
    assert "a pool: &lt;no&gt; room for one" in page.text
