"""The child process that decodes bytes from outside; it is expected to die of bad ones.

Reads a line of JSON and a picture from stdin, writes a line of JSON and the results to stdout.
Imports as little as it can: its start is part of every upload.
"""

import ctypes
import io
import json
import os
import resource
import signal
import sys
import warnings
from typing import Any, BinaryIO

from PIL import (  # noqa: F401 - the plugins register the formats that are allowed
    AvifImagePlugin,
    Image,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
)

from yarda.imagery.capture import find_position, list_facts, read_exif
from yarda.imagery.renditions import encode_full, make_plain
from yarda.imagery.sniffing import sniff

THREADS = 2
"""For the decoders that can use several: each one's stack counts as memory."""
_FILES, _PR_SET_PDEATHSIG = 32, 1

Answer = tuple[dict[str, Any], tuple[bytes, ...]]


class RefusedPicture(Exception):
    """Why a picture is not taken: `code` is one of the parent's errors."""

    def __init__(self, code: str, said: str = "") -> None:
        super().__init__(said)
        self.code = code


def main() -> None:
    """Answer one request, then end."""
    memory_bytes, cpu_seconds, parent = (int(argument) for argument in sys.argv[1:4])
    _limit(memory_bytes=memory_bytes, cpu_seconds=cpu_seconds)
    if os.getppid() != parent:  # it died before its death was a signal for us
        return
    request = json.loads(sys.stdin.buffer.readline())
    try:
        header, parts = clean(sys.stdin.buffer.read(), request)
    except RefusedPicture as refused:
        header, parts = {"refused": refused.code, "said": str(refused)}, ()
    except MemoryError:
        header, parts = {"refused": "too_costly"}, ()
    except Exception:  # whatever a decoder raises on bad bytes is the same fact: not a whole picture
        header, parts = {"refused": "unreadable"}, ()
    _write(sys.stdout.buffer, header, parts)


def clean(raw: bytes, request: dict[str, Any]) -> Answer:
    """Decode, make plain, and encode anew; the camera's notes come beside the picture."""
    kind = sniff(raw)
    if kind is None:
        raise RefusedPicture("unsupported")
    picture = _load(raw, kind, max_pixels=request["max_pixels"])
    if min(picture.size) < request["min_side"]:
        raise RefusedPicture("too_small", f"{picture.width} × {picture.height} pixels")
    exif = read_exif(picture)
    facts = list_facts(exif) | {"position": find_position(exif) if request["keep_position"] else None}
    picture = make_plain(picture, exif)
    image = encode_full(picture, max_bytes=request["max_answer"])
    if image is None:
        raise RefusedPicture("too_costly")
    return facts | {"width": picture.width, "height": picture.height}, (image,)


def _load(raw: bytes, kind: str, *, max_pixels: int) -> Image.Image:
    """The first frame, whole. Its size is checked before anything of its size is allocated."""
    Image.MAX_IMAGE_PIXELS = max_pixels // 2  # Pillow refuses at twice this number, before a decoder starts
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    AvifImagePlugin.DEFAULT_MAX_THREADS = THREADS
    if kind == "HEIF":
        from pillow_heif import register_heif_opener  # its library is loaded for HEIC photos alone

        register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=THREADS)
    try:
        picture = Image.open(io.BytesIO(raw), formats=[kind])
    except Image.DecompressionBombError:
        raise RefusedPicture("too_many_pixels") from None
    picture.load()
    return picture


def _write(out: BinaryIO, header: dict[str, Any], parts: tuple[bytes, ...]) -> None:
    out.write(json.dumps(header | {"sizes": [len(part) for part in parts]}).encode() + b"\n")
    for part in parts:
        out.write(part)
    out.flush()


def _limit(*, memory_bytes: int, cpu_seconds: int) -> None:
    """No more memory and time than a picture needs, no files written, no life after the parent's."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, _FILES))
    if sys.platform == "linux":  # macOS knows neither: there the pixel and time limits remain
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    main()
