"""Pictures as providers want them: of a bounded size, with masks of the ground."""

import io

from PIL import Image, ImageDraw

from yarda.pipeline.provider import RenderOrder

RISE = 0.22
"""How far above the ground a mask reaches, for plants before a wall, as a share of the picture's height."""


def fit_size(width: int, height: int, *, pixels: int, step: int) -> tuple[int, int]:
    """The size of about so many pixels in that shape, its sides multiples of `step`, at most 3 : 1."""
    ratio = min(max(width / height, 1 / 3), 3.0)
    tall = (pixels / ratio) ** 0.5
    return max(step, round(tall * ratio / step) * step), max(step, round(tall / step) * step)


def resized_jpeg(image: bytes, size: tuple[int, int]) -> bytes:
    """The picture in exactly that size."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(image)) as picture:
        picture.convert("RGB").resize(size, Image.Resampling.LANCZOS).save(out, "JPEG", quality=95)
    return out.getvalue()


def ground_mask(order: RenderOrder, size: tuple[int, int]) -> Image.Image:
    """White where the design may reach, black elsewhere; all white where no ground is known."""
    mask = Image.new("L", size, 0 if order.ground else 255)
    draw = ImageDraw.Draw(mask)
    across, down = size[0] / order.width, size[1] / order.height
    rise = round(RISE * size[1])
    for polygon in order.ground:
        corners = [(x * across, y * down) for x, y in polygon]
        for lift in range(0, rise + 1, max(1, rise // 24)):
            draw.polygon([(x, y - lift) for x, y in corners], fill=255)
    return mask


def edit_mask(order: RenderOrder, size: tuple[int, int]) -> Image.Image:
    """White where the design may reach: as the guide was drawn, or else the ground."""
    if order.guide is None:
        return ground_mask(order, size)
    with Image.open(io.BytesIO(order.guide.edit_mask)) as drawn:
        return drawn.convert("L").resize(size)


def png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def editable_alpha(mask: Image.Image) -> bytes:
    """A PNG that is transparent where the mask is white: OpenAI edits there."""
    picture = Image.new("RGBA", mask.size, (0, 0, 0, 255))
    picture.putalpha(mask.point(lambda value: 255 - value))
    return png(picture)
