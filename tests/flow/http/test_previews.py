"""Previews of one's own yard in every style, streamed from the studio's own painter."""

import base64
import io
import json

import httpx2
import pytest
from PIL import Image

from tests.flow.http.client import UNKNOWN
from tests.flow.scene import Scene
from yarda.domain.catalog import StyleName


async def read_stream(http: httpx2.AsyncClient, path: str) -> list[tuple[str, dict[str, str]]]:
    """Event names and their data, to the end."""
    answer = await http.get(path, timeout=200)
    assert answer.status_code == 200, answer.text
    blocks = [block.splitlines() for block in answer.text.strip().split("\n\n")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in blocks]


async def test_every_style_is_previewed_once_the_wanted_one_first(
    http: httpx2.AsyncClient, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/photos/{scene.photo.id}/previews?area=front_yard&first=mediterranean"

    events = await read_stream(http, path)

    assert [name for name, _ in events] == ["preview"] * len(StyleName) + ["end"]
    styles = [data["style"] for _, data in events[:-1]]
    assert styles[0] == "mediterranean"
    assert sorted(styles) == sorted(StyleName)
    pictures = {data["image"] for _, data in events[:-1]}
    assert len(pictures) == len(StyleName)
    for picture in pictures:
        with Image.open(io.BytesIO(base64.b64decode(picture))) as preview:
            assert (preview.format, preview.size) == ("JPEG", (480, 320))

    monkeypatch.setattr("yarda.garden.paint_each_in_process", None)
    again = await read_stream(http, path)
    assert again == events


async def test_ground_that_cannot_be_designed_is_told_in_the_stream(
    http: httpx2.AsyncClient, scene: Scene
) -> None:
    speck = [[[10, 300], [14, 300], [14, 304], [10, 304]]]
    await http.patch(f"/photos/{scene.photo.id}", json={"ground": speck})

    events = await read_stream(http, f"/photos/{scene.photo.id}/previews?area=patio")

    assert [name for name, _ in events] == ["problem", "end"]
    assert events[0][1]["code"] == "ground_unusable"
    assert "ground" in events[0][1]["detail"]


async def test_a_wrong_preview_is_refused(http: httpx2.AsyncClient, scene: Scene) -> None:
    unknown = await http.get(f"/photos/{UNKNOWN}/previews?area=patio")
    wrong = await http.get(f"/photos/{scene.photo.id}/previews?area=roof")

    assert (unknown.status_code, unknown.json()["code"]) == (404, "photo_not_found")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_request")
