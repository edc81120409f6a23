"""What comes out of the upload gate: plain pictures, and a clear refusal of everything else."""

import asyncio
import io
import struct
import zipfile
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.ExifTags import GPS, IFD, Base

from tests.contract.hostile_pictures import png_chunk
from tests.contract.pictures import BLUE, FORMATS, GREEN, decode, encode, is_all, quarters, shows_quarters
from yarda.errors import PhotoTooLarge, PhotoTooSmall, PhotoTypeUnsupported, PhotoUnreadable
from yarda.imagery.photo import PhotoGate
from yarda.pipeline.picture_ports import PositionPolicy

TURNED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How the camera held the picture that each EXIF orientation turns upright."""
SECRET = "41 Willow Lane"


@pytest.fixture
def gate() -> PhotoGate:
    return PhotoGate()


def notes(**more: Any) -> Image.Exif:
    exif = Image.Exif()
    exif[Base.ImageDescription] = SECRET
    exif[IFD.Exif] = {
        Base.DateTimeOriginal: "2026:05:01 10:30:00",
        Base.FocalLengthIn35mmFilm: 24,
        Base.MakerNote: SECRET.encode(),
    } | more.get("camera", {})
    exif[IFD.GPSInfo] = {
        GPS.GPSLatitudeRef: "S",
        GPS.GPSLatitude: (33.0, 30.0, 36.0),
        GPS.GPSLongitudeRef: "E",
        GPS.GPSLongitude: (151.0, 15.0, 0.0),
    }
    return exif


def segments(jpeg: bytes) -> set[int]:
    """The markers before the pixels."""
    found, at = set(), 2
    while jpeg[at + 1] != 0xDA:
        found.add(jpeg[at + 1])
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4])
    return found


@pytest.mark.parametrize("kind", FORMATS)
async def test_every_allowed_format_becomes_a_plain_jpeg(gate: PhotoGate, kind: str) -> None:
    clean = await gate.clean(encode(quarters(), kind))

    picture = decode(clean.image)
    assert (picture.format, picture.mode, clean.media_type) == ("JPEG", "RGB", "image/jpeg")
    assert (clean.width, clean.height) == picture.size == (480, 320)
    assert shows_quarters(clean.image)


@pytest.mark.parametrize("orientation", TURNED)
async def test_every_exif_orientation_comes_out_upright(gate: PhotoGate, orientation: int) -> None:
    turn, exif = TURNED[orientation], Image.Exif()
    exif[Base.Orientation] = orientation
    held = quarters().transpose(turn) if turn is not None else quarters()

    clean = await gate.clean(encode(held, exif=exif))

    assert (clean.width, clean.height) == (480, 320)
    assert shows_quarters(clean.image)


@pytest.mark.parametrize("kind", FORMATS)
async def test_every_format_is_turned_upright_once(gate: PhotoGate, kind: str) -> None:
    exif = Image.Exif()
    exif[Base.Orientation] = 6

    clean = await gate.clean(encode(quarters().transpose(Image.Transpose.ROTATE_90), kind, exif=exif.tobytes()))

    assert (clean.width, clean.height) == (480, 320)
    assert shows_quarters(clean.image)


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        (Image.new("RGBA", (300, 300), (0, 0, 0, 0)), (255, 255, 255)),
        (Image.new("LA", (300, 300), (0, 128)), (127, 127, 127)),
        (Image.new("RGBA", (300, 300), (*BLUE, 0)).quantize(4), (255, 255, 255)),
        (Image.new("RGB", (300, 300), GREEN).quantize(4), GREEN),
        (Image.new("1", (300, 300), 1), (255, 255, 255)),
        (Image.new("L", (300, 300), 90), (90, 90, 90)),
        (Image.fromarray(np.full((300, 300), 40_000, np.uint16)), (156, 156, 156)),
    ],
    ids=["clear", "half clear grey", "clear palette", "palette", "bits", "grey", "16-bit grey"],
)
async def test_every_kind_of_png_becomes_opaque_colour(
    gate: PhotoGate, picture: Image.Image, expected: tuple[int, int, int]
) -> None:
    clean = await gate.clean(encode(picture, "PNG"))

    assert is_all(clean.image, expected)


async def test_sixteen_bit_grey_with_a_clear_shade_keeps_its_greys(gate: PhotoGate) -> None:
    raw = encode(Image.fromarray(np.full((300, 300), 40_000, np.uint16)), "PNG")

    clean = await gate.clean(raw[:33] + png_chunk(b"tRNS", b"\0\1") + raw[33:])

    assert is_all(clean.image, (156, 156, 156))


async def test_a_printer_jpeg_becomes_rgb(gate: PhotoGate) -> None:
    clean = await gate.clean(encode(quarters().convert("CMYK"), quality=95))

    assert shows_quarters(clean.image)


async def test_colours_are_converted_from_the_profile_of_the_photo(gate: PhotoGate) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"tmp_", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"tmp_", b"gXYZ", 1)

    clean = await gate.clean(encode(Image.new("RGB", (300, 300), (255, 0, 0)), icc_profile=swapped))

    assert is_all(clean.image, (0, 255, 0), within=12)


@pytest.mark.parametrize("profile", [b"no profile", b"\0" * 5000])
async def test_a_broken_profile_costs_nothing(gate: PhotoGate, profile: bytes) -> None:
    clean = await gate.clean(encode(quarters(), icc_profile=profile))

    assert shows_quarters(clean.image)


async def test_broken_exif_does_not_refuse_a_good_photo(gate: PhotoGate) -> None:
    exif = b"Exif\0\0MM\0*\0\0\0\x08" + b"\xff" * 400

    clean = await gate.clean(encode(quarters(), exif=exif))

    assert (clean.captured_at, clean.focal_length_35mm) == (None, None)
    assert shows_quarters(clean.image)


@pytest.mark.parametrize("policy", PositionPolicy)
@pytest.mark.parametrize("kind", FORMATS)
async def test_nothing_beside_the_pixels_is_left(gate: PhotoGate, kind: str, policy: PositionPolicy) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    extra = {"comment": SECRET} if kind == "JPEG" else {}
    xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{SECRET}</x:xmpmeta>".encode()
    raw = encode(quarters(), kind, exif=notes(), xmp=xmp, icc_profile=profile, **extra)

    clean = await gate.clean(raw, position=policy)

    assert SECRET.encode() in raw
    assert SECRET.encode() not in clean.image
    assert segments(clean.image) == {0xE0, 0xDB, 0xC0, 0xC4}
    assert set(decode(clean.image).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert not decode(clean.image).getexif()


@pytest.mark.parametrize("kind", FORMATS)
async def test_capture_date_and_focal_length_are_kept_beside_the_picture(gate: PhotoGate, kind: str) -> None:
    clean = await gate.clean(encode(quarters(), kind, exif=notes()))

    assert clean.captured_at == datetime(2026, 5, 1, 10, 30, tzinfo=UTC)
    assert clean.focal_length_35mm == 24


@pytest.mark.parametrize(
    ("camera", "expected"),
    [
        ({Base.OffsetTimeOriginal: "+09:00"}, datetime(2026, 5, 1, 10, 30, tzinfo=timezone(timedelta(hours=9)))),
        ({Base.OffsetTimeOriginal: "late"}, datetime(2026, 5, 1, 10, 30, tzinfo=UTC)),
        ({Base.DateTimeOriginal: "0000:00:00 00:00:00"}, None),
        ({Base.DateTimeOriginal: "0001:01:01 00:00:00"}, None),
        ({Base.DateTimeOriginal: "yesterday"}, None),
    ],
)
async def test_only_a_real_capture_date_is_kept(
    gate: PhotoGate, camera: dict[int, Any], expected: datetime | None
) -> None:
    clean = await gate.clean(encode(quarters(), exif=notes(camera=camera)))

    assert clean.captured_at == expected


async def test_the_position_is_kept_only_when_asked(gate: PhotoGate) -> None:
    raw = encode(quarters(), exif=notes())

    dropped, kept = await gate.clean(raw), await gate.clean(raw, position=PositionPolicy.KEEP)

    assert dropped.position is None
    assert kept.position == pytest.approx((-33.51, 151.25))
    assert kept.image == dropped.image


async def test_same_bytes_give_the_same_picture(gate: PhotoGate) -> None:
    raw = encode(Image.effect_noise((400, 300), 80))

    first, second = await asyncio.gather(gate.clean(raw), gate.clean(raw))

    assert first == second


async def test_what_hides_behind_a_photo_is_cut_off(gate: PhotoGate) -> None:
    out = io.BytesIO(encode(quarters()))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("payload.html", "<script>alert(1)</script>")

    clean = await gate.clean(out.getvalue())

    assert zipfile.is_zipfile(out)
    assert not zipfile.is_zipfile(io.BytesIO(clean.image))
    assert b"<script>" not in clean.image


async def test_the_first_picture_of_several_is_taken(gate: PhotoGate) -> None:
    others = [Image.new("RGB", (480, 320), "black")] * 2
    several = [encode(quarters(), kind, save_all=True, append_images=others) for kind in ("MPO", "PNG", "WEBP")]

    cleaned = [await gate.clean(raw) for raw in several]

    assert all(shows_quarters(clean.image) for clean in cleaned)


@pytest.mark.parametrize("kind", FORMATS)
async def test_a_photo_cut_off_anywhere_is_refused_as_damaged(gate: PhotoGate, kind: str) -> None:
    raw = encode(Image.effect_noise((320, 300), 80).convert("RGB"), kind)
    pieces = [raw[: len(raw) * part // 16] for part in range(1, 16)]

    results = await asyncio.gather(*map(gate.clean, pieces), return_exceptions=True)

    assert {type(result) for result in results} == {PhotoUnreadable}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"hello",
        b"\xff\xd8",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><p>no picture",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 300 300\n",
        b"push graphic-context\nviewbox 0 0 640 480\nimage over 0,0 0,0 'https://example.com'\n",
        struct.pack(">I", 24) + b"ftypisom" + b"\0" * 100,
        *(encode(quarters(), kind) for kind in ("GIF", "TIFF", "BMP", "ICO", "PPM", "PDF", "EPS", "JPEG2000")),
    ],
    ids=lambda raw: raw[:12].decode("latin-1").strip() or "empty",
)
async def test_everything_else_is_told_what_is_allowed(gate: PhotoGate, raw: bytes) -> None:
    with pytest.raises(
        PhotoTypeUnsupported, match=r"JPEG, PNG, WebP, AVIF or HEIC photo of up to 25 MB"
    ) as refusal:
        await gate.clean(raw)

    assert (refusal.value.status, refusal.value.code) == (415, "photo_type_unsupported")


async def test_a_small_photo_is_refused_with_advice(gate: PhotoGate) -> None:
    with pytest.raises(PhotoTooSmall, match="400 × 255 pixels; send one of at least 256") as refusal:
        await gate.clean(encode(quarters(400, 255)))

    assert refusal.value.status == 422


async def test_a_file_over_25_mb_is_refused(gate: PhotoGate) -> None:
    raw = encode(quarters())

    with pytest.raises(PhotoTooLarge, match="up to 25 MB") as refusal:
        await gate.clean(raw + bytes(25 * 2**20 + 1 - len(raw)))

    assert refusal.value.status == 413
