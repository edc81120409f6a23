"""Terraces, nooks and pools, and what stands on them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.garden.yards import LAWN, SIZE, STRIP, a_garden, a_site, holds
from yarda.garden.brief import AREAS
from yarda.garden.design.fields import KEEPS_LAYOUT, REDESIGNS, Extent, extent_of
from yarda.garden.design.places import fit_pool, fit_terrace
from yarda.garden.design.styles import Place, get_style, styles
from yarda.garden.flora.species import get_form, ornaments_catalog
from yarda.garden.model import FeatureKind, Garden, ZoneKind
from yarda.garden.shapes import Polygon

every_style = pytest.mark.parametrize("style", styles())
WIDE: Polygon = ((-60.0, 160.0), (300.0, 160.0), (205.0, 86.0), (35.0, 86.0))


def furnishings_of(style: str, *places: Place) -> set[str]:
    return {
        member.form for group in get_style(style).furnishings if group.on in places for member in group.members
    }


def standing(garden: Garden) -> set[str]:
    return {thing.form for thing in garden.features if thing.kind is FeatureKind.ORNAMENT}


@every_style
def test_a_patio_is_paved_and_furnished(style: str) -> None:
    garden = a_garden(style, "patio", ground=WIDE)

    assert ZoneKind.TERRACE in {zone.kind for zone in garden.zones}
    assert standing(garden) & furnishings_of(style, Place.TERRACE)


@every_style
def test_a_pool_has_a_coping_and_something_to_lie_or_sit_on(style: str) -> None:
    garden = a_garden(style, "pool_area", ground=WIDE)

    assert [zone.name for zone in garden.zones if zone.kind is ZoneKind.POOL] == ["pool"]
    assert "coping" in {zone.name for zone in garden.zones}
    assert standing(garden) & furnishings_of(style, Place.POOLSIDE)


@every_style
def test_a_backyard_has_a_place_to_go_to(style: str) -> None:
    garden = a_garden(style, "backyard", ground=WIDE)

    assert "nook" in {zone.name for zone in garden.zones}
    assert standing(garden) & furnishings_of(style, Place.NOOK)


@every_style
def test_no_two_areas_are_laid_out_alike(style: str) -> None:
    areas = ("front_yard", "backyard", "patio", "pool_area")
    looks = {
        frozenset(
            {zone.name for zone in a_garden(style, area, ground=WIDE).zones}
            | standing(a_garden(style, area, ground=WIDE))
        )
        for area in areas
    }

    assert len(looks) == len(areas)


@settings(max_examples=15, deadline=None)
@given(
    reach=st.floats(60, 120),
    far=st.floats(82, 100),
    seed=st.integers(0, 2**20),
    style=st.sampled_from(sorted(styles())),
)
def test_furniture_stands_on_its_place_and_on_the_ground(reach: float, far: float, seed: int, style: str) -> None:
    ground: Polygon = ((120 - 2 * reach, 160.0), (120 + 2 * reach, 160.0), (120 + reach, far), (120 - reach, far))
    garden = a_garden(style, "patio", seed=seed, ground=ground)
    terraces = [zone for zone in garden.zones if zone.kind is ZoneKind.TERRACE]
    wanted = furnishings_of(style, Place.TERRACE)

    stray = [
        thing.form
        for thing in garden.features
        if thing.form in wanted and not any(holds(zone.rings, thing.x, thing.z) for zone in terraces)
    ]

    assert stray == [] or not terraces


def test_furniture_is_squared_with_the_house() -> None:
    garden = a_garden("modern_minimalist", "patio", ground=WIDE)
    turns = {
        thing.rotation
        for thing in garden.features
        if thing.form in ornaments_catalog() and "pergola" in thing.form
    }

    assert turns
    assert all(abs((turn - np.degrees(a_site(WIDE).angle) + 180) % 360 - 180) < 0.2 for turn in turns)


def test_places_are_only_where_they_fit() -> None:
    narrow: Polygon = ((112.0, 158.0), (128.0, 158.0), (126.0, 110.0), (114.0, 110.0))

    assert fit_terrace(a_site(WIDE)) is not None
    assert fit_pool(get_style("mediterranean").pool, a_site(WIDE)) is not None
    assert fit_terrace(a_site(narrow)) is None
    assert fit_pool(get_style("mediterranean").pool, a_site(narrow)) is None


@pytest.mark.parametrize(
    ("preservation", "extent"),
    [
        (0.0, Extent.DRAMATIC),
        (REDESIGNS, Extent.DRAMATIC),
        (0.5, Extent.BALANCED),
        (KEEPS_LAYOUT, Extent.SUBTLE),
        (1, Extent.SUBTLE),
    ],
)
def test_preservation_is_subtle_balanced_or_dramatic(preservation: float, extent: Extent) -> None:
    assert extent_of(preservation) is extent


@every_style
def test_a_subtle_design_keeps_the_layout_and_adds_planting(style: str) -> None:
    garden = a_garden(style, "front_yard", preservation=0.85, ground=WIDE)
    kinds = {zone.kind for zone in garden.zones}

    assert garden.zones[0].kind is ZoneKind.KEPT
    assert kinds.isdisjoint({ZoneKind.GROUND, ZoneKind.PATH, ZoneKind.TERRACE, ZoneKind.POOL})
    assert not [thing for thing in garden.features if thing.kind is FeatureKind.SLAB]
    assert ZoneKind.BED in kinds
    assert len(garden.plants) >= 4


@every_style
def test_a_dramatic_design_builds_more_than_a_balanced_one(style: str) -> None:
    balanced = a_garden(style, "front_yard", preservation=0.5, ground=WIDE)
    dramatic = a_garden(style, "front_yard", preservation=0.1, ground=WIDE)

    assert "nook" in {zone.name for zone in dramatic.zones}
    assert "nook" not in {zone.name for zone in balanced.zones}


@every_style
def test_what_grows_before_a_pool_stays_below_it(style: str) -> None:
    garden = a_garden(style, "pool_area", ground=WIDE)
    camera = garden.camera
    rings = np.array(
        [point for zone in garden.zones if zone.name == "pool" for ring in zone.rings for point in ring]
    )
    columns, rows = camera.to_photo(rings[:, 0], rings[:, 1])

    hiding = []
    for plant in garden.plants:
        column, top = camera.to_photo(np.array(plant.x), np.array(plant.z), height=plant.height)
        before = plant.z < rings[:, 1].min() and columns.min() < column < columns.max()
        if before and top < rows.max() and not get_form(plant.species).tree:
            hiding.append(plant)

    assert hiding == []


@pytest.mark.parametrize("area", AREAS)
@every_style
def test_nothing_but_trees_stands_so_near_and_tall_that_it_hides_the_house(style: str, area: str) -> None:
    garden = a_garden(style, area, ground=WIDE)
    camera = garden.camera

    covered = [
        camera.focal_px * plant.height / plant.z / camera.height_px
        for plant in garden.plants
        if not get_form(plant.species).tree
    ]

    assert max(covered) <= 0.42


def test_plants_of_one_kind_stand_together() -> None:
    """Drifts, as planted by hand: a plant's nearest neighbour is of its own kind far more often than by chance."""
    garden = a_garden("california_native", "front_yard", ground=WIDE)
    plants = garden.plants
    at = np.array([(plant.x, plant.z) for plant in plants])
    apart = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1)) + np.eye(len(at)) * 99
    alike = np.mean([plants[i].species == plants[int(j)].species for i, j in enumerate(apart.argmin(1))])
    kinds = [plant.species for plant in plants]
    chance = np.mean([kinds.count(kind) / len(kinds) for kind in kinds])

    assert len(plants) > 40
    assert alike > 2.5 * chance


def test_grounds_of_these_tests_are_in_their_pictures() -> None:
    assert SIZE == (240, 160)
    assert a_site(LAWN).ground.sum() > a_site(STRIP).ground.sum()
