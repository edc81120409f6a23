"""The gate: whatever bytes come from outside are decoded in a limited child process, here only."""

import asyncio
import contextlib
import hashlib
import io
import json
import os
import sys
from asyncio import StreamReader, StreamWriter, subprocess
from datetime import datetime
from typing import Any

import structlog
from PIL import Image

from yarda.errors import (
    PhotoTooLarge,
    PhotoTooManyPixels,
    PhotoTooSmall,
    PhotoTypeUnsupported,
    PhotoUnreadable,
    RequestError,
)
from yarda.imagery.renditions import LARGE_PX, encode_smaller
from yarda.imagery.signing import sign
from yarda.imagery.sniffing import sniff
from yarda.pipeline.picture_ports import CleanPicture, PositionPolicy, Renditions

log = structlog.get_logger()

MAX_BYTES = 25 * 2**20
MAX_PIXELS = 40_000_000
MIN_SIDE = 256
MEMORY_BYTES = 1200 * 2**20
"""Address space. The hungriest of 40 megapixels is a rotated WebP with alpha: it needs 900 MiB."""
ANSWER_BYTES = 64 * 2**20
"""The most the child may answer: a bound on this process, whatever becomes of that one."""
_CHUNK = 2**20
_ENVIRONMENT = {"MALLOC_ARENA_MAX": "1", "OMP_NUM_THREADS": "1"}

Answer = tuple[dict[str, Any], list[bytes]]


class PhotoGate:
    """Plays the `PictureGate` port. At most `concurrency` children run at a time; the others wait."""

    def __init__(
        self,
        *,
        seconds: float = 20,
        memory_bytes: int = MEMORY_BYTES,
        max_bytes: int = MAX_BYTES,
        max_pixels: int = MAX_PIXELS,
        concurrency: int = 2,
    ) -> None:
        self._seconds = seconds
        self._memory_bytes = memory_bytes
        self._max_bytes = max_bytes
        self._max_pixels = max_pixels
        self._room = asyncio.Semaphore(concurrency)
        self._allowed = (
            f"a JPEG, PNG, WebP, AVIF or HEIC photo of up to {max_bytes / 2**20:g} MB "
            f"and {max_pixels / 1e6:g} megapixels"
        )

    async def clean(self, raw: bytes, *, position: PositionPolicy = PositionPolicy.DROP) -> CleanPicture:
        """Upright sRGB JPEG without metadata; what the camera noted comes beside it.

        The same bytes give the same picture. The bytes alone decide what they are, no name and no header.

        Raises `PhotoTooLarge`, `PhotoTooManyPixels`, `PhotoTooSmall`, `PhotoTypeUnsupported`, `PhotoUnreadable`.
        """
        if len(raw) > self._max_bytes:
            raise PhotoTooLarge(f"the file has {len(raw) / 2**20:.1f} MB; send {self._allowed}")
        if sniff(raw) is None:  # the child says so too; most of what is no photo need not start one
            raise self._refusal("unsupported")
        keep_position = position is PositionPolicy.KEEP
        facts, (image,) = await self._ask(raw, keep_position=keep_position, min_side=MIN_SIDE)
        place = facts["position"]
        return CleanPicture(
            image=image,
            media_type="image/jpeg",
            width=facts["width"],
            height=facts["height"],
            sha256=hashlib.sha256(image).hexdigest(),
            captured_at=datetime.fromisoformat(facts["captured_at"]) if facts["captured_at"] else None,
            focal_length_35mm=facts["focal_length_35mm"],
            position=(place[0], place[1]) if place else None,
        )

    async def sign(self, image: bytes, words: str) -> bytes:
        """See `signing.sign`."""
        async with self._room:
            return await asyncio.to_thread(sign, image, words)

    async def make_renditions(self, image: bytes) -> Renditions:
        """Scale a picture that this program encoded: `clean`'s, the painter's, the house keeper's.

        Raises `PhotoUnreadable` when it is damaged all the same.
        """
        async with self._room:
            try:
                return await asyncio.to_thread(_scale, image)
            except (OSError, ValueError, SyntaxError) as error:
                raise self._refusal("unreadable") from error

    async def _ask(self, raw: bytes, **request: object) -> Answer:
        limits = {"max_pixels": self._max_pixels, "max_answer": ANSWER_BYTES}
        async with self._room:
            header, parts = await self._run_child(json.dumps(request | limits).encode() + b"\n", raw)
        if "refused" in header:
            raise self._refusal(header["refused"], said=header.get("said", ""))
        return header, parts

    async def _run_child(self, request: bytes, raw: bytes) -> Answer:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-m", "yarda.imagery.decoding"),
            *(str(self._memory_bytes), str(int(2 * self._seconds) + 1), str(os.getpid())),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            limit=_CHUNK,
        )
        feeding = asyncio.create_task(_feed(child.stdin, request, raw))
        try:
            async with asyncio.timeout(self._seconds):
                answer = await read_answer(child.stdout)
                await child.wait()
        except TimeoutError:
            raise self._refusal("too_costly") from None
        finally:
            feeding.cancel()
            if child.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    child.kill()
                await child.wait()
        if answer is None:
            log.warning("decoder_died", returncode=child.returncode, bytes=len(raw))
            raise self._refusal("unreadable")
        return answer

    def _refusal(self, code: str, *, said: str = "") -> RequestError:
        match code:
            case "unsupported":
                return PhotoTypeUnsupported(f"the file is no photo of an allowed kind; send {self._allowed}")
            case "too_many_pixels":
                return PhotoTooManyPixels(f"the photo has too many pixels; send {self._allowed}")
            case "too_small":
                return PhotoTooSmall(
                    f"the photo has {said}; send one of at least {MIN_SIDE} pixels on each side, "
                    "the original rather than a preview of it"
                )
            case "too_costly":
                return PhotoUnreadable(
                    "the photo takes too much time or memory to decode; save it as a plain JPEG and send that"
                )
            case _:
                return PhotoUnreadable(
                    f"the photo is damaged or incomplete; save or copy it again and send {self._allowed}"
                )


def _scale(image: bytes) -> Renditions:
    with Image.open(io.BytesIO(image), formats=("JPEG", "PNG")) as picture:
        width, height = picture.size
        share = 2 * LARGE_PX / max(width, height)
        picture.draft(
            "RGB", (round(width * share), round(height * share))
        )  # of a huge JPEG no more than is needed
        picture.load()
        plain = picture if picture.mode == "RGB" else picture.convert("RGB")
        media_type = f"image/{str(picture.format).lower()}"
    large, thumb = encode_smaller(plain)
    return Renditions(width=width, height=height, media_type=media_type, large=large, thumb=thumb)


async def _feed(stdin: StreamWriter | None, *parts: bytes) -> None:
    """In slices, so that the pipe never holds a second copy of a large picture."""
    assert stdin is not None
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the child may refuse without reading on
        for part in parts:
            view = memoryview(part)
            for at in range(0, len(view), _CHUNK):
                stdin.write(view[at : at + _CHUNK])
                await stdin.drain()
    stdin.close()


async def read_answer(stdout: StreamReader | None) -> Answer | None:
    """None when the child ended without a whole answer, or gave one that no child of ours gives."""
    assert stdout is not None
    try:
        header = json.loads(await stdout.readline())
        sizes = header["sizes"]
        if sum(sizes) > ANSWER_BYTES:
            return None
        return header, [await stdout.readexactly(size) for size in sizes]
    except (EOFError, ValueError, TypeError, KeyError):
        return None
