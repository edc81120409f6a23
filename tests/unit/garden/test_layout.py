"""What is laid out on the ground: all of it inside, nothing too close, and as much as there is room for."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.ndimage import binary_dilation
from scipy.spatial import ConvexHull

from tests.unit.garden.yards import (
    HORIZON_Y,
    LAWN,
    SIZE,
    STRIP,
    a_garden,
    a_site,
    crowded,
    foot,
    holds,
    pixels_inside,
)
from yarda.garden.brief import AREAS
from yarda.garden.design.fields import PATH_AREAS
from yarda.garden.design.site import CELL
from yarda.garden.design.styles import get_style, styles
from yarda.garden.flora.species import clearance, get_form
from yarda.garden.materials import get_material
from yarda.garden.model import FeatureKind, Garden, ZoneKind
from yarda.garden.shapes import Polygon

BUILT = {ZoneKind.PATH, ZoneKind.TERRACE, ZoneKind.POOL}
SOLID_GROUND = ((60.0, 150.0), (180.0, 150.0), (120.0, 100.0))
"""Part of every ground that is drawn, so that each is large enough to be designed."""

DRAWN_EDGE_PX = 1.5
"""How far the ground's mask may reach beyond the line that was drawn: its edge is anti-aliased."""

points = st.tuples(st.floats(0, SIZE[0]), st.floats(HORIZON_Y + 8, SIZE[1]))
seeds = st.integers(0, 2**32)
every_style = pytest.mark.parametrize("style", styles())
every_area = pytest.mark.parametrize("area", AREAS)


@st.composite
def convex_grounds(draw: st.DrawFn) -> Polygon:
    corners = np.array([*SOLID_GROUND, *draw(st.lists(points, min_size=1, max_size=6))])
    hull = ConvexHull(corners)
    assume(hull.volume < SIZE[0] * SIZE[1])
    return tuple((float(u), float(v)) for u, v in corners[hull.vertices])


@every_area
@every_style
def test_every_style_plants_every_area(style: str, area: str) -> None:
    garden = a_garden(style, area)

    assert (garden.style, garden.area) == (style, area)
    assert len(garden.plants) >= 5
    assert garden.zones[0].kind is ZoneKind.GROUND
    assert all(get_material(zone.material) and zone.rings for zone in garden.zones)


@every_area
@every_style
def test_every_plant_is_one_of_its_style_and_has_a_size_like_its_kind(style: str, area: str) -> None:
    garden = a_garden(style, area)

    assert {plant.species for plant in garden.plants} <= set(get_style(style).forms())
    for plant in garden.plants:
        kind = get_form(plant.species)
        assert 0.5 < plant.height / kind.height < 1.5
        assert 0.5 < plant.radius / (kind.spread / 2) < 1.5


@every_area
@every_style
def test_plants_keep_apart(style: str, area: str) -> None:
    least = min([0.7, *(drift.spacing for drift in get_style(style).drifts)])

    assert list(crowded(a_garden(style, area), share=least)) == []


@every_area
@every_style
def test_nothing_grows_on_a_path_a_terrace_or_in_a_pool(style: str, area: str) -> None:
    garden = a_garden(style, area)
    built = [zone for zone in garden.zones if zone.kind in BUILT]

    standing = [p for p in garden.plants for zone in built if holds(zone.rings, p.x, p.z)]

    assert standing == []


@pytest.mark.parametrize("area", PATH_AREAS)
@every_style
def test_nothing_tall_stands_before_the_door(style: str, area: str) -> None:
    garden = a_garden(style, area)
    line = a_site().back_line
    door = line[np.argmin(np.abs(line[:, 0] - np.median(line[:, 0])))]

    tall = [p for p in garden.plants if p.height > 1.2 and np.hypot(p.x - door[0], p.z - door[1]) < 1.55]

    assert tall == []


@every_area
@every_style
def test_every_plant_keeps_clear_of_the_border(style: str, area: str) -> None:
    site = a_site()
    x, z = site.grid.centres()
    u, v = site.camera.to_photo(x, z)
    seen = (u >= 0) & (u < SIZE[0]) & (v >= 0) & (v < SIZE[1])
    border_x, border_z = x[seen & ~site.ground], z[seen & ~site.ground]

    for plant in a_garden(style, area).plants:
        nearest = float(np.hypot(border_x - plant.x, border_z - plant.z).min())
        assert nearest > clearance(foot(plant)) - CELL


@settings(max_examples=20, deadline=None)
@given(ground=convex_grounds(), seed=seeds, style=st.sampled_from(sorted(styles())), area=st.sampled_from(AREAS))
def test_every_plant_stands_on_the_ground_that_was_drawn(
    ground: Polygon, seed: int, style: str, area: str
) -> None:
    garden = a_garden(style, area, seed=seed, ground=ground)

    outside = [plant for plant in garden.plants if pixels_inside(ground, garden, plant) < -DRAWN_EDGE_PX]

    assert outside == []


@settings(max_examples=12, deadline=None)
@given(ground=convex_grounds(), seed=seeds, style=st.sampled_from(sorted(styles())), area=st.sampled_from(AREAS))
def test_slabs_lie_on_the_ground_with_all_their_corners(ground: Polygon, seed: int, style: str, area: str) -> None:
    garden = a_garden(style, area, seed=seed, ground=ground)
    site = a_site(ground)

    corners = np.array([c for f in garden.features if f.kind is FeatureKind.SLAB for c in f.outline])

    if len(corners):
        u, v = garden.camera.to_photo(corners[:, 0], corners[:, 1])
        seen = (u >= 0) & (u < SIZE[0]) & (v >= 0) & (v < SIZE[1])
        cells = np.floor((corners - (site.grid.left, site.grid.near)) / CELL).astype(int)[seen]
        assert binary_dilation(site.ground)[cells[:, 1], cells[:, 0]].all()


@every_style
def test_the_same_seed_gives_the_same_garden(style: str) -> None:
    assert a_garden.__wrapped__(style, "front_yard") == a_garden(style, "front_yard")


@every_style
def test_another_seed_gives_another_garden(style: str) -> None:
    one, other = a_garden(style, "front_yard", seed=1), a_garden(style, "front_yard", seed=2)

    assert {(p.species, p.x, p.z) for p in one.plants}.isdisjoint((p.species, p.x, p.z) for p in other.plants)


@every_style
def test_a_large_ground_holds_more_plants_than_a_small_one(style: str) -> None:
    large, small = a_garden(style, "front_yard", ground=LAWN), a_garden(style, "front_yard", ground=STRIP)

    assert len(large.plants) > 1.5 * len(small.plants)


@pytest.mark.parametrize(
    "style", [key for key, style in styles().items() if any("front_yard" in bed.areas for bed in style.beds)]
)
def test_preserving_more_plants_less_in_the_beds(style: str) -> None:
    def planted(preservation: float) -> int:
        gardens = [a_garden(style, "front_yard", seed=seed, preservation=preservation) for seed in (1, 2)]
        return sum(len(garden.plants) for garden in gardens)

    assert planted(0.0) > planted(1.0)


def test_a_pool_area_with_room_has_a_pool() -> None:
    assert [zone.kind for zone in a_garden("modern_minimalist", "pool_area").zones].count(ZoneKind.POOL) == 1


def test_a_pool_area_without_room_has_a_terrace_instead() -> None:
    kinds = {zone.kind for zone in a_garden("modern_minimalist", "pool_area", ground=STRIP).zones}

    assert ZoneKind.TERRACE in kinds
    assert ZoneKind.POOL not in kinds


def test_ground_that_runs_out_of_the_frame_has_no_border_there() -> None:
    open_ended: Polygon = ((-50.0, 200.0), (290.0, 200.0), (290.0, 100.0), (-50.0, 100.0))
    site = a_site(open_ended)
    _, z = site.grid.centres()

    along_the_frame = site.ground & (z < z[site.ground].min() + 0.3)

    assert site.edge[along_the_frame].min() > 2.0


def test_a_garden_says_where_it_was_drawn() -> None:
    garden = a_garden("japanese_zen", "patio")

    assert isinstance(garden, Garden)
    assert garden.ground == (LAWN,)
    assert garden.camera == a_site().camera
    assert replace(garden, seed=2) != garden
