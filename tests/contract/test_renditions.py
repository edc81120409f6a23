"""What the upload gate makes of a whole picture for showing it."""

import numpy as np
import pytest
from PIL import Image

from tests.contract.pictures import decode, encode, quarters, shows_quarters
from yarda.errors import PhotoUnreadable
from yarda.imagery.photo import PhotoGate
from yarda.imagery.renditions import encode_full


@pytest.fixture
def gate() -> PhotoGate:
    return PhotoGate()


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
async def test_renditions_are_jpegs_of_the_promised_sizes(gate: PhotoGate, kind: str) -> None:
    made = await gate.make_renditions(encode(quarters(2400, 1600), kind))

    assert (made.width, made.height) == (2400, 1600)
    assert made.media_type == f"image/{kind.lower()}"
    assert [decode(image).size for image in (made.large, made.thumb)] == [(1600, 1067), (400, 267)]
    assert shows_quarters(made.large)
    assert shows_quarters(made.thumb)


async def test_renditions_of_a_small_picture_keep_its_size(gate: PhotoGate) -> None:
    made = await gate.make_renditions(encode(quarters(120, 80)))

    assert decode(made.large).size == decode(made.thumb).size == (120, 80)


async def test_our_own_lossless_pictures_may_have_more_bytes_than_an_upload(gate: PhotoGate) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (3000, 3000, 3), np.uint8)
    raw = encode(Image.fromarray(noise), "PNG", compress_level=0)

    made = await gate.make_renditions(raw)

    assert len(raw) > 25 * 2**20
    assert (made.width, made.height) == (3000, 3000)


@pytest.mark.parametrize("raw", [b"", b"no picture", encode(quarters(300, 200), "PNG")[:400]])
async def test_a_damaged_picture_is_told_as_such(gate: PhotoGate, raw: bytes) -> None:
    with pytest.raises(PhotoUnreadable):
        await gate.make_renditions(raw)


def test_a_picture_of_noise_is_encoded_smaller_rather_than_refused() -> None:
    noise = Image.effect_noise((600, 600), 100).convert("RGB")
    best = encode_full(noise, max_bytes=10**9)
    assert best

    smaller = encode_full(noise, max_bytes=len(best) - 1)

    assert smaller
    assert len(smaller) < len(best)
    assert encode_full(noise, max_bytes=len(smaller) - 1) is None
