"""Good pictures that say too much: where, when, by whom, and what they looked like before."""

import io
import struct
from functools import partial
from typing import Any

from PIL import Image, ImageCms
from PIL.ExifTags import GPS, IFD, Base

from tests.contract.hostile_pictures import png_chunk
from tests.contract.pictures import FORMATS, encode, quarters
from tests.hostile.files import SECRET, HostileFile, plain, quick

XMP = (
    b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
    b"<rdf:Description exif:GPSLatitude='33,30.6S' exif:GPSLongitude='151,15E' dc:title='" + SECRET + b"' "
    b"xmlns:exif='http://ns.adobe.com/exif/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/'/></rdf:RDF></x:xmpmeta>"
)


def talkative() -> list[HostileFile]:
    found = []
    for kind in FORMATS:
        found += [_file(f"{kind} turned {turn}", partial(_with_notes, kind, turn=turn)) for turn in range(10)]
        found += [
            _file(f"{kind} with XMP", partial(_with, kind, xmp=XMP)),
            _file(f"{kind} with a talking profile", partial(_with, kind, icc_profile=_profile())),
            _file(f"{kind} with all of it", partial(_with_notes, kind, turn=6, xmp=XMP, icc_profile=_profile())),
        ]
    return [*found, *_jpeg_segments(), *_png_chunks(), _file("MPO with a second picture", _mpo)]


def _jpeg_segments() -> list[HostileFile]:
    segments = {
        "comment": (0xFE, SECRET),
        "Photoshop's notes": (0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\x13\x1c\x02\x19\0\x0e" + SECRET + b"\0"),
        "extended XMP": (0xE1, b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 32 + bytes(8) + XMP),
        "FlashPix": (0xE2, b"FPXR\0\0" + SECRET),
        "an unknown segment": (0xEB, b"JP" + SECRET),
        "a thumbnail in JFIF": (0xE0, b"JFXX\0\x10" + _thumbnail()),
        "a broken EXIF": (0xE1, b"Exif\0\0MM\0*\0\0\0\x08" + b"\xff" * 400 + SECRET),
        "an EXIF loop": (
            0xE1,
            b"Exif\0\0II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\x08\0\0\0\x08\0\0\0" + SECRET,
        ),
        "an EXIF of 65,000 entries": (
            0xE1,
            b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 65_000) + SECRET * 4000,
        ),
        "a thumbnail with a place": (0xE1, _exif_with_thumbnail()),
    }
    return [_file(f"JPEG with {name}", partial(_jpeg_with, *segment)) for name, segment in segments.items()]


def _png_chunks() -> list[HostileFile]:
    chunks = {
        "tEXt": b"Author\0" + SECRET,
        "iTXt": b"XML:com.adobe.xmp\0\0\0\0\0" + XMP,
        "eXIf": _exif()[6:],
        "caBX": b"c2pa " + SECRET,
        "priV": SECRET,
        "tIME": b"\x07\xea\x05\x01\x0a\x1e\0",
    }

    def make(name: str, data: bytes) -> bytes:
        raw = plain("PNG")
        return raw[:33] + png_chunk(name.encode(), data) + raw[33:]

    return [_file(f"PNG with {name}", partial(make, name, data)) for name, data in chunks.items()]


def _file(name: str, make: Any) -> HostileFile:
    return HostileFile(name=name, make=make, verdict="taken")


def _notes() -> Image.Exif:
    exif = Image.Exif()
    exif[Base.ImageDescription] = exif[Base.Artist] = exif[Base.Copyright] = SECRET.decode()
    exif[IFD.Exif] = {Base.MakerNote: SECRET * 40, Base.UserComment: b"ASCII\0\0\0" + SECRET}
    exif[IFD.GPSInfo] = {
        GPS.GPSLatitudeRef: "S",
        GPS.GPSLatitude: (33.0, 30.0, 36.0),
        GPS.GPSLongitudeRef: "E",
        GPS.GPSLongitude: (151.0, 15.0, 0.0),
        GPS.GPSProcessingMethod: SECRET,
    }
    return exif


def _exif() -> bytes:
    return _notes().tobytes()


def _with_notes(kind: str, *, turn: int, **more: Any) -> bytes:
    """0 and 9 are turns that there are none."""
    exif = _notes()
    exif[Base.Orientation] = turn
    return _with(kind, exif=exif.tobytes(), **more)


def _with(kind: str, **notes: Any) -> bytes:
    return encode(quarters(), kind, **quick(kind), **notes)


def _profile() -> bytes:
    """Its own words are replaced."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    words = "sRGB built-in".encode("utf-16-be")
    assert words in profile
    return profile.replace(words, SECRET.ljust(len(words)))


def _jpeg_with(marker: int, data: bytes) -> bytes:
    raw = plain()
    data = data[:65_533]
    return raw[:2] + bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data + raw[2:]


def _thumbnail() -> bytes:
    out = io.BytesIO()
    quarters(64, 48).save(out, "JPEG", exif=_exif(), comment=SECRET)
    return out.getvalue()


def _exif_with_thumbnail() -> bytes:
    """The second directory points to a small JPEG, which has a place of its own."""
    small = _thumbnail()
    first = struct.pack("<HI", 0, 14)
    second = (
        struct.pack("<H", 2)
        + struct.pack("<HHII", 0x201, 4, 1, 44)
        + struct.pack("<HHII", 0x202, 4, 1, len(small))
    )
    return b"Exif\0\0II*\0\x08\0\0\0" + first + second + bytes(4) + small


def _mpo() -> bytes:
    second = quarters().transpose(Image.Transpose.ROTATE_180)
    return encode(quarters(), "MPO", save_all=True, append_images=[second], exif=_exif(), comment=SECRET)
