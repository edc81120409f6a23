"""Relief on the ground: it ends without a step, and re-laid grass is as bright as the grass that was there."""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from tests.unit.garden.yards import SIZE
from yarda.garden import painter
from yarda.garden.brief import DEFAULT_SUN, Brief
from yarda.garden.design import plots
from yarda.garden.design.site import Site, survey
from yarda.garden.model import Garden, Zone, ZoneKind
from yarda.garden.photo.camera import camera_for
from yarda.garden.photo.ground import ground_mask
from yarda.garden.photo.light import LUMINANCE, to_linear
from yarda.garden.picture.raytrace import trace
from yarda.garden.picture.relief import place_patches
from yarda.garden.picture.surface import paint_ground
from yarda.garden.shapes import Polygon, Singles

CAMERA = camera_for(SIZE, horizon_y=50.0)
YARD: Polygon = ((0.0, 159.0), (239.0, 159.0), (239.0, 58.0), (0.0, 58.0))
PHOTOS = Path(__file__).parents[4] / "shared/photos"


def bare(site: Site, *, material: str) -> Garden:
    zone = Zone(name="ground", kind=ZoneKind.GROUND, material=material, rings=())
    return Garden(
        style="n", area="patio", seed=1, camera=site.camera, ground=(), zones=(zone,), plants=(), features=()
    )


@pytest.mark.parametrize("material", ["lawn", "mulch"])
def test_relief_fades_out_without_a_step_in_brightness(material: str) -> None:
    mask = ground_mask((YARD,), keep_in_front=(), camera=CAMERA, scale=1.0)
    site = survey(CAMERA, mask)
    garden = bare(site, material=material)
    surface = paint_ground(garden, site, supersampling=1.0)

    def brightness(patches: Any) -> Singles:
        radiance = trace(
            garden,
            patches,
            camera=CAMERA,
            albedo=surface.albedo,
            top=surface.top,
            ground=mask > 127,
            sun=DEFAULT_SUN,
            samples=4,
            seed=1,
        ).radiance
        return np.asarray((radiance @ LUMINANCE)[:, 40:200].mean(1))

    patches = list(place_patches(garden, site, surface.fields))
    rows = slice(66, 156)
    ratio = brightness(patches)[rows] / brightness(())[rows]
    calm = np.convolve(ratio, np.ones(6) / 6, "valid")

    assert len(patches) > 100
    assert calm.min() > 0.85
    assert calm.max() < 1.12
    assert np.abs(np.diff(calm)).max() < 0.05


def test_relief_is_lower_the_farther_it_lies() -> None:
    site = survey(CAMERA, ground_mask((YARD,), keep_in_front=(), camera=CAMERA, scale=1.0))
    garden = bare(site, material="lawn")
    patches = list(place_patches(garden, site, (np.full(site.edge.shape, 9.0),)))

    near = [patch.rise for patch in patches if patch.z < 3]
    far = [patch.rise for patch in patches if patch.z > 9]

    assert np.mean(far) < 0.6 * np.mean(near)
    assert {patch.shape.thin for patch in patches if patch.z < 3} == {0}


def grass_ratio(brief: Brief, monkeypatch: pytest.MonkeyPatch) -> float:
    """Median luminance of the lawn that is laid over that of the grass that was there."""
    monkeypatch.setattr(plots, "lay_out", lambda style, site, **rest: bare(site, material="lawn"))
    painting = painter.paint(brief)
    mask = np.asarray(Image.open(io.BytesIO(painting.edit_mask_png))) > 0
    with Image.open(brief.photo) as picture:
        old = to_linear(np.asarray(picture.convert("RGB")) / 255)
    new = to_linear(np.asarray(Image.open(io.BytesIO(painting.image_png))) / 255)
    grass = cv2.erode(mask.astype(np.uint8), np.ones((5, 5))) > 0
    grass &= (old[..., 1] > old[..., 0] * 1.04) & (old[..., 1] > old[..., 2] * 1.15)
    assert grass.mean() > 0.05
    return float(np.median((new @ LUMINANCE)[grass]) / np.median((old @ LUMINANCE)[grass]))


def test_grass_laid_anew_is_as_bright_as_the_sample_yards(brief: Brief, monkeypatch: pytest.MonkeyPatch) -> None:
    assert grass_ratio(brief, monkeypatch) == pytest.approx(1, abs=0.15)


@pytest.mark.skipif(not (PHOTOS / "cases.json").exists(), reason="the photos are not here")
@pytest.mark.parametrize("name", ["pwb_front_modern_house.jpg", "pwb_backyard_dusk_tree.jpg"])
def test_grass_laid_anew_is_as_bright_as_the_photos(
    name: str, brief: Brief, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = json.loads((PHOTOS / "cases.json").read_text())[name]
    rings = tuple(tuple((float(x), float(y)) for x, y in ring) for ring in case["polys"])
    holes = tuple(tuple((float(x), float(y)) for x, y in ring) for ring in case.get("holes", []))

    ratio = grass_ratio(
        replace(
            brief,
            photo=PHOTOS / name,
            ground=rings,
            keep_in_front=holes,
            horizon_y=float(case["hy"]),
            samples=2,
            longest_side_px=320,
        ),
        monkeypatch,
    )

    assert ratio == pytest.approx(1, abs=0.15)
