"""Renders the sample yard: `python scripts/sample_yard [--samples N] [--out FOLDER]`."""

import argparse
import io
import json
from pathlib import Path

import numpy as np
from house import house
from PIL import Image
from scene import CAMERA, GEOMETRY, HEIGHT, STEP, WIDTH, project_ring
from yard import yard

FOCAL_35MM = 43.27 * CAMERA.focal_px / float(np.hypot(WIDTH, HEIGHT))


def main() -> None:
    """Write the picture with its EXIF facts, and the geometry that is true of it."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--samples", type=int, default=96)
    arguments.add_argument("--out", type=Path, default=Path(__file__).parents[2] / "src/yarda/sample")
    chosen = arguments.parse_args()

    from render import develop, render

    linear = render({**yard(), **house()}, samples=chosen.samples)
    picture = Image.fromarray(develop(linear))
    chosen.out.mkdir(parents=True, exist_ok=True)
    (chosen.out / "yard.jpg").write_bytes(_jpeg(picture))
    (chosen.out / "yard.json").write_text(json.dumps(_geometry(), indent=1) + "\n")


def _jpeg(picture: Image.Image) -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Yarda"
    camera = exif.get_ifd(0x8769)
    camera[0x9003] = "2026:06:14 10:30:00"
    camera[0xA405] = round(FOCAL_35MM)
    for quality in range(92, 60, -2):
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=quality, exif=exif, optimize=True)
        if buffer.tell() <= 390_000:
            break
    return buffer.getvalue()


def _geometry() -> dict[str, object]:
    foot, top = (project_ring([point])[0] for point in GEOMETRY.door)
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "ground": [project_ring(ring) for ring in GEOMETRY.ground],
        "areas": {"front_yard": [project_ring(GEOMETRY.ground[0])], "walkway": [project_ring(GEOMETRY.walk)]},
        "keep_in_front": [],
        "horizon_y": CAMERA.horizon_y,
        "door": {"from": foot, "to": top, "metres": 2.03},
        "door_step_m": STEP,
        "hfov_degrees": round(float(np.degrees(2 * np.arctan(WIDTH / 2 / CAMERA.focal_px))), 2),
        "camera_height_m": CAMERA.eye_height,
    }


if __name__ == "__main__":
    main()
