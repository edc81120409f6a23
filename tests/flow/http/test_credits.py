"""Too few credits, and nowhere to buy them."""

import httpx2
import pytest

from tests.flow.http.client import body_of, create
from tests.flow.scene import Scene
from yarda.settings import Settings


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"trial_credits": 1})


async def test_too_few_credits_are_told_with_the_balance_and_the_way_forward(
    http: httpx2.AsyncClient, scene: Scene
) -> None:
    await scene.running.grant_trial()

    answer = await http.post("/generations/multi", json=body_of(scene, "front_yard", "patio"))

    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, problem["code"]) == (402, "insufficient_credits")
    assert (problem["needed"], problem["available"]) == (2, 1)
    assert "concept, which is free" in problem["detail"]
    assert "ask whoever runs this installation" in problem["detail"]
    await create(http, scene)


async def test_the_balance_is_described_where_it_is_answered(http: httpx2.AsyncClient) -> None:
    document = (await http.get("/openapi.json")).json()

    answer = document["paths"]["/generations/multi"]["post"]["responses"]["402"]
    assert answer["content"]["application/problem+json"]["schema"]["$ref"].endswith("/CreditProblem")
    assert {"needed", "available"} <= document["components"]["schemas"]["CreditProblem"]["properties"].keys()


async def test_without_keys_nothing_is_sold(http: httpx2.AsyncClient) -> None:
    assert (await http.get("/packs")).json() == {"items": []}
    for path, body in (("/purchases", {"pack": 5}), ("/webhooks/stripe", {})):
        answer = await http.post(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "pack_not_found")
    assert "No credits are sold here" in (await http.get("/account/credits")).text
