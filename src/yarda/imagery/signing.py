"""Writes onto a picture whose it is, where its source must be named on everything made of it."""

import io
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

HEIGHT = 0.024
"""Of the letters, as a share of the picture's shorter side; never under 11 pixels, so that it can be read."""
SMALLEST_PX = 11
_RIGHTS = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
{described}<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">{words}</rdf:li></rdf:Alt></dc:rights>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


def sign(image: bytes, words: str) -> bytes:
    """White letters on a dark strip in the lower right corner, and the words as the file's rights (XMP dc:rights).

    `image` is a PNG or JPEG of our own. What its XMP said before stays in it.
    """
    with Image.open(io.BytesIO(image), formats=("PNG", "JPEG")) as picture:
        kind, said = picture.format, picture.info.get("xmp", b"")
        plain = picture.convert("RGB")
    _write(plain, words)
    out, rights = io.BytesIO(), _rights(words, said)
    if kind == "PNG":
        plain.info.clear()
        about = PngImagePlugin.PngInfo()
        about.add_itxt("XML:com.adobe.xmp", rights)
        plain.save(out, "PNG", pnginfo=about, compress_level=4)
    else:
        plain.save(out, "JPEG", xmp=rights.encode(), quality=92, subsampling="4:4:4")
    return out.getvalue()


def _write(picture: Image.Image, words: str) -> None:
    size = max(SMALLEST_PX, round(HEIGHT * min(picture.size)))
    font = ImageFont.load_default(size)
    left, top, right, bottom = font.getbbox(words)
    pad = round(size * 0.4)
    width, height = round(right - left) + 2 * pad, round(bottom - top) + 2 * pad
    corner = (picture.width - width, picture.height - height)
    box = (*corner, picture.width, picture.height)
    picture.paste(Image.blend(picture.crop(box), Image.new("RGB", (width, height)), 0.55), corner)
    ImageDraw.Draw(picture).text((corner[0] + pad - left, corner[1] + pad - top), words, "white", font)


def _rights(words: str, said: bytes) -> str:
    """The packet with these rights, around what an earlier one described."""
    text = said.decode(errors="replace")
    start, end = text.find("<rdf:Description"), text.rfind("</rdf:RDF>")
    described = text[start:end] if 0 <= start < end else ""
    return _RIGHTS.format(described=described, words=escape(words))
