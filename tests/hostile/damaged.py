"""Pictures that are cut off, flipped about, odd in shape or in colour."""

import random
import struct
from functools import partial

import numpy as np
from PIL import Image

from tests.contract.hostile_pictures import jpeg_claiming, png, png_chunk
from tests.contract.pictures import FORMATS, encode, quarters
from tests.hostile.files import HostileFile, plain, quick

FLIPS = 6


def truncated() -> list[HostileFile]:
    """Every allowed kind, cut at every sixteenth."""
    noise = Image.effect_noise((300, 256), 80).convert("RGB")
    whole = {kind: encode(noise, kind, **quick(kind)) for kind in FORMATS}
    return [
        HostileFile(
            name=f"{kind} cut at {part}/16",
            make=partial(_cut, raw, part),
            verdict="unreadable" if part else "unsupported",
        )
        for kind, raw in whole.items()
        for part in range(16)
    ]


def garbled() -> list[HostileFile]:
    """Bytes flipped all over: some still show a picture, none may do more than that."""
    return [
        HostileFile(name=f"{kind} with flipped bytes {seed}", make=partial(_flipped, kind, seed), verdict="any")
        for kind in FORMATS
        for seed in range(FLIPS)
    ]


def odd_shapes() -> list[HostileFile]:
    return [
        HostileFile(name=name, make=make, verdict=verdict)
        for name, make, verdict in (
            ("1 × 65535", partial(png, 1, 65_535), "too_small"),
            ("65535 × 1", partial(png, 65_535, 1), "too_small"),
            ("0 × 0 PNG", partial(png, 0, 0), "unreadable"),
            ("0 × 300 JPEG", partial(jpeg_claiming, 0, 300), "unreadable"),
            ("300 × 0 JPEG", partial(jpeg_claiming, 300, 0), "unreadable"),
            ("65500 × 256", partial(png, 65_500, 256), "taken"),
            ("negative sides", partial(png_sized, 2**32 - 1, 2**32 - 1), "too_many_pixels"),
            ("sides that overflow", partial(png_sized, 2**16, 2**16), "too_many_pixels"),
            ("CMYK JPEG", lambda: encode(quarters().convert("CMYK")), "taken"),
            (
                "16-bit grey",
                lambda: encode(Image.fromarray(np.full((300, 300), 40_000, np.uint16)), "PNG"),
                "taken",
            ),
            ("grey and alpha", lambda: encode(Image.new("LA", (300, 300), (9, 128)), "PNG"), "taken"),
            (
                "clear palette",
                lambda: encode(Image.new("RGBA", (300, 300), (1, 2, 3, 0)).quantize(4), "PNG"),
                "taken",
            ),
            ("one bit", lambda: encode(Image.new("1", (300, 300), 1), "PNG"), "taken"),
            ("no IDAT", lambda: _without(b"IDAT"), "unreadable"),
            ("no IEND", lambda: _without(b"IEND"), "taken"),
            ("two headers", _two_headers, "unreadable"),
            ("pixels twice as many as said", lambda: _shorter(), "any"),
            ("a JPEG without tables", lambda: _jpeg_without(0xDB), "unreadable"),
            ("a JPEG without codes", lambda: _jpeg_without(0xC4), "any"),
            (
                "a JPEG of 12 bits",
                lambda: plain().replace(b"\xff\xc0\0\x11\x08", b"\xff\xc0\0\x11\x0c"),
                "unreadable",
            ),
        )
    ]


def png_sized(width: int, height: int) -> bytes:
    raw = plain("PNG")
    return raw[:8] + png_chunk(b"IHDR", struct.pack(">II", width, height) + raw[24:29]) + raw[33:]


def _cut(raw: bytes, part: int) -> bytes:
    return raw[: len(raw) * part // 16]


def _flipped(kind: str, seed: int) -> bytes:
    chance = random.Random(f"{kind} {seed}")
    raw = bytearray(plain(kind))
    for _ in range(12):
        raw[chance.randrange(16, len(raw))] = chance.randrange(256)
    return bytes(raw)


def _without(chunk: bytes) -> bytes:
    raw = plain("PNG")
    at = raw.index(chunk) - 4
    return raw[:at] + raw[at + 12 + int.from_bytes(raw[at : at + 4]) :]


def _two_headers() -> bytes:
    raw = plain("PNG")
    return raw[:33] + png_chunk(b"IHDR", struct.pack(">II", 5000, 5000) + raw[24:29]) + raw[33:]


def _shorter() -> bytes:
    return png_sized(480, 300)


def _jpeg_without(marker: int) -> bytes:
    raw = plain()
    at = raw.index(bytes((0xFF, marker)))
    return raw[:at] + raw[at + 2 + int.from_bytes(raw[at + 2 : at + 4]) :]
