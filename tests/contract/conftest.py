"""An order, a real spool and an emulated Gemini for the providers' tests."""

import io
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image

from tests.contract.gemini_call import Connect
from tests.emulators.gemini import KEY, GeminiEmulator
from tests.emulators.server import ANSWERED_SECONDS
from yarda.domain.catalog import AreaName, StyleName
from yarda.domain.generation import AreaId
from yarda.pipeline.provider import RenderOrder
from yarda.providers.gemini import GeminiProvider
from yarda.spool import DiskSpool


@pytest.fixture(scope="session")
def photo() -> bytes:
    """Noise over a gradient: small enough to be fast, with enough in it to differ."""
    out = io.BytesIO()
    gradient = Image.linear_gradient("L").resize((320, 180))
    Image.merge("RGB", (gradient, Image.effect_noise((320, 180), 40), gradient)).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def order(photo: bytes) -> RenderOrder:
    return RenderOrder(
        area=AreaId(uuid4()),
        area_name=AreaName.FRONT_YARD,
        style=StyleName.JAPANESE_ZEN,
        prompt="Redesign the front yard as a Japanese garden.",
        photo=photo,
        photo_media_type="image/jpeg",
        width=320,
        height=180,
        ground=(),
        seed=1,
    )


@pytest.fixture
def spool(tmp_path: Path) -> DiskSpool:
    return DiskSpool(tmp_path / "spool")


@pytest.fixture
async def emulator() -> AsyncIterator[GeminiEmulator]:
    async with GeminiEmulator() as emulator:
        yield emulator


@pytest.fixture
async def connect(emulator: GeminiEmulator) -> AsyncIterator[Connect]:
    made: list[GeminiProvider] = []

    def connect(**settings: object) -> GeminiProvider:
        given = {"api_key": KEY, "base_url": emulator.base_url, "call_seconds": ANSWERED_SECONDS, **settings}
        made.append(GeminiProvider(**given))  # type: ignore[arg-type]
        return made[-1]

    yield connect
    for provider in made:
        await provider.close()
