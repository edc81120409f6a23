"""Paints the sample yard in every style for the pages and docs: `python scripts/studio_pictures.py`."""

import io
import tempfile
from pathlib import Path

from PIL import Image

from yarda.garden import Brief, paint
from yarda.garden.design.styles import styles
from yarda.sample import sample_geometry, sample_photo

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "src/yarda/web/static"
SEED = 3
SHOWN = "japanese_zen"


def main() -> None:
    """Write the style tiles, the start page's before and after, and the README's picture."""
    with tempfile.TemporaryDirectory() as folder:
        photo = Path(folder) / "yard.jpg"
        photo.write_bytes(sample_photo())
        before = Image.open(io.BytesIO(sample_photo())).convert("RGB")
        for style in styles():
            picture = _painted(photo, style, samples=16)
            _save(_tile(picture), STATIC / "styles" / f"{style}.jpg", quality=84)
            if style == SHOWN:
                _save(before, STATIC / "sample" / "before.jpg", quality=84)
                _save(picture, STATIC / "sample" / "after.jpg", quality=84)
                _save(_pair(before, picture), ROOT / "docs/images/sample-yard.jpg", quality=86)
            print(style)


def _painted(photo: Path, style: str, *, samples: int) -> Image.Image:
    truth = sample_geometry()
    painting = paint(
        Brief(
            photo=photo,
            area="front_yard",
            style=style,
            ground=truth.ground,
            horizon_y=truth.horizon_y,
            focal_length_35mm=35.0,
            door=truth.door.start,
            seed=SEED,
            samples=samples,
            longest_side_px=1536,
        )
    )
    return Image.open(io.BytesIO(painting.image_png)).convert("RGB")


def _tile(picture: Image.Image) -> Image.Image:
    width, height = picture.size
    left = round(width * 0.06)
    side = round(height * 0.62)
    return picture.crop((left, height - side, left + round(side * 4 / 3), height)).resize((320, 240))


def _pair(before: Image.Image, after: Image.Image) -> Image.Image:
    half = (760, round(760 * before.height / before.width))
    both = Image.new("RGB", (half[0] * 2 + 8, half[1]), "#edf1ed")
    both.paste(before.resize(half), (0, 0))
    both.paste(after.resize(half), (half[0] + 8, 0))
    return both


def _save(picture: Image.Image, path: Path, *, quality: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, "JPEG", quality=quality, optimize=True)


if __name__ == "__main__":
    main()
