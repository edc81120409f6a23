"""The upload gate: whatever bytes come from outside are decoded in a limited child process, here only."""

import asyncio
import hashlib
import json
import os
import sys
from datetime import datetime
from typing import Any

from yarda.errors import (
    PhotoTooLarge,
    PhotoTooManyPixels,
    PhotoTooSmall,
    PhotoTypeUnsupported,
    PhotoUnreadable,
    RequestError,
)
from yarda.pipeline.ports import CleanPicture, PositionPolicy, Renditions

MAX_BYTES = 25 * 2**20
MAX_PIXELS = 40_000_000
MIN_SIDE = 256
MEMORY_BYTES = 1200 * 2**20
"""Address space: 40 megapixels in RGB twice, with the decoders' own needs."""
ALLOWED = "a JPEG, PNG, WebP, AVIF or HEIC photo of up to 25 MB and 40 megapixels"


class PhotoGate:
    """Plays the `PictureGate` port. At most `concurrency` children run at a time."""

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

    async def clean(self, raw: bytes, *, position: PositionPolicy = PositionPolicy.DROP) -> CleanPicture:
        """Upright sRGB JPEG without metadata; what the camera noted comes beside it.

        Raises `PhotoTooLarge`, `PhotoTooManyPixels`, `PhotoTooSmall`, `PhotoTypeUnsupported`, `PhotoUnreadable`.
        """
        request = {"do": "clean", "keep_position": position is PositionPolicy.KEEP, "min_side": MIN_SIDE}
        facts, (image,) = await self._ask(raw, request)
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

    async def make_renditions(self, image: bytes) -> Renditions:
        """Decode the whole picture; a damaged one raises the same errors as `clean`."""
        facts, (large, thumb) = await self._ask(image, {"do": "scale"})
        return Renditions(
            width=facts["width"],
            height=facts["height"],
            media_type=facts["media_type"],
            large=large,
            thumb=thumb,
        )

    async def _ask(self, raw: bytes, request: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        if not raw:
            raise PhotoTypeUnsupported(f"the file is empty; send {ALLOWED}")
        if len(raw) > self._max_bytes:
            raise PhotoTooLarge(f"the file has more than {self._max_bytes // 2**20} MB; send {ALLOWED}")
        request = request | {"max_pixels": self._max_pixels}
        async with self._room:
            answer = await self._run_child(json.dumps(request).encode() + b"\n" + raw)
        line, _, body = answer.partition(b"\n")
        try:
            header = json.loads(line)
        except ValueError:
            raise PhotoUnreadable("the photo cannot be decoded; save it again as JPEG and send that") from None
        if "refused" in header:
            raise _refusal(header["refused"], header["said"])
        parts, at = [], 0
        for size in header["sizes"]:
            parts.append(body[at : at + size])
            at += size
        return header, parts

    async def _run_child(self, request: bytes) -> bytes:
        """The child's answer; empty when it died of what it was given."""
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-m", "yarda.imagery.decoding"),
            *(str(self._memory_bytes), str(int(self._seconds) + 1)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={"PATH": os.environ.get("PATH", ""), "MALLOC_ARENA_MAX": "1", "OMP_NUM_THREADS": "1"},
        )
        try:
            async with asyncio.timeout(self._seconds):
                answer, _ = await child.communicate(request)
        except TimeoutError:
            raise PhotoUnreadable("the photo takes too long to decode; save it again as JPEG") from None
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        return answer if child.returncode == 0 else b""


def _refusal(code: str, said: str) -> RequestError:
    match code:
        case "unsupported":
            return PhotoTypeUnsupported(f"this is {said}; send {ALLOWED}")
        case "too_many_pixels":
            return PhotoTooManyPixels(f"the photo has {said}; send {ALLOWED}")
        case "too_small":
            return PhotoTooSmall(f"the photo has {said}; send one of at least {MIN_SIDE} pixels on each side")
        case _:
            return PhotoUnreadable("the photo is damaged and cannot be decoded; save it again and send that")
