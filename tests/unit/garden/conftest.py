"""A small photo of the sample yard, and a picture painted into it once for all tests that look at one."""

import io

import pytest
from PIL import Image

from tests.unit.garden.yards import SIZE, pixels_of
from yarda.garden.brief import Brief, Painting
from yarda.garden.painter import paint
from yarda.garden.shapes import Bytes, Polygon
from yarda.sample import sample_geometry, sample_photo


@pytest.fixture(scope="session")
def brief(tmp_path_factory: pytest.TempPathFactory) -> Brief:
    """The sample yard's lawn, as few pixels and samples as show what a painting is."""
    truth = sample_geometry()
    scale = SIZE[0] / truth.width
    photo = tmp_path_factory.mktemp("yard") / "yard.png"
    with Image.open(io.BytesIO(sample_photo())) as picture:
        picture.convert("RGB").resize(SIZE, Image.Resampling.BOX).save(photo)
    lawn: Polygon = tuple((x * scale, y * scale) for x, y in truth.areas["front_yard"][0])
    return Brief(
        photo=photo,
        area="front_yard",
        style="modern_minimalist",
        ground=(lawn,),
        horizon_y=truth.horizon_y * scale,
        samples=1,
    )


@pytest.fixture(scope="session")
def photo(brief: Brief) -> Bytes:
    return pixels_of(brief.photo.read_bytes())


@pytest.fixture(scope="session")
def painting(brief: Brief) -> Painting:
    return paint(brief)
