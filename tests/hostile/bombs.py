"""Small files that speak of large pictures, many frames or many words."""

import io
import struct
import zlib
from functools import partial

from PIL import Image

from tests.contract.hostile_pictures import jpeg_claiming, png, png_chunk, webp_claiming
from tests.hostile.files import SECRET, HostileFile, plain

MEGAPIXELS = {39: (7800, 5000), 41: (8200, 5000), 88: (11_000, 8000), 170: (17_000, 10_000), 900: (30_000, 30_000)}
FRAMES = 10_000
MIB = 2**20


def bombs() -> list[HostileFile]:
    return [*_large(), *_many_frames(), *_many_words()]


def _large() -> list[HostileFile]:
    found = []
    for megapixels, size in MEGAPIXELS.items():
        too_many = "taken" if megapixels < 40 else "too_many_pixels"
        found += [
            _file(
                f"{megapixels} Mpx PNG",
                partial(png, *size) if megapixels < 100 else partial(_grey, *size),
                too_many,
            ),
            _file(f"{megapixels} Mpx claimed by a JPEG", partial(jpeg_claiming, *size), _claimed(megapixels)),
            _file(f"{megapixels} Mpx claimed by a PNG", partial(_png_claiming, *size), _claimed(megapixels)),
            _file(f"{megapixels} Mpx canvas of a WebP", partial(webp_claiming, *size), too_many),
            _file(
                f"{megapixels} Mpx claimed by an AVIF", partial(_box_claiming, "AVIF", *size), _boxed(megapixels)
            ),
            _file(
                f"{megapixels} Mpx claimed by a HEIF", partial(_box_claiming, "HEIF", *size), _claimed(megapixels)
            ),
            _file(f"{megapixels} Mpx GIF", partial(_gif, *size, frames=1), "unsupported"),
            _file(f"{megapixels} Mpx TIFF", partial(_tiff, *size), "unsupported"),
            _file(f"{megapixels} Mpx BMP", partial(_bmp, *size), "unsupported"),
            _file(f"{megapixels} Mpx ICO", partial(_ico, *size), "unsupported"),
        ]
    return found


def _claimed(megapixels: int) -> str:
    """Under the cap the size is believed; decoders differ in what they make of missing pixels."""
    return "any" if megapixels < 40 else "too_many_pixels"


def _boxed(megapixels: int) -> str:
    """The library for AVIF has a cap of its own, and says no more than that it will not."""
    return "unreadable" if megapixels > 500 else _claimed(megapixels)


def _many_frames() -> list[HostileFile]:
    return [
        _file("10,000 frames of a GIF", partial(_gif, 300, 300, frames=FRAMES), "unsupported"),
        _file("10,000 frames of a WebP", _animated_webp, "taken"),
        _file("10,000 frames of an APNG", _animated_png, "taken"),
    ]


def _many_words() -> list[HostileFile]:
    word = png_chunk(b"tEXt", b"Comment\0" + SECRET)
    return [
        _file("100,000 text chunks", lambda: _with_chunks(word * 100_000), "taken"),
        _file("100,000 text chunks behind the pixels", lambda: _with_chunks(word * 100_000, at_end=True), "taken"),
        _file("profile bomb", lambda: _with_chunks(_packed(b"iCCP", b"profile\0\0", 200 * MIB)), "unreadable"),
        _file("text bomb", lambda: _with_chunks(_packed(b"zTXt", b"Comment\0\0", 200 * MIB)), "unreadable"),
        _file("international text bomb", lambda: _with_chunks(_international(200 * MIB)), "unreadable"),
        _file(
            "many text bombs", lambda: _with_chunks(_packed(b"zTXt", b"Comment\0\0", MIB // 2) * 500), "unreadable"
        ),
        _file(
            "a chunk of 2 GB", lambda: _with_chunks(struct.pack(">I", 2**31 - 1) + b"tEXtComment\0"), "unreadable"
        ),
        _file("a chunk of no size", lambda: _with_chunks(b"\0\0\0\0\0\0\0\0\0\0\0\0"), "unreadable"),
        _file("20 MB of comments in a JPEG", _commented_jpeg, "taken"),
    ]


def _file(name: str, make: object, verdict: str) -> HostileFile:
    return HostileFile(name=name, make=make, verdict=verdict)  # type: ignore[arg-type]


def _grey(width: int, height: int) -> bytes:
    """A whole picture of one bit a pixel."""
    packed = zlib.compressobj(1)
    rows = bytes(1 + (width + 7) // 8) * 100
    data = b"".join([*(packed.compress(rows) for _ in range(height // 100)), packed.flush()])
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")


def _png_claiming(width: int, height: int) -> bytes:
    raw = plain("PNG")
    head = struct.pack(">II", width, height) + raw[24:29]
    return raw[:8] + png_chunk(b"IHDR", head) + raw[33:]


def _box_claiming(kind: str, width: int, height: int) -> bytes:
    """The size stands in a box of its own, beside the pictures."""
    raw = bytearray(plain(kind))
    at = raw.index(b"ispe") + 8
    raw[at : at + 8] = struct.pack(">II", width, height)
    return bytes(raw)


def _gif(width: int, height: int, *, frames: int) -> bytes:
    head = b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0" + b"\0\0\0\xff\xff\xff"
    frame = b"\x2c\0\0\0\0" + struct.pack("<HH", width, height) + b"\0\x02\x02\x4c\x01\0"
    return head + frame * frames + b"\x3b"


def _tiff(width: int, height: int) -> bytes:
    entries = [
        (256, 4, width),
        (257, 4, height),
        (258, 3, 8),
        (259, 3, 32773),
        (262, 3, 1),
        (273, 4, 8),
        (279, 4, 2),
    ]
    ifd = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *e[:2], 1, e[2]) for e in entries)
    return b"II*\0" + struct.pack("<I", 10) + b"\x81\0" + ifd + bytes(4)


def _bmp(width: int, height: int) -> bytes:
    return b"BM" + struct.pack("<IIIIiiHHIIIIII", 54, 0, 54, 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)


def _ico(width: int, height: int) -> bytes:
    inside = _png_claiming(width, height)
    return struct.pack("<HHHBBBBHHII", 0, 1, 1, 0, 0, 0, 0, 1, 32, len(inside), 22) + inside


def _animated_webp() -> bytes:
    raw = webp_claiming(300, 300)
    frame = raw[raw.index(b"ANMF") :]
    body = raw[8:] + frame * (FRAMES - 1)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _animated_png() -> bytes:
    raw = plain("PNG")
    data = raw[raw.index(b"IDAT") + 4 : raw.index(b"IEND") - 8]
    frames = b"".join(
        png_chunk(b"fcTL", struct.pack(">IIIIIHHBB", 2 * at - 1, 480, 320, 0, 0, 1, 10, 0, 0))
        + png_chunk(b"fdAT", struct.pack(">I", 2 * at) + data)
        for at in range(1, FRAMES)
    )
    first = png_chunk(b"acTL", struct.pack(">II", FRAMES, 0))
    first += png_chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 480, 320, 0, 0, 1, 10, 0, 0))
    return raw[:33] + first + raw[33:-12] + frames + raw[-12:]


def _with_chunks(chunks: bytes, *, at_end: bool = False) -> bytes:
    raw = plain("PNG")
    at = len(raw) - 12 if at_end else 33
    return raw[:at] + chunks + raw[at:]


def _packed(name: bytes, before: bytes, size: int) -> bytes:
    packed = zlib.compressobj(9)
    zeros = bytes(MIB)
    data = b"".join([*(packed.compress(zeros) for _ in range(size // MIB or 1)), packed.flush()])
    return png_chunk(name, before + data)


def _international(size: int) -> bytes:
    chunk = _packed(b"iTXt", b"", size)
    return png_chunk(b"iTXt", b"Comment\0\1\0\0\0" + chunk[8:-4])


def _commented_jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (300, 300), "teal").save(out, "JPEG")
    raw = out.getvalue()
    comment = SECRET * 4600
    return raw[:2] + (b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment) * 320 + raw[2:]
