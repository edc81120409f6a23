"""The HTTP API as a client sees it: statuses, headers, documents and streams."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.emulators.gemini import GeminiEmulator
from tests.flow.scene import Scene
from yarda.domain.catalog import AreaName, StyleName
from yarda.errors import DiskFull, StorageUnavailable
from yarda.storage import ObjectStorage

UNKNOWN = "00000000-0000-4000-8000-00000000dead"


def body_of(scene: Scene, *areas: str, **changes: Any) -> dict[str, Any]:
    wanted = [{"area": area, "style": "japanese_zen"} for area in areas or ("front_yard",)]
    return {"photo_id": str(scene.photo.id), "provider": "gemini", "areas": wanted} | changes


async def create(http: httpx2.AsyncClient, scene: Scene, *areas: str) -> dict[str, Any]:
    answer = await http.post("/generations/multi", json=body_of(scene, *areas))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def read_events(http: httpx2.AsyncClient, path: str, *, after: int | None = None) -> list[dict[str, Any]]:
    """The stream to its end: id, event name and data of each message, comments as they are."""
    headers = {} if after is None else {"Last-Event-ID": str(after)}
    async with http.stream("GET", path, headers=headers) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        text = "".join([piece async for piece in stream.aiter_text()])
    messages = []
    for block in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines())
        messages.append({"id": int(fields["id"]), "event": fields["event"], "data": json.loads(fields["data"])})
    return messages


# --- photos ---


async def test_an_uploaded_photo_comes_back_with_a_proposal(http: httpx2.AsyncClient, photo: bytes) -> None:
    answer = await http.post("/photos", files={"photo": ("yard.jpg", photo)})

    made = answer.json()
    assert answer.status_code == 201
    assert (made["width"], made["height"], made["media_type"]) == (480, 320, "image/jpeg")
    assert 0 <= made["ground"]["confidence"] <= 1
    assert 0 < made["horizon"]["y"] < 320
    assert len(made["ground"]["polygons"][0]) >= 3


async def test_a_corrected_photo_keeps_its_correction(http: httpx2.AsyncClient, scene: Scene) -> None:
    ground = [[[10.0, 200.0], [470.0, 200.0], [470.0, 310.0], [10.0, 310.0]]]
    length = {"from": [60, 190], "to": [60, 110], "metres": 2.03}

    answer = await http.patch(
        f"/photos/{scene.photo.id}", json={"ground": ground, "horizon": {"y": 150}, "known_length": length}
    )

    assert answer.status_code == 200, answer.text
    kept = (await http.get(f"/photos/{scene.photo.id}")).json()
    assert kept["ground"]["polygons"] == ground
    assert kept["horizon"]["y"] == 150


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"not a picture", 415, "photo_type_unsupported"),
        (b"", 415, "photo_type_unsupported"),
        (b"\xff\xd8\xff\xe0" + b"\x00" * 300, 422, "photo_unreadable"),
        (bytes(25 * 2**20 + 1), 413, "photo_too_large"),
    ],
)
async def test_what_is_no_photo_is_refused_with_what_is_allowed(
    http: httpx2.AsyncClient, raw: bytes, status: int, code: str
) -> None:
    answer = await http.post("/photos", files={"photo": ("yard.jpg", raw)})

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "JPEG" in answer.json()["detail"]


async def test_a_body_without_end_is_cut_off(http: httpx2.AsyncClient) -> None:
    async def flood() -> Any:
        for _ in range(40):
            yield bytes(2**20)

    answer = await http.post(
        "/photos", content=flood(), headers={"Content-Type": "multipart/form-data; boundary=x"}
    )

    assert answer.status_code in (400, 413)


# --- requests ---


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
        ({"photo_id": None, "address": "1 Infinite Loop, Cupertino"}, "photo"),
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


# --- reading, cancelling, retrying, deleting ---


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


# --- events ---


async def test_events_tell_every_change_and_end_with_the_last(http: httpx2.AsyncClient, scene: Scene) -> None:
    made = await create(http, scene)
    async with scene.working():
        events = await read_events(http, f"/generations/{made['id']}/events", after=0)

    assert [event["id"] for event in events] == list(range(1, len(events) + 1))
    assert {event["event"] for event in events} == {"generation"}
    assert [event["data"]["status"] for event in events][-1] == "completed"
    stages = [event["data"]["areas"][0]["stage"] for event in events]
    assert list(dict.fromkeys(stages)) == [
        "queued",
        "gathering_imagery",
        "composing_prompt",
        "rendering",
        "checking",
        "storing",
        "done",
    ]


async def test_a_reader_who_comes_back_gets_what_came_after(http: httpx2.AsyncClient, scene: Scene) -> None:
    made = await create(http, scene)
    path = f"/generations/{made['id']}/events"
    async with scene.working():
        events = await read_events(http, path, after=0)

    rest = await read_events(http, path, after=3)

    assert rest == events[3:]
    assert [event["id"] for event in await read_events(http, path, after=10_000)] == [len(events)]
    assert [event["id"] for event in await read_events(http, path)] == [len(events)]


async def test_a_quiet_stream_sends_a_comment(
    http: httpx2.AsyncClient, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yarda.pipeline.watch.HEARTBEAT_SECONDS", 0.2)
    made = await create(http, scene)

    async with http.stream("GET", f"/generations/{made['id']}/events") as stream:
        lines = stream.aiter_lines()
        async with asyncio.timeout(20):
            first = [await anext(lines) for _ in range(6)]

    assert first[0] == "id: 1"
    assert any(line.startswith(":") for line in first)


# --- pictures ---


@pytest.fixture
async def picture(http: httpx2.AsyncClient, scene: Scene) -> dict[str, Any]:
    """A finished area."""
    async with scene.working():
        made = await create(http, scene)
        await read_events(http, f"/generations/{made['id']}/events")
    return dict((await http.get(f"/generations/{made['id']}")).json()["areas"][0])


async def test_all_pictures_of_an_area_can_be_fetched(http: httpx2.AsyncClient, picture: dict[str, Any]) -> None:
    for name in ("image_url", "thumbnail_url", "edit_mask_url", "source_url"):
        answer = await http.get(picture[name])
        assert answer.status_code == 200, name
        assert answer.headers["content-type"] in ("image/png", "image/jpeg")
        assert "immutable" in answer.headers["cache-control"]
        assert "private" in answer.headers["cache-control"]


@pytest.mark.parametrize("size", ["full", "large", "thumb"])
async def test_a_known_picture_is_not_sent_again(
    http: httpx2.AsyncClient, picture: dict[str, Any], size: str
) -> None:
    path = f"{picture['image_url']}?size={size}"
    first = await http.get(path)

    again = await http.get(path, headers={"If-None-Match": first.headers["etag"]})
    other = await http.get(path, headers={"If-None-Match": '"something else"'})
    head = await http.head(path)

    assert (again.status_code, again.content) == (304, b"")
    assert other.content == first.content
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == first.headers["etag"]


async def test_an_unknown_size_is_refused(http: httpx2.AsyncClient, picture: dict[str, Any]) -> None:
    answer = await http.get(f"{picture['image_url']}?size=huge")

    assert answer.status_code == 422


# --- the rest ---


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


async def test_the_operators_numbers_follow_the_rows(http: httpx2.AsyncClient, picture: dict[str, Any]) -> None:
    text = (await http.get("/metrics")).text

    assert 'yarda_areas{status="completed"} 1.0' in text
    assert 'yarda_provider_calls{outcome="succeeded",provider="gemini"} 1.0' in text
    assert "yarda_overdue_areas 0.0" in text
    assert 'yarda_jobs{status="queued"} 0.0' in text
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
