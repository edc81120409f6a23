"""The child process that decodes bytes from outside; it is expected to die of bad ones.

Reads a line of JSON and a picture from stdin, writes a line of JSON and the results to stdout.
Imports as little as it can: its start is part of every upload.
"""

import contextlib
import ctypes
import io
import json
import resource
import signal
import sys
from datetime import UTC, datetime
from typing import Any, BinaryIO

from PIL import (  # noqa: F401 - the plugins register the formats that are allowed, and no others
    AvifImagePlugin,
    ExifTags,
    Image,
    ImageCms,
    ImageOps,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

Image.MAX_IMAGE_PIXELS = None  # the size is checked before decoding, with our own limit
FORMATS = ["JPEG", "PNG", "WEBP", "AVIF"]
HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
MEDIA_TYPES = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "AVIF": "image/avif",
    "HEIF": "image/heic",
}
LARGE_PX, THUMB_PX = 1600, 400
JPEG_QUALITY = 92
SMALL_QUALITY = 86


class RefusedPicture(Exception):
    """Why a picture is not taken: `code` is one of the parent's errors."""

    def __init__(self, code: str, said: str) -> None:
        super().__init__(said)
        self.code = code


def main() -> None:
    """Answer one request, then end."""
    _limit(*(int(argument) for argument in sys.argv[1:3]))
    request = json.loads(sys.stdin.buffer.readline())
    raw = sys.stdin.buffer.read()
    try:
        header, parts = (clean if request["do"] == "clean" else scale)(raw, request)
    except RefusedPicture as refused:
        header, parts = {"refused": refused.code, "said": str(refused)}, []
    except MemoryError:
        header, parts = {"refused": "unreadable", "said": "it needs too much memory"}, []
    except Exception as error:  # whatever a decoder raises on bad bytes is the same fact: not a whole picture
        header, parts = {"refused": "unreadable", "said": type(error).__name__}, []
    _answer(sys.stdout.buffer, header, parts)


def clean(raw: bytes, request: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    """Decode, turn upright, convert to sRGB, and encode anew as JPEG without any metadata."""
    picture = _open(raw, request)
    facts = _facts(picture, keep_position=request["keep_position"])
    facts["source_media_type"] = MEDIA_TYPES[picture.format or ""]
    upright = ImageOps.exif_transpose(picture)
    if min(upright.size) < request["min_side"]:
        raise RefusedPicture("too_small", f"{upright.width} × {upright.height} pixels")
    plain = _to_srgb(upright)
    facts |= {"width": plain.width, "height": plain.height}
    return facts, [_jpeg(plain, quality=JPEG_QUALITY)]


def scale(raw: bytes, request: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    """Decode the whole picture and encode its two smaller versions."""
    picture = _open(raw, request)
    media_type = MEDIA_TYPES[picture.format or ""]
    plain = picture.convert("RGB") if picture.mode not in ("RGB", "L") else picture
    plain.load()
    facts = {"width": plain.width, "height": plain.height, "media_type": media_type}
    return facts, [_smaller(plain, LARGE_PX), _smaller(plain, THUMB_PX)]


def _open(raw: bytes, request: dict[str, Any]) -> Image.Image:
    formats = FORMATS
    if raw[4:8] == b"ftyp" and raw[8:12] in HEIF_BRANDS and b"avif" not in raw[8:32]:
        from pillow_heif import register_heif_opener  # its library is loaded for HEIC photos alone

        register_heif_opener(thumbnails=False, depth_images=False)
        formats = ["HEIF"]
    try:
        picture = Image.open(io.BytesIO(raw), formats=formats)
    except UnidentifiedImageError:
        raise RefusedPicture("unsupported", "no picture of an allowed kind") from None
    if picture.width * picture.height > request["max_pixels"]:
        raise RefusedPicture("too_many_pixels", f"{picture.width} × {picture.height} pixels")
    picture.load()
    return picture


def _facts(picture: Image.Image, *, keep_position: bool) -> dict[str, Any]:
    exif = picture.getexif()
    camera = exif.get_ifd(ExifTags.IFD.Exif)
    facts: dict[str, Any] = {
        "captured_at": _moment(
            camera.get(ExifTags.Base.DateTimeOriginal), camera.get(ExifTags.Base.OffsetTimeOriginal)
        ),
        "focal_length_35mm": _number(camera.get(ExifTags.Base.FocalLengthIn35mmFilm)),
        "position": None,
    }
    if keep_position:
        facts["position"] = _position(exif.get_ifd(ExifTags.IFD.GPSInfo))
    return facts


def _moment(text: Any, offset: Any) -> str | None:
    with contextlib.suppress(ValueError, TypeError):
        moment = datetime.strptime(str(text).strip("\0 "), "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC)
        if offset:
            moment = datetime.fromisoformat(moment.replace(tzinfo=None).isoformat() + str(offset).strip("\0 "))
        return moment.isoformat()
    return None


def _number(value: Any) -> float | None:
    with contextlib.suppress(ValueError, TypeError, ZeroDivisionError):
        number = float(value)
        return number if 0 < number < 10_000 else None
    return None


def _position(gps: dict[int, Any]) -> list[float] | None:
    with contextlib.suppress(KeyError, ValueError, TypeError, ZeroDivisionError):
        latitude = _degrees(gps[ExifTags.GPS.GPSLatitude]) * (-1 if gps[ExifTags.GPS.GPSLatitudeRef] == "S" else 1)
        longitude = _degrees(gps[ExifTags.GPS.GPSLongitude]) * (
            -1 if gps[ExifTags.GPS.GPSLongitudeRef] == "W" else 1
        )
        if abs(latitude) <= 90 and abs(longitude) <= 180:
            return [latitude, longitude]
    return None


def _degrees(parts: Any) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    return degrees + minutes / 60 + seconds / 3600


def _to_srgb(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        rgba = picture.convert("RGBA")
        picture = Image.new("RGB", rgba.size, "white")
        picture.paste(rgba, mask=rgba.getchannel("A"))
    elif picture.mode.startswith("I") or picture.mode == "F":
        picture = (
            picture.point(lambda value: value / 256).convert("L") if picture.mode != "F" else picture.convert("L")
        )
    if profile and picture.mode in ("RGB", "CMYK", "L"):
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            picture = converted or picture
    return picture.convert("RGB")


def _jpeg(picture: Image.Image, *, quality: int) -> bytes:
    picture.info.clear()
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality, optimize=False, subsampling=0)
    return buffer.getvalue()


def _smaller(picture: Image.Image, side: int) -> bytes:
    small = picture.copy()
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    return _jpeg(small, quality=SMALL_QUALITY)


def _answer(out: BinaryIO, header: dict[str, Any], parts: list[bytes]) -> None:
    out.write(json.dumps(header | {"sizes": [len(part) for part in parts]}).encode() + b"\n")
    for part in parts:
        out.write(part)
    out.flush()


def _limit(memory_bytes: int, cpu_seconds: int) -> None:
    """No more memory and time than a photo needs, no files, no end after our parent's."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


if __name__ == "__main__":
    main()
