"""What a painted garden costs: seconds and memory by stage, and how they grow with pixels, plants and samples."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from benchmarks.harness import Result
from yarda.garden import Brief, GardenError, Limits, Painting, paint_each_in_process
from yarda.garden.brief import FINAL_SAMPLES, PREVIEW_SAMPLES
from yarda.sample import sample_geometry, sample_photo

SQUARE = 1024
LEFT = 128
"""The square of the sample's photo that is painted begins here."""
PREVIEW_PX = 480
FINAL_GOAL, PREVIEW_GOAL, MEMORY_GOAL = 20.0, 4.0, 1.2 * 2**30
FEW, USUAL, MANY = "modern_minimalist", "japanese_zen", "california_native"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One picture to paint in a child of its own."""

    what: str
    side: int = SQUARE
    samples: int = FINAL_SAMPLES
    threads: int = 2
    style: str = USUAL
    seconds: float | None = None
    """The goal, where there is one."""


def _all_cases() -> Iterator[Case]:
    yield Case(what="final, 1024², two threads", seconds=FINAL_GOAL)
    yield Case(what="final, 1024², one thread", threads=1)
    yield Case(what="final, 512²", side=512)
    yield Case(what="final, 2048²", side=2048)
    yield Case(what="preview, 480²", side=PREVIEW_PX, samples=PREVIEW_SAMPLES, seconds=PREVIEW_GOAL)
    yield Case(what="preview, 480², one thread", side=PREVIEW_PX, samples=PREVIEW_SAMPLES, threads=1)
    yield Case(what="1024², 4 samples", samples=4)
    yield Case(what="1024², 32 samples", samples=32)
    yield Case(what="final, few plants", style=FEW)
    yield Case(what="final, many plants", style=MANY)


def _quick_cases() -> Iterator[Case]:
    yield Case(what="final, 512²", side=512)
    yield Case(what="preview, 480²", side=PREVIEW_PX, samples=PREVIEW_SAMPLES, seconds=PREVIEW_GOAL)


async def run(_url: str, folder: Path) -> list[Result]:
    """Every case once, after one picture of each style that fills the folder of ground tiles."""
    return await _measure(list(_all_cases()), folder)


async def run_quick(_url: str, folder: Path) -> list[Result]:
    """Two small pictures."""
    return await _measure(list(_quick_cases()), folder)


async def _measure(cases: list[Case], folder: Path) -> list[Result]:
    for style in {case.style: None for case in cases}:
        await _paint(Case(what="tiles", side=96, samples=1, style=style), folder)
    return [_result(case, await _paint(case, folder)) for case in cases]


async def _paint(case: Case, folder: Path) -> Painting:
    limits = Limits(seconds=600, threads=case.threads, cache=folder / "tiles")
    answers = [answer async for answer in paint_each_in_process([_brief(case, folder)], limits=limits)]
    painting = answers[0]
    if isinstance(painting, GardenError):
        raise painting
    return painting


def _brief(case: Case, folder: Path) -> Brief:
    truth = sample_geometry()
    scale = case.side / SQUARE
    photo = folder / f"yard-{case.side}.png"
    if not photo.exists():
        with Image.open(io.BytesIO(sample_photo())) as picture:
            square = picture.convert("RGB").crop((LEFT, 0, LEFT + SQUARE, SQUARE))
            square.resize((case.side, case.side), Image.Resampling.LANCZOS).save(photo)
    ground = tuple(tuple(((x - LEFT) * scale, y * scale) for x, y in ring) for ring in truth.ground)
    return Brief(
        photo=photo,
        area="front_yard",
        style=case.style,
        ground=ground,
        horizon_y=truth.horizon_y * scale,
        seed=3,
        samples=case.samples,
        longest_side_px=case.side,
    )


def _result(case: Case, painting: Painting) -> Result:
    stages = ", ".join(f"{name} {seconds:.1f}" for name, seconds in painting.stages.items())
    mib = painting.peak_bytes / 2**20
    goal, met = "", None
    if case.seconds is not None:
        goal = f"≤ {case.seconds:g} s, ≤ 1.2 GiB"
        met = painting.seconds <= case.seconds and painting.peak_bytes <= MEMORY_GOAL
    plants = len(painting.garden.plants)
    return Result(
        what=f"painter: {case.what}",
        goal=goal,
        measured=f"{painting.seconds:.1f} s, {mib:.0f} MiB, {plants} plants ({stages})",
        met=met,
        numbers={"seconds": painting.seconds, "mib": mib, "plants": plants} | dict(painting.stages),
    )
