"""Pictures made to hurt the upload gate, built byte by byte."""

import io
import struct
import zlib

from PIL import Image


def png(width: int, height: int) -> bytes:
    """A whole black RGB picture in very few bytes."""
    packed = zlib.compressobj(9)
    row = bytes(1 + 3 * width)
    data = b"".join([*(packed.compress(row) for _ in range(height)), packed.flush()])
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")


def png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def jpeg_claiming(width: int, height: int) -> bytes:
    """A small JPEG whose header speaks of a large one."""
    raw = bytearray(_jpeg((300, 300)))
    at = raw.index(b"\xff\xc0")
    raw[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(raw)


def webp_claiming(width: int, height: int) -> bytes:
    """An animated WebP of one small frame on a large canvas, which decoders allocate when they open it."""
    picture = io.BytesIO()
    Image.new("RGB", (300, 300), "teal").save(picture, "WEBP")
    frame = b"".join(_uint24(number) for number in (0, 0, 299, 299, 100)) + b"\0" + picture.getvalue()[12:]
    canvas = b"\x02\0\0\0" + _uint24(width - 1) + _uint24(height - 1)
    body = b"WEBP" + _riff(b"VP8X", canvas) + _riff(b"ANIM", bytes(6)) + _riff(b"ANMF", frame)
    return _riff(b"RIFF", body)


def slow_jpeg() -> bytes:
    """Over a minute of decoding in 330 KB: the last scan of a progressive JPEG, over and over."""
    raw = _jpeg((6000, 6000), progressive=True)
    scan = raw[raw.rindex(b"\xff\xda") : -2]
    return raw[:-2] + scan * 2000 + raw[-2:]


def _jpeg(size: tuple[int, int], *, progressive: bool = False) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, "JPEG", progressive=progressive)
    return out.getvalue()


def _riff(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def _uint24(number: int) -> bytes:
    return number.to_bytes(3, "little")
