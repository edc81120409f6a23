"""What a client of the HTTP API does over and over."""

import json
from typing import Any

import httpx2

from tests.flow.scene import Scene

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
