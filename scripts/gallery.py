"""Paints every style in every area of the sample yard, and of yards nearby, on sheets to look at: `make gallery`.

`--yards` names a folder with photos and a `cases.json` that tells their ground; sheets go to `--out`.
"""

import argparse
import asyncio
import io
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from yarda.garden import AREAS, Brief, Limits, Painting, paint_each_in_process
from yarda.garden.brief import Sun
from yarda.garden.design.styles import styles
from yarda.sample import sample_geometry, sample_photo

ROOT = Path(__file__).resolve().parent.parent
TILE_PX = 480
CHILDREN = 2
INK, PAPER = "#1d2a22", "#f4f6f2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Yard:
    """A photo and the brief that tells its geometry; area and style are filled in later."""

    name: str
    brief: Brief


def main() -> None:
    """Write one sheet per yard, styles down and areas across."""
    given = _arguments()
    given.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        yards = [_sample(Path(folder)), *_nearby(given.yards)]
        for yard in yards:
            if given.only and yard.name not in given.only:
                continue
            briefs = [
                replace(yard.brief, style=style, area=area, samples=given.samples, longest_side_px=given.side)
                for style in given.styles
                for area in given.areas
            ]
            painted = asyncio.run(_paint(briefs))
            if given.keep:
                _keep(painted, given.out / yard.name)
            pictures = {key: Image.open(io.BytesIO(png)).convert("RGB") for key, png in painted.items()}
            path = given.out / f"{yard.name}.jpg"
            _sheet(pictures, given.styles, given.areas).save(path, "JPEG", quality=84, optimize=True)
            print(path)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--yards", type=Path, default=ROOT.parent / "shared/photos")
    parser.add_argument("--out", type=Path, default=ROOT / "build/gallery")
    parser.add_argument("--only", nargs="*", help="names of yards; `sample` is ours")
    parser.add_argument("--styles", nargs="*", default=list(styles()))
    parser.add_argument("--areas", nargs="*", default=list(AREAS))
    parser.add_argument("--samples", type=int, default=8)
    parser.add_argument("--side", type=int, default=768, help="longest side that is painted, in pixels")
    parser.add_argument("--keep", action="store_true", help="keep every picture, not the sheets alone")
    return parser.parse_args()


def _sample(folder: Path) -> Yard:
    truth = sample_geometry()
    photo = folder / "yard.jpg"
    photo.write_bytes(sample_photo())
    brief = Brief(
        photo=photo,
        area=AREAS[0],
        style=next(iter(styles())),
        ground=truth.ground,
        horizon_y=truth.horizon_y,
        focal_length_35mm=35.0,
        door=truth.door.start,
        seed=3,
    )
    return Yard(name="sample", brief=brief)


def _nearby(folder: Path) -> Iterator[Yard]:
    cases = folder / "cases.json"
    if not cases.exists():
        return
    for name, case in json.loads(cases.read_text(encoding="utf-8")).items():
        yield Yard(name=Path(name).stem, brief=_brief(folder / name, case))


def _brief(photo: Path, case: dict[str, Any]) -> Brief:
    light = case["light"]
    return Brief(
        photo=photo,
        area=AREAS[0],
        style=next(iter(styles())),
        ground=_polygons(case["polys"]),
        keep_in_front=_polygons([*case.get("front", []), *case.get("holes", [])]),
        horizon_y=case["hy"],
        sun=Sun(azimuth=light["az"], elevation=light["el"], strength=light["sun"]),
        seed=3,
    )


def _polygons(rings: list[list[list[float]]]) -> tuple[tuple[tuple[float, float], ...], ...]:
    return tuple(tuple((float(x), float(y)) for x, y in ring) for ring in rings)


async def _paint(briefs: list[Brief]) -> dict[tuple[str, str], bytes]:
    """All briefs, shared out over a few children; what cannot be painted is said and left out."""
    found: dict[tuple[str, str], bytes] = {}

    async def paint_some(some: list[Brief]) -> None:
        answers = paint_each_in_process(some, limits=Limits(seconds=120, threads=1, cache=ROOT / "build/painter"))
        for brief, answer in zip(some, [painting async for painting in answers], strict=True):
            if isinstance(answer, Painting):
                found[brief.style, brief.area] = answer.image_png
            else:
                print(f"{brief.style} {brief.area}: {answer}")

    await asyncio.gather(*(paint_some(briefs[i::CHILDREN]) for i in range(CHILDREN)))
    return found


def _keep(painted: dict[tuple[str, str], bytes], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for (style, area), png in painted.items():
        (folder / f"{style}-{area}.png").write_bytes(png)


def _sheet(pictures: dict[tuple[str, str], Image.Image], rows: list[str], columns: list[str]) -> Image.Image:
    first = next(iter(pictures.values()))
    tall = round(TILE_PX * first.height / first.width)
    gap, head = 8, 30
    sheet = Image.new(
        "RGB", (len(columns) * (TILE_PX + gap) + gap, len(rows) * (tall + head + gap) + gap), color=PAPER
    )
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(17)
    for i, style in enumerate(rows):
        for j, area in enumerate(columns):
            left, top = gap + j * (TILE_PX + gap), gap + i * (tall + head + gap)
            draw.text((left + 2, top + 4), f"{styles()[style].name} · {area.replace('_', ' ')}", INK, font)
            if (style, area) in pictures:
                small = pictures[style, area].resize((TILE_PX, tall), Image.Resampling.LANCZOS)
                sheet.paste(small, (left, top + head))
    return sheet


if __name__ == "__main__":
    main()
