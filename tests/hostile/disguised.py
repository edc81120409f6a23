"""Files that are two things at once, or none that is allowed, or named and typed to deceive."""

import io
import struct
import zipfile
from functools import partial

from PIL import Image

from tests.contract.pictures import FORMATS, encode, quarters
from tests.hostile.files import SECRET, HostileFile, plain

SCRIPT = b"<script>alert('" + SECRET + b"')</script>"
PHP = b"<?php system($_GET['c']); /*" + SECRET + b"*/ ?>"
SVGS = {
    "script": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "XXE": b"<?xml version='1.0'?><!DOCTYPE s [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><svg><text>&x;</text></svg>",
    "laughs": b"<?xml version='1.0'?><!DOCTYPE s [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'>]><svg>&b;</svg>",
    "href": b"<svg xmlns:xlink='http://www.w3.org/1999/xlink'><image xlink:href='http://127.0.0.1:9/x'/></svg>",
    "file": b"<svg><image href='file:///etc/passwd'/></svg>",
    "onload": b"<svg onload='alert(1)' width='300' height='300'/>",
    "foreign object": b"<svg><foreignObject><iframe src='javascript:alert(1)'/></foreignObject></svg>",
    "style": b"<svg><style>@import url(http://127.0.0.1:9/x)</style></svg>",
    "packed": b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + b"\xb3)",
}
PROGRAMS = {
    "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 300 300\n(/etc/passwd) (r) file 99 string readstring\n",
    "DOS EPS": b"\xc5\xd0\xd3\xc6"
    + struct.pack("<II", 32, 100)
    + bytes(20)
    + b"%!PS-Adobe\n(%pipe%id) (w) file\n",
    "PS": b"%!\nuserdict /setpagedevice undef save legal { null restore } stopped { pop } if\n",
    "MVG": b"push graphic-context\nviewbox 0 0 640 480\nfill 'url(https://example.com/x.jpg\"|id\")'\npop\n",
    "MSL": b"<?xml version='1.0'?><image><read filename='/etc/passwd'/><write filename='/tmp/x'/></image>",
    "MIFF": b"id=ImageMagick class=DirectClass columns=300 rows=300\n\f\n:\x1a",
    "XPM": b'/* XPM */\nstatic char *x[] = {"300 300 1 1", "a c #fff"};\n',
    "XBM": b"#define x_width 300\n#define x_height 300\nstatic char x_bits[] = { 0x00 };\n",
    "WMF": b"\xd7\xcd\xc6\x9a" + bytes(18) + b"\x01\0\x09\0",
    "EMF": b"\x01\0\0\0" + bytes(36) + b" EMF",
    "PDF": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n%%EOF",
    "HTML": b"<!doctype html><script>alert(1)</script>",
    "JavaScript": b"alert(1)//",
    "ELF": b"\x7fELF\x02\x01\x01" + bytes(9),
    "gzip": b"\x1f\x8b\x08" + bytes(20),
    "nothing": b"",
    "a byte": b"\xff",
    "NULs": bytes(100_000),
    "a line without an end": b"A" * 1_000_000,
    "MP4": b"\0\0\0\x18ftypisom" + bytes(100),
    "QuickTime": b"\0\0\0\x14ftypqt  " + bytes(100),
    "JPEG 2000": b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(50),
    "JPEG XL": b"\xff\x0a" + bytes(50),
    "a FLIF": b"FLIF" + bytes(50),
    "Radiance": b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 300 +X 300\n",
    "DDS": b"DDS " + struct.pack("<III", 124, 0, 30_000) + bytes(112),
    "a RIFF of sounds": b"RIFF\x24\0\0\0WAVEfmt " + bytes(20),
    "FITS": b"SIMPLE  =                    T" + b" " * 50,
    "Python": b"#!/usr/bin/python3\nimport os\n",
    "a pickle": b"\x80\x04\x95\x1c\0\0\0\0\0\0\0\x8c\x05posix\x94\x8c\x06system\x94\x93",
}
HEADS = {
    "only a JPEG's head": b"\xff\xd8\xff\xe0",
    "only a PNG's head": b"\x89PNG\r\n\x1a\n",
    "a WebP of nothing": b"RIFF\x04\0\0\0WEBP",
    "a WebP that is larger than it is": b"RIFF\xff\xff\xff\xffWEBPVP8 \xff\xff\xff\xff",
    "an AVIF of nothing": b"\0\0\0\x14ftypavif" + bytes(8),
    "a HEIC of nothing": b"\0\0\0\x14ftypheic" + bytes(8),
    "boxes without end": b"\0\0\0\x14ftypheic" + bytes(8) + b"\0\0\0\x08meta" * 10_000,
    "boxes in boxes": b"\0\0\0\x14ftypavif"
    + bytes(8)
    + b"".join(struct.pack(">I", 10_000 - 8 * n) + b"meta" for n in range(1000)),
}
NAMES = {
    "a way up": "../../../../etc/cron.d/yarda",
    "a Windows way up": "..\\..\\..\\windows\\system32\\yarda.jpg",
    "an absolute path": "/etc/passwd",
    "a NUL": "yard\0.jpg",
    "a percent NUL": "yard%00.php.jpg",
    "right to left": "yard\u202egpj.exe",
    "4,000 letters": "y" * 4000 + ".jpg",
    "a reserved device": "CON",
    "another reserved device": "LPT1.jpg",
    "a stream": "yard.jpg::$DATA",
    "dots": "..",
    "nothing but blanks": "   ",
    "a script": "<script>alert(1)</script>.jpg",
    "a shell": "$(reboot).jpg",
    "a pipe": "|id;.jpg",
    "an option": "--version",
    "quotes": 'yard".jpg',
    "no UTF-8": "yard\udcff\udcfe.jpg",
    "emoji": "🏡" * 60,
    "combining marks": "a" + "\u0301" * 500,
    "SQL": "'; DROP TABLE photos; --.jpg",
    "a template": "{{7*7}}.jpg",
    "a log line": "yard.jpg level=critical event=forged",
    "two endings": "yard.php.jpg",
}
LIES = (
    "text/html", "image/svg+xml", "application/x-php", "image/gif", "application/octet-stream", "", "x", "image/*",
    "multipart/form-data; boundary=frontier", "text/plain; charset=" + "x" * 500, "image/jpeg\0text/html",
    "\udcff",
)  # fmt: skip


def disguised() -> list[HostileFile]:
    return [*_polyglots(), *_others(), *_liars()]


def _polyglots() -> list[HostileFile]:
    jpeg, png, gif = plain(), plain("PNG"), plain("GIF")
    comment = b"\xff\xfe" + struct.pack(">H", len(SCRIPT) + 2) + SCRIPT
    pdf = b"%PDF-1.4\n1 0 obj<<>>stream\n"
    both = {
        "JPEG and ZIP": partial(_zipped, jpeg),
        "PNG and ZIP": partial(_zipped, png),
        "JPEG and HTML": lambda: jpeg[:2] + comment + jpeg[2:] + SCRIPT,
        "PNG and PHP": lambda: png + PHP,
        "PNG and HTML": lambda: png + b"<!doctype html>" + SCRIPT,
        "JPEG and PHP": lambda: jpeg + PHP,
        "JPEG and PDF": lambda: jpeg + pdf + SECRET,
        "JPEG and JPEG": lambda: jpeg + encode(quarters(), comment=SECRET),
        "JPEG and 20 MB": lambda: jpeg + bytes(20 * 2**20),
        "WebP and ZIP": partial(_zipped, plain("WEBP")),
        "WebP and HTML": lambda: plain("WEBP") + SCRIPT,
        "AVIF and HTML": lambda: plain("AVIF") + SCRIPT,
        "HEIF and HTML": lambda: plain("HEIF") + SCRIPT,
    }
    hidden = {
        "GIF and JavaScript": gif[:6].replace(b"89a", b"87a") + b"/*" + gif[8:] + b"*/=1;alert(1)",
        "PDF and JPEG": pdf + jpeg,
        "ZIP and JPEG": _zipped(b"") + jpeg,
        "HTML and JPEG": b"<!--" + jpeg + b"-->" + SCRIPT,
        "BMP and JavaScript": plain("BMP").replace(b"BM", b"BM=1/*", 1) + b"*/;alert(1)",
    }
    return [
        *(HostileFile(name=name, make=make, verdict="taken") for name, make in both.items()),
        *(_refused(name, raw) for name, raw in hidden.items()),
    ]


def _others() -> list[HostileFile]:
    kinds = ("GIF", "TIFF", "BMP", "ICO", "PPM", "PDF", "EPS", "JPEG2000", "TGA", "PCX", "SGI", "DDS", "ICNS")
    small = Image.new("RGB", (256, 256), "teal")
    return [
        *(_refused(f"SVG with {name}", raw) for name, raw in SVGS.items()),
        *(_refused(name, raw) for name, raw in PROGRAMS.items()),
        *(_refused(f"a {kind}", encode(small, kind)) for kind in kinds),
        *(HostileFile(name=name, make=lambda raw=raw: raw, verdict="unreadable") for name, raw in HEADS.items()),  # type: ignore[misc]
    ]


def _liars() -> list[HostileFile]:
    photo = plain()
    html = PROGRAMS["HTML"]
    return [
        *(
            HostileFile(name=f"named with {name}", make=lambda: photo, verdict="taken", file_name=file_name)
            for name, file_name in NAMES.items()
        ),
        *(
            HostileFile(name=f"a JPEG typed {kind[:20]!r}", make=lambda: photo, verdict="taken", media_type=kind)
            for kind in LIES
        ),
        *(
            HostileFile(name=f"HTML named {name}", make=lambda: html, verdict="unsupported", file_name=name)
            for name in ("yard.jpg", "yard.png", "yard.heic")
        ),
        *(
            HostileFile(name=f"{kind} named yard.svg", make=partial(plain, kind), verdict="taken",
                        file_name="yard.svg", media_type="image/svg+xml")
            for kind in FORMATS
        ),
        *(HostileFile(name=f"the same file again, time {n}", make=lambda: photo, verdict="taken") for n in (1, 2)),
        HostileFile(name="25 MB and a byte", make=lambda: photo.ljust(25 * 2**20 + 1, b"\0"), verdict="too_large"),
    ]  # fmt: skip


def _refused(name: str, raw: bytes) -> HostileFile:
    return HostileFile(name=name, make=lambda: raw, verdict="unsupported")


def _zipped(before: bytes) -> bytes:
    out = io.BytesIO(before)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("payload.html", SCRIPT)
    return out.getvalue()
