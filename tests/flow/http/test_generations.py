"""Generations over HTTP: listed, cancelled, retried, deleted."""

import httpx2
import pytest

from tests.flow.http.client import UNKNOWN, create, read_events
from tests.flow.scene import Scene


async def test_pages_of_generations_are_whole_and_in_order(http: httpx2.AsyncClient, scene: Scene) -> None:
    made = [(await create(http, scene))["id"] for _ in range(5)]

    seen: list[str] = []
    cursor = None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await http.get("/generations", params=query)).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert seen == made[::-1]


async def test_the_list_can_be_narrowed_by_status(http: httpx2.AsyncClient, scene: Scene) -> None:
    made = await create(http, scene)
    await create(http, scene)
    await http.post(f"/generations/{made['id']}/cancel")

    page = (await http.get("/generations", params={"status": "cancelled"})).json()

    assert [item["id"] for item in page["items"]] == [made["id"]]


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "cursor=nonsense", "status=done"])
async def test_a_wrong_page_is_refused(http: httpx2.AsyncClient, query: str) -> None:
    answer = await http.get(f"/generations?{query}")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_the_answer_to_cancel_is_terminal_and_credits_are_back(
    http: httpx2.AsyncClient, scene: Scene
) -> None:
    made = await create(http, scene, "front_yard", "patio")

    answer = await http.post(f"/generations/{made['id']}/cancel")

    assert {area["status"] for area in answer.json()["areas"]} == {"cancelled"}
    assert (await http.get("/credits")).json() == {"balance": 2, "held": 0, "available": 2}


async def test_a_cancelled_area_runs_again(http: httpx2.AsyncClient, scene: Scene) -> None:
    made = await create(http, scene)
    path = f"/generations/{made['id']}"
    await http.post(f"{path}/cancel")

    async with scene.working():
        again = await http.post(f"{path}/areas/{made['areas'][0]['id']}/retry", json={"provider": "gemini"})
        assert again.status_code == 200
        assert again.json()["areas"][0]["status"] == "pending"
        await read_events(http, f"{path}/events")

    assert (await http.get(path)).json()["status"] == "completed"
    twice = await http.post(f"{path}/areas/{made['areas'][0]['id']}/retry")
    assert (twice.status_code, twice.json()["code"]) == (409, "area_not_retryable")


async def test_a_deleted_generation_is_gone(http: httpx2.AsyncClient, scene: Scene) -> None:
    async with scene.working():
        made = await create(http, scene)
        await read_events(http, f"/generations/{made['id']}/events")
        image = (await http.get(f"/generations/{made['id']}")).json()["areas"][0]["image_url"]
        assert (await http.get(image)).status_code == 200

        answer = await http.delete(f"/generations/{made['id']}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert (await http.get(f"/generations/{made['id']}")).status_code == 404
    assert (await http.get(image)).status_code == 404


async def test_what_is_unknown_is_not_found(http: httpx2.AsyncClient) -> None:
    calls = [
        ("GET", "/generations/{}"),
        ("GET", "/generations/{}/events"),
        ("POST", "/generations/{}/cancel"),
        ("DELETE", "/generations/{}"),
        ("GET", "/photos/{}"),
        ("PATCH", "/photos/{}"),
        ("GET", "/images/{}"),
        ("POST", "/generations/{}/areas/{}/retry"),
        ("GET", "/generations/{}/areas/{}/plan.svg"),
    ]
    for method, path in calls:
        for identifier in (UNKNOWN, "nonsense", "%00"):
            body = {} if method == "PATCH" else None
            answer = await http.request(method, path.replace("{}", identifier), json=body)
            assert answer.status_code == 404, (method, path, identifier)
            assert answer.json()["code"].endswith("_not_found")


async def test_a_gemini_design_has_no_planting_plan(http: httpx2.AsyncClient, scene: Scene) -> None:
    made = await create(http, scene)

    answer = await http.get(f"/generations/{made['id']}/areas/{made['areas'][0]['id']}/plan.svg")

    assert (answer.status_code, answer.json()["code"]) == (404, "no_plan")
