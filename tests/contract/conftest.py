"""An order and a real spool, for every provider's tests."""

import io
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image

from yarda.domain.catalog import AreaName, StyleName
from yarda.domain.generation import AreaId
from yarda.pipeline.ports import RenderOrder
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
