"""A finished design."""

from typing import Any

import httpx2
import pytest

from tests.flow.http.client import create, read_events
from tests.flow.scene import Scene


@pytest.fixture
async def picture(http: httpx2.AsyncClient, scene: Scene) -> dict[str, Any]:
    """A finished area."""
    async with scene.working():
        made = await create(http, scene)
        await read_events(http, f"/generations/{made['id']}/events")
    return dict((await http.get(f"/generations/{made['id']}")).json()["areas"][0])
