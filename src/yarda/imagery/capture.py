"""What the camera noted in a picture's EXIF. Every note may be missing, absurd or made to break us."""

import contextlib
from collections.abc import Mapping
from datetime import MAXYEAR, MINYEAR, datetime
from typing import Any

from PIL import ExifTags, Image

_STRANGE = (ValueError, TypeError, KeyError, IndexError, ZeroDivisionError, OverflowError)

Facts = dict[str, Any]


def read_exif(picture: Image.Image) -> Image.Exif:
    """Empty where there is none; a broken one is no reason to refuse a good picture."""
    try:
        return picture.getexif()
    except Exception:  # the parser of a hostile format: it raises whatever it trips over
        return Image.Exif()


def list_facts(exif: Image.Exif) -> Facts:
    """Capture date (naive ones are UTC) and focal length, as JSON."""
    camera = _ifd(exif, ExifTags.IFD.Exif)
    return {
        "captured_at": _moment(
            camera.get(ExifTags.Base.DateTimeOriginal), camera.get(ExifTags.Base.OffsetTimeOriginal)
        ),
        "focal_length_35mm": _focal_length(camera.get(ExifTags.Base.FocalLengthIn35mmFilm)),
    }


def find_position(exif: Image.Exif) -> tuple[float, float] | None:
    """Latitude and longitude in degrees, north and east positive."""
    gps, tags = _ifd(exif, ExifTags.IFD.GPSInfo), ExifTags.GPS
    with contextlib.suppress(*_STRANGE):
        latitude = _degrees(gps[tags.GPSLatitude], gps[tags.GPSLatitudeRef])
        longitude = _degrees(gps[tags.GPSLongitude], gps[tags.GPSLongitudeRef])
        if abs(latitude) <= 90 and abs(longitude) <= 180:
            return latitude, longitude
    return None


def _ifd(exif: Image.Exif, number: int) -> Mapping[int, Any]:
    try:
        return exif.get_ifd(number)
    except Exception:  # see read_exif
        return {}


def _moment(text: Any, offset: Any) -> str | None:
    for zone in (offset, "+00:00"):
        with contextlib.suppress(*_STRANGE):
            moment = datetime.strptime(f"{_plain(text)} {_plain(zone)}", "%Y:%m:%d %H:%M:%S %z")
            if MINYEAR < moment.year < MAXYEAR:  # so that no zone moves it out of range
                return moment.isoformat()
    return None


def _plain(text: Any) -> str:
    return str(text).strip("\0 ")


def _focal_length(value: Any) -> float | None:
    with contextlib.suppress(*_STRANGE):
        millimetres = float(value)
        return millimetres if 0 < millimetres < 10_000 else None
    return None


def _degrees(parts: Any, side: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    size = degrees + minutes / 60 + seconds / 3600
    return -size if side in ("S", "W") else size
