"""Design requests over HTTP: accepted once, or refused with advice."""

import asyncio
import json
from typing import Any

import httpx2
import pytest

from tests.flow.http.client import UNKNOWN, body_of
from tests.flow.scene import Scene
from yarda.domain.catalog import AreaName


async def test_a_request_is_answered_with_its_generation(http: httpx2.AsyncClient, scene: Scene) -> None:
    answer = await http.post("/generations/multi", json=body_of(scene, "front_yard", "patio"))

    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/generations/{made['id']}"
    assert (made["status"], made["credits"], len(made["areas"])) == ("pending", 2, 2)
    assert made["estimated_completion"] > made["created_at"]
    assert (await http.get(answer.headers["location"])).json()["id"] == made["id"]


async def test_fifty_equal_posts_at_once_make_one_generation(http: httpx2.AsyncClient, scene: Scene) -> None:
    headers = {"Idempotency-Key": "one of fifty"}

    answers = await asyncio.gather(
        *(http.post("/generations/multi", json=body_of(scene), headers=headers) for _ in range(50))
    )

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert (await scene.rows("SELECT count(*), sum(credits) FROM ledger WHERE kind = 'hold'"))[0] == (1, 1)
    assert (await scene.rows("SELECT count(*) FROM pgqueuer"))[0][0] == 1


async def test_a_key_sent_with_another_body_is_refused(http: httpx2.AsyncClient, scene: Scene) -> None:
    headers = {"Idempotency-Key": "mine"}
    await http.post("/generations/multi", json=body_of(scene), headers=headers)

    answer = await http.post("/generations/multi", json=body_of(scene, "patio"), headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


FROM_ABOVE = {"areas": [{"area": "patio", "style": "japanese_zen"}]}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"areas": []}, "areas"),
        ({"areas": [{"area": area, "style": "japanese_zen"} for area in [*AreaName, "roof"]]}, "areas"),
        ({"areas": [{"area": "roof", "style": "japanese_zen"}]}, "front_yard"),
        ({"areas": [{"area": "patio", "style": "baroque"}]}, "japanese_zen"),
        ({"areas": [{"area": "patio", "style": "japanese_zen"}] * 2}, "twice"),
        ({"areas": [{"area": "patio", "style": "japanese_zen", "custom_prompt": "x" * 501}]}, "500"),
        ({"areas": [{"area": "patio", "style": "japanese_zen", "preservation_strength": 2}]}, "preservation"),
        ({"provider": "dall-e"}, "provider"),
        ({"photo_id": None}, "photo"),
        ({**FROM_ABOVE, "photo_id": None, "address": "1 Infinite Loop, Cupertino"}, "photo"),
        ({"photo_id": None, "address": "x"}, "5 characters"),
        ({"photo_id": "nonsense"}, "photo_id"),
        ({"surprise": 1}, "surprise"),
    ],
)
async def test_a_wrong_request_says_which_field_and_leaves_nothing(
    http: httpx2.AsyncClient, scene: Scene, change: dict[str, Any], words: str
) -> None:
    answer = await http.post("/generations/multi", json=body_of(scene) | change)

    problem = answer.json()
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in json.dumps(problem)
    assert (await scene.rows("SELECT count(*) FROM generations"))[0][0] == 0
    assert (await scene.rows("SELECT count(*) FROM ledger"))[0][0] == 0


async def test_an_unknown_photo_is_not_found(http: httpx2.AsyncClient, scene: Scene) -> None:
    answer = await http.post("/generations/multi", json=body_of(scene, photo_id=UNKNOWN))

    assert (answer.status_code, answer.json()["code"]) == (404, "photo_not_found")


@pytest.mark.parametrize("raw", [b"{", b"[]", b'"x"', b"null", b"\xff\xfe", b"{}" * 3])
async def test_a_body_that_is_no_request_is_a_problem_document(http: httpx2.AsyncClient, raw: bytes) -> None:
    answer = await http.post("/generations/multi", content=raw, headers={"Content-Type": "application/json"})

    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_request"
