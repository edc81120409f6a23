"""Makes pictures plain: upright, opaque, sRGB, without metadata, and in the sizes that are shown.

Foreign bytes come here in the decoding child alone; the sizes are made of pictures that are our own by then.
Each step lets go of the picture before it, because the largest ones fill the child's memory.
"""

import contextlib
import io

from PIL import ExifTags, Image, ImageCms

LARGE_PX, THUMB_PX = 1600, 400
_SMALL_QUALITY = 86
_FULL_QUALITIES = ((92, "4:4:4"), (80, "4:2:0"))
"""The second is for pictures of noise, which outgrow the answer's cap in the first."""

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def make_plain(picture: Image.Image, exif: Image.Exif) -> Image.Image:
    """Upright sRGB on white, in mode RGB, with nothing beside the pixels."""
    profile = picture.info.get("icc_profile")
    turn = _TURNS.get(exif.get(ExifTags.Base.Orientation, 1))
    if turn is not None:
        picture = picture.transpose(turn)
    picture = _opaque(picture)
    if profile:
        picture = _from_profile(picture, profile)
    if picture.mode != "RGB":
        picture = picture.convert("RGB")
    picture.info.clear()
    return picture


def encode_full(picture: Image.Image, *, max_bytes: int) -> bytes | None:
    """JPEG in the best quality that keeps under `max_bytes`; None where none does."""
    for quality, subsampling in _FULL_QUALITIES:
        image = _jpeg(picture, quality=quality, subsampling=subsampling)
        if len(image) <= max_bytes:
            return image
    return None


def encode_smaller(picture: Image.Image) -> tuple[bytes, bytes]:
    """Large and thumb. A picture that is small already keeps its size. Uses the picture up.

    What the picture says of itself (XMP) stays in it; one that came from outside says nothing by now.
    """
    encoded = []
    xmp = picture.info.get("xmp", b"")
    for side in (LARGE_PX, THUMB_PX):
        picture.thumbnail((side, side), Image.Resampling.LANCZOS)
        encoded.append(_jpeg(picture, quality=_SMALL_QUALITY, subsampling="4:2:0", xmp=xmp))
    return encoded[0], encoded[1]


def _opaque(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I;16"):  # Pillow clips 16-bit greys instead of scaling them
        return picture.point(lambda value: value * (1 / 256)).convert("L")
    if picture.has_transparency_data:
        if picture.mode != "RGBA":
            picture = picture.convert("RGBA")
        white = Image.new("RGB", picture.size, "white")
        white.paste(picture, mask=picture)
        return white
    return picture.convert("RGB") if picture.mode in ("P", "1") else picture


def _from_profile(picture: Image.Image, profile: bytes) -> Image.Image:
    """Unchanged where the profile is broken, or is one for other pixels than these."""
    with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        if picture.mode == "RGB":
            ImageCms.profileToProfile(picture, source, target, inPlace=True)
        else:
            picture = ImageCms.profileToProfile(picture, source, target, outputMode="RGB") or picture
    return picture


def _jpeg(picture: Image.Image, *, quality: int, subsampling: str, xmp: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality, subsampling=subsampling, xmp=xmp)
    return buffer.getvalue()
