"""One hostile file: how it is made, how it is sent, and what must come of it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from tests.contract.pictures import encode, quarters

SECRET = b"41 Willow Lane"
"""Stands in whatever a file says about its picture, and must not come out again."""
CODES = {
    "unsupported": (415, "photo_type_unsupported"),
    "unreadable": (422, "photo_unreadable"),
    "too_small": (422, "photo_too_small"),
    "too_many_pixels": (413, "photo_too_many_pixels"),
    "too_large": (413, "photo_too_large"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HostileFile:
    """`verdict` is `taken`, or a key of `CODES`. `make` builds the bytes when they are sent, not before."""

    name: str
    make: Callable[[], bytes]
    verdict: str
    file_name: str = "yard.jpg"
    media_type: str = "image/jpeg"

    def body(self, *, boundary: bytes = b"frontier") -> bytes:
        """As a form with one file; written by hand, because a library would not send such names and types."""
        disposition = b'Content-Disposition: form-data; name="photo"; filename="' + _quoted(self.file_name) + b'"'
        kind = b"Content-Type: " + self.media_type.encode("utf-8", "surrogateescape")
        head = b"--" + boundary + b"\r\n" + disposition + b"\r\n" + kind + b"\r\n\r\n"
        return head + self.make() + b"\r\n--" + boundary + b"--\r\n"


@cache
def plain(kind: str = "JPEG") -> bytes:
    """A good picture of that kind, to be spoiled."""
    return encode(quarters(), kind, **quick(kind))


def quick(kind: str) -> dict[str, int]:
    """AVIF is encoded thoroughly unless one asks for haste."""
    return {"speed": 10} if kind == "AVIF" else {}


def _quoted(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape").replace(b"\\", b"\\\\").replace(b'"', b'\\"')
