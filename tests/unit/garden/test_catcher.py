"""New shadows on what the photo keeps: where they fall, and that nothing else is touched."""

import numpy as np
import pytest

from tests.unit.garden.yards import SIZE
from yarda.garden.brief import Sun
from yarda.garden.design.site import survey
from yarda.garden.model import Feature, FeatureKind, Garden, Plant, Zone, ZoneKind
from yarda.garden.photo.camera import camera_for
from yarda.garden.photo.ground import fill_polygons
from yarda.garden.picture.catcher import find_backdrop, shade_photo
from yarda.garden.picture.composite import Layer, blend
from yarda.garden.picture.raytrace import Traced, trace
from yarda.garden.picture.surface import paint_ground
from yarda.garden.shapes import Bytes, Polygon, Singles

CAMERA = camera_for(SIZE, horizon_y=60.0)
BED: Polygon = ((90.0, 158.0), (130.0, 158.0), (130.0, 90.0), (90.0, 90.0))
FROM_THE_LEFT = Sun(azimuth=-80.0, elevation=35.0, strength=0.75)


def garden(*, zones: tuple[Zone, ...] = ()) -> Garden:
    shrub = Plant(species="boxwood_ball", x=-0.1, z=4.0, radius=0.5, height=1.0, rotation=0.0, variant=0)
    return Garden(
        style="none",
        area="patio",
        seed=1,
        camera=CAMERA,
        ground=(BED,),
        zones=zones,
        plants=(shrub,),
        features=(),
    )


def mask() -> Bytes:
    return fill_polygons((BED,), size_px=SIZE, scale=1.0)


@pytest.fixture(scope="module")
def traced() -> Traced:
    ground = mask() > 127
    return trace(
        garden(),
        (),
        camera=CAMERA,
        albedo=np.full((SIZE[1], SIZE[0], 3), 0.2, np.float32),
        top=0,
        ground=ground,
        sun=FROM_THE_LEFT,
        samples=4,
        seed=1,
        backdrop=find_backdrop(CAMERA, ground),
    )


def received(traced: Traced) -> Singles:
    assert traced.received is not None
    return traced.received


def test_a_shrub_beside_the_mask_darkens_the_paving_on_its_shadow_side(traced: Traced) -> None:
    light = received(traced)
    foot = int(CAMERA.to_photo(np.array(0.0), np.array(4.0))[1])

    assert light[foot - 6 : foot + 2, 134:146].mean() < 0.75
    assert light[foot - 6 : foot + 2, 60:85].mean() > 0.95


def test_new_shadows_never_brighten_and_far_away_nothing_changes(traced: Traced) -> None:
    light = received(traced)

    assert light.max() <= 1
    assert (light[:, 215:] == 1).all()
    assert (light[:, :25] == 1).all()
    assert (light[:50] == 1).all()


def test_pixels_in_full_light_stay_byte_identical(traced: Traced) -> None:
    photo = np.random.default_rng(2).integers(0, 256, (SIZE[1], SIZE[0], 3), dtype=np.uint8)
    share = np.zeros((SIZE[1], SIZE[0]), np.float32)
    layer = Layer(colours=np.zeros((*share.shape, 3), np.float32), share=share, received=received(traced))

    painted, edits = blend(photo, layer)

    assert np.array_equal(edits > 0, received(traced) < 1)
    assert np.array_equal(painted[edits == 0], photo[edits == 0])
    assert (painted <= photo).all()
    assert (painted[edits > 0] < photo[edits > 0]).any()


def test_a_shadow_takes_less_from_what_lies_in_shadow_already() -> None:
    photo = np.full((80, 240, 3), 0.4, np.float32)
    photo[:, 120:] = 0.08
    light = np.full((80, 240), 0.5, np.float32)

    shaded = shade_photo(photo, light)

    assert shaded[40, 20] == pytest.approx(0.5, abs=0.02)
    assert shaded[40, 124] > 0.7


def test_the_backdrop_bridges_a_drive_and_follows_a_marked_edge() -> None:
    left: Polygon = ((10.0, 158.0), (80.0, 158.0), (80.0, 100.0), (10.0, 100.0))
    right: Polygon = ((160.0, 158.0), (230.0, 158.0), (230.0, 100.0), (160.0, 100.0))
    ground = fill_polygons((left, right), size_px=SIZE, scale=1.0) > 127

    bridged = find_backdrop(CAMERA, ground).contact
    marked = find_backdrop(CAMERA, ground, house_edge=((50.0, 90.0), (150.0, 95.0))).contact

    assert bridged[120] == pytest.approx(100, abs=1.5)
    assert marked[100] == pytest.approx(92.5, abs=0.1)
    assert marked[200] == pytest.approx(100, abs=1.5)


def test_a_kept_zone_has_the_photos_colours_and_is_told_apart() -> None:
    site = survey(CAMERA, mask())
    zones = (
        Zone(name="lawn", kind=ZoneKind.GROUND, material="moss", rings=()),
        Zone(name="own", kind=ZoneKind.KEPT, material="", rings=(((-9, 0), (0, 0), (0, 30), (-9, 30)),)),
    )
    own = np.zeros((SIZE[1], SIZE[0], 3), np.float32) + np.array([0.5, 0.25, 0.1], np.float32)

    ground = paint_ground(garden(zones=zones), site, supersampling=1.0, own=own)

    row = 120 - ground.top
    assert ground.kept[row, 100] == 1
    assert ground.kept[row, 128] == 0
    assert ground.albedo[row, 100] == pytest.approx([0.5, 0.25, 0.1], abs=0.02)


def test_a_stone_alone_casts_a_shadow_too() -> None:
    outline: Polygon = ((-0.5, 3.8), (0.1, 3.8), (0.1, 4.4), (-0.5, 4.4))
    stone = Feature(kind=FeatureKind.SLAB, form="#8f8b84", x=0, z=4, radius=0.4, height=0.3, outline=outline)
    ground = mask() > 127

    light = trace(
        Garden(style="n", area="patio", seed=1, camera=CAMERA, ground=(), zones=(), plants=(), features=(stone,)),
        (),
        camera=CAMERA,
        albedo=np.full((SIZE[1], SIZE[0], 3), 0.2, np.float32),
        top=0,
        ground=ground,
        sun=FROM_THE_LEFT,
        samples=1,
        seed=1,
        backdrop=find_backdrop(CAMERA, ground),
    )

    assert received(light).min() < 0.85
