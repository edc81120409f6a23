"""Uploads over HTTP: taken in, corrected, refused."""

from typing import Any

import httpx2
import pytest

from tests.flow.scene import Scene


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


async def test_marks_stay_until_they_are_removed(http: httpx2.AsyncClient, scene: Scene) -> None:
    path = f"/photos/{scene.photo.id}"
    length = {"from": [60, 190], "to": [60, 110], "metres": 2.03}
    post = [[[10, 200], [30, 200], [30, 310]]]
    marks = {"horizon": 150, "known_length": length, "house_edge": [[0, 195], [480, 195]], "keep_in_front": post}

    await http.patch(path, json=marks)
    untouched = (await http.patch(path, json={"horizon": 151})).json()
    removed = (await http.patch(path, json={"known_length": None, "house_edge": None, "keep_in_front": []})).json()

    assert untouched["known_length"] == length
    assert untouched["house_edge"] == [[0, 195], [480, 195]]
    assert untouched["keep_in_front"] == post
    assert (removed["known_length"], removed["house_edge"], removed["keep_in_front"]) == (None, None, [])
    assert removed["horizon"]["y"] == 151


async def test_a_length_and_an_eye_level_that_contradict_each_other_are_refused(
    http: httpx2.AsyncClient, scene: Scene
) -> None:
    path = f"/photos/{scene.photo.id}"
    length = {"from": [60, 190], "to": [60, 110], "metres": 2.03}

    above = await http.patch(path, json={"horizon": 195, "known_length": length})
    await http.patch(path, json={"horizon": 150, "known_length": length})
    moved = await http.patch(path, json={"horizon": 188})

    for answer, said in ((above, "above eye level"), (moved, "correct the length")):
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
        assert said in answer.json()["detail"]
    assert (await http.get(path)).json()["horizon"]["y"] == 150


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
