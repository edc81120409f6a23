"""The event stream: every change, in order, to the end."""

import asyncio

import httpx2
import pytest

from tests.flow.http.client import create, read_events
from tests.flow.scene import Scene
from tests.patience import PATIENCE


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
        async with asyncio.timeout(PATIENCE):
            first = [await anext(lines) for _ in range(6)]

    assert first[0] == "id: 1"
    assert any(line.startswith(":") for line in first)
