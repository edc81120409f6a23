"""What a painter could not draw is kept with the area, apart from its scene."""

from decimal import Decimal

import pytest
from PIL import Image

from tests.contract.pictures import encode
from tests.flow.scene import open_scene
from yarda.pipeline.provider import Rendering, RenderOrder, ReplySink
from yarda.settings import Settings


class Modest:
    """A provider that draws nothing new, and says what it could not draw."""

    name = "modest"
    model = "modest 1"
    price_cap_usd = Decimal(0)
    draws_new_views = True
    follows_guides = False
    usual_seconds = 1.0

    async def render(self, order: RenderOrder, sink: ReplySink) -> Rendering:
        await sink.write(order.photo)
        await sink.commit()
        return await self.read_reply(order, order.photo)

    async def read_reply(self, order: RenderOrder, reply: bytes) -> Rendering:
        return Rendering(
            image=reply + b" ",
            media_type="image/jpeg",
            edit_mask=encode(Image.new("L", (480, 320), 255), "PNG"),
            garden={"unmet": ["a pool", f"{order.growth} {order.season}"]},
        )

    async def close(self) -> None:
        return None


@pytest.mark.usefixtures("gemini")
async def test_what_was_not_met_is_kept_without_the_scene(settings: Settings, photo: bytes) -> None:
    async with open_scene(settings, photo, providers=[Modest()]) as scene, scene.working():
        view = await scene.finished(await scene.accept(provider="modest"))

    assert view["status"] == "completed", view
    assert view["areas"][0]["unmet"] == ["a pool", "mature summer"]
