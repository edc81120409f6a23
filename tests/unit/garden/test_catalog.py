"""The catalog's files: every name used exists, every measure is one a gardener would believe."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np
import pytest

from yarda.domain.catalog import AreaName, StyleName
from yarda.garden.brief import AREAS
from yarda.garden.catalog import build, list_tables, read_table
from yarda.garden.design.styles import Accent, Bed, Creek, Drift, Island, Row, Style, get_style, styles
from yarda.garden.errors import InvalidCatalog, UnknownStyle
from yarda.garden.flora.species import Form, clearance, get_form, ornaments_catalog, species
from yarda.garden.materials import get_material, materials
from yarda.garden.picture.surface import EDGE_COLOURS, EDGE_TEXTURES

BOTANICAL = re.compile(r"[A-Z][a-z]+ (?:x )?(?:[a-z]+(?:-[a-z]+)*|'[A-Z][A-Za-z ]+')")
EVERY_FORM: Mapping[str, Form] = {**species(), **ornaments_catalog()}


@pytest.fixture(params=styles())
def style(request: pytest.FixtureRequest) -> Style:
    return get_style(request.param)


@dataclass(frozen=True, kw_only=True)
class Shrub:
    """A table of a catalog, for the reader's own tests."""

    name: str
    height: float
    zones: tuple[int, int] = (5, 9)

    def __post_init__(self) -> None:
        if self.height <= 0:
            raise ValueError("the height must be positive")


def test_every_style_that_can_be_asked_for_can_be_laid_out() -> None:
    assert set(styles()) == {style.value for style in StyleName}


def test_every_area_that_can_be_asked_for_can_be_laid_out() -> None:
    assert set(AREAS) == {area.value for area in AreaName}


def test_a_style_names_only_plants_and_ornaments_that_exist(style: Style) -> None:
    assert set(style.forms()) - set(EVERY_FORM) == set()


def test_a_style_lays_only_materials_that_exist(style: Style) -> None:
    assert {surface.material for surface in style.surfaces()} - set(materials()) == set()


def test_a_style_lines_its_zones_only_with_edges_that_can_be_drawn(style: Style) -> None:
    lined = {surface.edge: surface.edge_width for surface in style.surfaces() if surface.edge}

    assert set(lined) - {*EDGE_COLOURS, *EDGE_TEXTURES} == set()
    assert all(0 < width <= 0.3 for width in lined.values())


def test_edges_are_drawn_with_materials_that_exist() -> None:
    assert set(EDGE_TEXTURES.values()) - set(materials()) == set()


def test_a_style_names_only_areas_that_exist(style: Style) -> None:
    rules: tuple[Bed | Island | Creek | Accent | Row | Drift, ...] = (
        *style.beds,
        *style.islands,
        *style.creeks,
        *style.accents,
        *style.rows,
        *style.drifts,
    )

    assert {area for rule in rules for area in rule.areas} - set(AREAS) == set()


def test_a_style_plants_something_in_every_area(style: Style) -> None:
    rules: tuple[Row | Drift, ...] = (*style.rows, *style.drifts)

    planted = {area for rule in rules for area in rule.areas}

    assert planted == set(AREAS)


def test_a_style_keeps_its_plants_apart(style: Style) -> None:
    assert all(drift.spacing > 0 and drift.margin >= 0 for drift in style.drifts)
    assert all(row.spacing > 0 for row in style.rows)


def test_a_style_strews_a_number_of_plants_one_could_buy(style: Style) -> None:
    assert all(0 < drift.density <= 12 and 1 <= drift.most <= 300 for drift in style.drifts)
    assert all(weight > 0 for drift in style.drifts for weight in drift.mix.values())


def test_a_path_can_be_walked(style: Style) -> None:
    assert 0.5 <= style.path.width <= 2.0
    assert style.path.surface or style.path.slabs


def test_a_style_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(UnknownStyle, match=r"'baroque' is not one of .*japanese_zen"):
        get_style("baroque")


def test_every_species_suits_a_style() -> None:
    assert [key for key, plant in species().items() if not plant.suits or set(plant.suits) - set(styles())] == []


def test_a_style_plants_what_suits_it(style: Style) -> None:
    planted = set(style.forms()) & set(species())

    assert [key for key in planted if style.id not in species()[key].suits] == []


@pytest.mark.parametrize("key", species())
def test_a_species_has_measures_of_a_garden_plant(key: str) -> None:
    plant = species()[key]

    assert 0.02 <= plant.height <= 15
    assert 0.1 <= plant.spread <= 12
    assert clearance(plant.radius) > 0


def test_botanical_names_are_a_genus_and_an_epithet_or_a_cultivar() -> None:
    wrong = [plant.botanical for plant in species().values() if not BOTANICAL.fullmatch(plant.botanical)]

    assert wrong == []


def test_water_and_sun_are_said_in_a_few_fixed_words() -> None:
    assert {plant.water for plant in species().values()} <= {"very low", "low", "medium", "high"}
    assert {plant.sun for plant in species().values()} <= {
        "sun",
        "sun to part shade",
        "sun to shade",
        "part shade",
        "shade",
    }


def test_a_common_name_stands_for_one_species() -> None:
    names = [plant.common for plant in species().values()]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("key", EVERY_FORM)
def test_a_mesh_is_as_large_as_the_catalog_says(key: str) -> None:
    form = get_form(key)

    parts = form.draw(key=key, variant=0)

    points = np.concatenate([mesh.vertices for mesh in parts.values()])
    assert np.isfinite(points).all()
    assert 0.6 < points[:, 2].max() / form.height < 1.45
    nearly_all = 97 if key in species() else 100
    assert 0.7 < 2 * np.percentile(np.hypot(points[:, 0], points[:, 1]), nearly_all) / form.spread < 1.65


@pytest.mark.parametrize("key", ["japanese_maple", "boxwood_ball", "grey_boulder"])
def test_a_variant_always_grows_the_same_and_unlike_the_others(key: str) -> None:
    def grown(variant: int) -> bytes:
        parts = get_form(key).grow(key=key, variant=variant)
        return b"".join(mesh.vertices.tobytes() + mesh.colours.tobytes() for mesh in parts.values())

    assert grown(1) == grown(1)
    assert grown(1) != grown(2)


@pytest.mark.parametrize("find", [get_form, get_material])
def test_a_name_that_is_not_in_the_catalog_is_an_error_that_names_it(find: Any) -> None:
    with pytest.raises(InvalidCatalog, match="triffid"):
        find("triffid")


def test_every_toml_file_of_the_package_is_one_that_is_read() -> None:
    folder = resources.files("yarda.garden") / "data"

    assert {entry.name for entry in folder.iterdir() if entry.is_file()} == {
        "furnishings.toml",
        "materials.toml",
        "ornaments.toml",
        "prices.toml",
        "words.toml",
    }
    assert {entry.name for entry in folder.iterdir() if entry.is_dir()} == {"species", "styles"}
    assert set(list_tables("styles")) == set(styles())
    assert read_table("prices.toml") == tomllib.loads((folder / "prices.toml").read_text())


def test_a_table_becomes_what_it_describes() -> None:
    shrub = build(Shrub, {"name": "yew", "height": 2, "zones": [4, 7]}, where="shrubs")

    assert shrub == Shrub(name="yew", height=2.0, zones=(4, 7))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"name": "yew", "height": 2, "colour": "green"}, "shrubs: 'colour' is not one of"),
        ({"name": "yew"}, "shrubs: 'height' is missing"),
        ({"name": "yew", "height": "tall"}, "shrubs.height: 'tall' is not a float"),
        ({"name": "yew", "height": True}, "shrubs.height: True is not a float"),
        ({"name": "yew", "height": 2, "zones": [4]}, "shrubs.zones: 2 values are needed"),
        ({"name": "yew", "height": 2, "zones": [4, "x"]}, r"shrubs.zones\[1\]: 'x' is not a int"),
        ({"name": "yew", "height": -2}, "shrubs: the height must be positive"),
    ],
)
def test_a_wrong_table_is_an_error_that_names_the_place(table: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidCatalog, match=said):
        build(Shrub, table, where="shrubs")
