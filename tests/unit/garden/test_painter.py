"""Real pictures, small ones: what of the photo stays, what changes, and what makes them differ."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.unit.garden.yards import LAWN, SIZE, STRIP, pixels_of
from yarda.garden import CONCEPT_VERSION
from yarda.garden.brief import Brief, Painting
from yarda.garden.design import plots
from yarda.garden.design.site import Site
from yarda.garden.errors import NoGround, UnknownStyle, UnreadablePhoto
from yarda.garden.model import Feature, FeatureKind, Garden, Zone, ZoneKind
from yarda.garden.painter import paint
from yarda.garden.photo.camera import camera_for
from yarda.garden.photo.ground import fill_polygons
from yarda.garden.picture.raytrace import trace
from yarda.garden.shapes import Bytes, Polygon


def masks(brief: Brief, painting: Painting) -> tuple[Bytes, Bytes]:
    """The published edit mask, and the ground that was drawn."""
    ground = fill_polygons(brief.ground, size_px=SIZE, scale=1.0)
    return pixels_of(painting.edit_mask_png), ground


def test_pixels_outside_the_edit_mask_are_the_photos_own(painting: Painting, photo: Bytes) -> None:
    picture, mask = pixels_of(painting.image_png), pixels_of(painting.edit_mask_png)

    assert picture.shape == photo.shape
    assert mask.shape == photo.shape[:2]
    assert np.array_equal(picture[mask == 0], photo[mask == 0])


def test_the_house_and_the_sky_are_outside_the_edit_mask(brief: Brief, painting: Painting) -> None:
    mask, ground = masks(brief, painting)

    assert (mask == 0).mean() > 0.4
    assert not mask[: SIZE[1] // 5].any()
    assert (mask[ground == 0] == 0).mean() > 0.75


def test_the_ground_is_all_inside_the_edit_mask(brief: Brief, painting: Painting) -> None:
    mask, ground = masks(brief, painting)

    assert (mask[ground == 255] == 255).all()


def test_the_design_is_plainly_another_ground_than_the_photos(
    brief: Brief, painting: Painting, photo: Bytes
) -> None:
    _, ground = masks(brief, painting)
    picture = pixels_of(painting.image_png)[ground == 255].astype(int)

    change = np.abs(picture - photo[ground == 255]).max(1)

    assert np.median(change) > 12
    assert (change > 5).mean() > 0.7


def test_the_picture_is_neither_black_nor_burnt_out(brief: Brief, painting: Painting) -> None:
    _, ground = masks(brief, painting)

    levels = pixels_of(painting.image_png)[ground == 255]

    assert 30 < np.median(levels) < 225
    assert levels.std() > 10


def test_the_same_brief_gives_the_same_bytes(brief: Brief, painting: Painting) -> None:
    again = paint(brief)

    assert again.image_png == painting.image_png
    assert again.edit_mask_png == painting.edit_mask_png
    assert again.garden == painting.garden


def test_another_seed_gives_another_picture(brief: Brief, painting: Painting) -> None:
    other = paint(replace(brief, seed=2))

    mask = pixels_of(painting.edit_mask_png) > 0
    differs = (pixels_of(other.image_png) != pixels_of(painting.image_png)).any(2)
    assert other.garden.plants != painting.garden.plants
    assert differs[mask].mean() >= 0.2


def test_a_preview_is_as_large_as_the_photo_and_keeps_its_pixels(brief: Brief, photo: Bytes) -> None:
    preview = paint(replace(brief, style="desert_landscape", longest_side_px=96))

    picture, mask = pixels_of(preview.image_png), pixels_of(preview.edit_mask_png)
    assert picture.shape == photo.shape
    assert preview.garden.camera.width_px == 96
    assert np.array_equal(picture[mask == 0], photo[mask == 0])
    assert 0.1 < (mask > 0).mean() < 0.8


def test_what_is_kept_in_front_stays_as_it_was(brief: Brief, photo: Bytes) -> None:
    post: Polygon = ((60.0, 60.0), (80.0, 60.0), (80.0, 150.0), (60.0, 150.0))

    kept = paint(replace(brief, keep_in_front=(post,), longest_side_px=160))

    assert np.array_equal(pixels_of(kept.image_png)[62:148, 62:78], photo[62:148, 62:78])


def test_the_picture_says_what_it_is(painting: Painting) -> None:
    with Image.open(io.BytesIO(painting.image_png)) as picture:
        assert picture.format == "PNG"
        assert picture.info["Description"] == "Concept rendering"
        assert picture.info["Software"] == f"Yarda concept {CONCEPT_VERSION}"
    assert painting.version == CONCEPT_VERSION


def test_the_garden_in_the_answer_is_the_one_that_was_asked_for(brief: Brief, painting: Painting) -> None:
    garden = painting.garden

    assert (garden.style, garden.area, garden.seed) == (brief.style, brief.area, brief.seed)
    assert garden.ground == brief.ground
    assert Garden.from_json(garden.to_json()) == garden


def test_no_ground_is_an_error_before_anything_is_painted(brief: Brief) -> None:
    shares: list[float] = []

    with pytest.raises(NoGround, match="draw the ground"):
        paint(replace(brief, ground=()), on_progress=shares.append)

    assert shares == []


def test_a_style_that_does_not_exist_is_an_error(brief: Brief) -> None:
    with pytest.raises(UnknownStyle, match="baroque"):
        paint(replace(brief, style="baroque"))


@pytest.mark.parametrize("data", [None, b"", b"not a picture", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"])
def test_a_photo_that_cannot_be_read_is_an_error_that_names_it(
    data: bytes | None, brief: Brief, tmp_path: Path
) -> None:
    path = tmp_path / "yard.jpg"
    if data is not None:
        path.write_bytes(data)

    with pytest.raises(UnreadablePhoto, match="cannot be read"):
        paint(replace(brief, photo=path))


def test_a_photo_cut_short_is_an_error(brief: Brief, tmp_path: Path) -> None:
    path = tmp_path / "yard.png"
    whole = brief.photo.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])

    with pytest.raises(UnreadablePhoto):
        paint(replace(brief, photo=path))


@pytest.mark.parametrize("ground", [LAWN, STRIP])
def test_a_stone_is_traced_where_the_camera_sees_it(ground: Polygon) -> None:
    camera = camera_for(SIZE, horizon_y=70.0)
    outline: Polygon = ((0.3, 4.0), (1.3, 4.0), (1.3, 5.0), (0.3, 5.0))
    stone = Feature(
        kind=FeatureKind.SLAB, form="#8f8b84", x=0.8, z=4.5, radius=0.71, height=0.004, outline=outline
    )
    garden = Garden(
        style="none", area="patio", seed=1, camera=camera, ground=(ground,), zones=(), plants=(), features=(stone,)
    )
    mask = fill_polygons((ground,), size_px=SIZE, scale=1.0)

    traced = trace(
        garden,
        (),
        camera=camera,
        albedo=np.full((SIZE[1], SIZE[0], 3), 0.2, np.float32),
        top=0,
        ground=mask > 127,
        sun=None,
        samples=16,
        seed=1,
    )

    u, v = camera.to_photo(np.array([c[0] for c in outline]), np.array([c[1] for c in outline]))
    expected = fill_polygons((tuple(zip(u.tolist(), v.tolist(), strict=True)),), size_px=SIZE, scale=1.0) / 255
    rows, columns = np.indices(expected.shape)
    for index in (rows, columns):
        seen = (index * traced.coverage).sum() / traced.coverage.sum()
        assert seen == pytest.approx((index * expected).sum() / expected.sum(), abs=0.5)


def test_a_kept_zone_stays_the_photos_own(brief: Brief, photo: Bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def keep_all(style: object, site: Site, **rest: object) -> Garden:
        own = Zone(name="own", kind=ZoneKind.KEPT, material="", rings=(((-50, 0), (50, 0), (50, 90), (-50, 90)),))
        zones = (Zone(name="ground", kind=ZoneKind.GROUND, material="moss", rings=()), own)
        return Garden(
            style="n", area="patio", seed=1, camera=site.camera, ground=(), zones=zones, plants=(), features=()
        )

    monkeypatch.setattr(plots, "lay_out", keep_all)

    painting = paint(brief)

    assert np.array_equal(pixels_of(painting.image_png), photo)
    assert not pixels_of(painting.edit_mask_png).any()


def test_a_painting_tells_how_long_its_stages_took(painting: Painting) -> None:
    assert list(painting.stages) == [
        *("design", "photo", "ground", "meshes", "trace", "shadows and mirrors", "composite", "encode")
    ]
    assert sum(painting.stages.values()) == pytest.approx(painting.seconds, abs=0.3)
    assert painting.peak_bytes > 2**26
