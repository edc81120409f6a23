"""Paints one brief. As `python -m yarda.garden.painter` it is the child process that `process` starts."""

import ctypes
import io
import json
import resource
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from yarda.garden.brief import CONCEPT_VERSION, DEFAULT_LONGEST_SIDE_PX, Brief, Painting, Shows
from yarda.garden.design.plots import design_plots, join
from yarda.garden.design.styles import styles
from yarda.garden.errors import GardenError, UnreadablePhoto
from yarda.garden.flora.species import species
from yarda.garden.photo.camera import EYE_HEIGHT, Camera, camera_for
from yarda.garden.photo.ground import fill_polygons
from yarda.garden.photo.horizon import propose_horizon
from yarda.garden.photo.reading import read_photo
from yarda.garden.picture.composite import blend
from yarda.garden.picture.finish import finish_layer, lay_ground
from yarda.garden.picture.raytrace import trace
from yarda.garden.picture.relief import place_patches
from yarda.garden.picture.stages import Stopwatch
from yarda.garden.picture.surface import join_grounds, paint_ground
from yarda.garden.picture.xmp import describe_in_xmp
from yarda.garden.shapes import Bytes

SUPERSAMPLING = 1.5
COMPRESSION = 4

Progress = Callable[[float], None]


def paint(brief: Brief, *, on_progress: Progress = lambda share: None) -> Painting:
    """Design and paint a garden in this process.

    Raises `NoGround`, `UnknownStyle`, `UnreadablePhoto`, and `PainterUnavailable` without Mitsuba.
    """
    started = time.monotonic()
    watch = Stopwatch()
    photo = _read(brief.photo)
    camera, scale = _camera(brief, photo)
    size = (camera.width_px, camera.height_px)
    small = cv2.resize(photo, size, interpolation=cv2.INTER_AREA) if scale < 1 else photo
    front = fill_polygons(brief.keep_in_front, size_px=size, scale=scale)
    plots = design_plots(brief, camera=camera, scale=scale)
    shown = plots if brief.shows is Shows.YARD else plots[:1]
    garden = join(shown)
    mask = np.maximum.reduce([plot.mask for plot in shown])
    watch.passed("design")
    on_progress(0.1)
    reading = read_photo(brief, photo, small=small, ground=mask > 127, camera=camera, scale=scale)
    watch.passed("photo")
    grounds = [
        paint_ground(plot.garden, plot.site, supersampling=SUPERSAMPLING, own=reading.own) for plot in shown
    ]
    surface = join_grounds(grounds, [plot.mask for plot in shown])
    laid = lay_ground(surface, reading.light, camera=camera)
    watch.passed("ground")
    on_progress(0.25)
    traced = trace(
        garden,
        chain.from_iterable(
            place_patches(plot.garden, plot.site, ground.fields)
            for plot, ground in zip(shown, grounds, strict=True)
        ),
        camera=camera,
        albedo=laid.lit,
        top=surface.top,
        ground=mask > 127,
        sun=reading.sun,
        samples=brief.samples,
        seed=brief.seed,
        backdrop=reading.backdrop,
        water=laid.water > 0,
        watch=watch,
    )
    on_progress(0.9)
    layer = finish_layer(traced, laid, reading, camera=camera, mask=mask, front=front, seed=brief.seed)
    picture, edit_mask = blend(photo, layer, grain=reading.grain, seed=brief.seed)
    watch.passed("composite")
    image, edits = _png(picture, brief), _png(edit_mask, None)
    watch.passed("encode")
    return Painting(
        image_png=image,
        edit_mask_png=edits,
        garden=plots[0].garden,
        version=CONCEPT_VERSION,
        seconds=round(time.monotonic() - started, 3),
        stages=watch.stages,
        peak_bytes=_peak_bytes(),
    )


def _read(path: Path) -> Bytes:
    try:
        with Image.open(path) as picture:
            return np.asarray(picture.convert("RGB"))
    except (OSError, UnidentifiedImageError) as error:
        raise UnreadablePhoto(f"{path.name} cannot be read as a picture") from error


def _camera(brief: Brief, photo: Bytes) -> tuple[Camera, float]:
    height, width = photo.shape[:2]
    horizon = brief.horizon_y if brief.horizon_y is not None else propose_horizon(photo).y
    camera = camera_for((width, height), horizon_y=horizon, focal_length_35mm=brief.focal_length_35mm)
    camera = replace(camera, eye_height=brief.eye_height or EYE_HEIGHT)
    scale = min(1.0, (brief.longest_side_px or DEFAULT_LONGEST_SIDE_PX) / max(width, height))
    return (camera.scaled(scale), scale) if scale < 1 else (camera, 1.0)


def _png(pixels: Bytes, brief: Brief | None) -> bytes:
    info = PngInfo()
    if brief is not None:
        info.add_text("Software", f"Yarda concept {CONCEPT_VERSION}")
        info.add_text("Description", "Concept rendering")
        info.add_text("Comment", f"seed {brief.seed}, {brief.style}, {brief.area}")
        info.add_itxt("XML:com.adobe.xmp", describe_in_xmp(brief))
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", pnginfo=info, compress_level=COMPRESSION)
    return buffer.getvalue()


def main() -> None:
    """Read briefs from stdin, a line of JSON each; write a line of JSON and the pictures of each to stdout."""
    out = sys.stdout.buffer
    _limit(*(int(argument) for argument in sys.argv[1:3]))
    species(), styles()  # what every painting needs, read before the first brief comes
    for line in sys.stdin:
        out.write(_answer(line))
        out.flush()


def _answer(line: str) -> bytes:
    try:
        painting = paint(Brief.from_json(line), on_progress=_say)
    except GardenError as error:
        return json.dumps({"error": type(error).__name__, "said": str(error)}).encode() + b"\n"
    except MemoryError:
        return (
            json.dumps({"error": "PainterOutOfMemory", "said": "the painter needs more memory"}).encode() + b"\n"
        )
    header = {
        "image": len(painting.image_png),
        "edit_mask": len(painting.edit_mask_png),
        "garden": painting.garden.to_json(),
        "version": painting.version,
        "seconds": painting.seconds,
        "stages": dict(painting.stages),
        "peak_bytes": painting.peak_bytes,
    }
    return json.dumps(header).encode() + b"\n" + painting.image_png + painting.edit_mask_png


def _limit(memory_bytes: int, cpu_seconds: int) -> None:
    """No more memory and time than was granted, and no end after our parent's."""
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _peak_bytes() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _say(share: float) -> None:
    sys.stderr.write(f"progress {share:.2f}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
