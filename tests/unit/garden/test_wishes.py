"""Wishes: read, worked into the style, and told when they could not be."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.garden.yards import STRIP, a_site
from yarda.garden.design.layout import lay_out
from yarda.garden.design.styles import Course, get_style, styles
from yarda.garden.design.wishes import Trait, grant, not_done, read_wishes
from yarda.garden.design.wishes.read import shows, words
from yarda.garden.flora.species import get_form, ornaments_catalog, species
from yarda.garden.materials import get_material
from yarda.garden.model import Garden, ZoneKind
from yarda.garden.shapes import Polygon

WIDE: Polygon = ((-60.0, 160.0), (300.0, 160.0), (205.0, 86.0), (35.0, 86.0))


def granted(text: str, *, style: str = "english_garden", area: str = "front_yard") -> Garden:
    return lay_out(
        grant(get_style(style), read_wishes(text)),
        a_site(WIDE),
        area=area,
        seed=1,
        preservation=0.5,
        ground=(WIDE,),
    )


def planted(garden: Garden) -> set[str]:
    return {plant.species for plant in garden.plants}


def unmet(text: str, garden: Garden) -> str:
    return " | ".join(not_done(read_wishes(text), garden, keeps_something=False))


@pytest.mark.parametrize(
    "text", ["a Japanese maple", "I would love some japanese maples.", "Acer palmatum, please"]
)
def test_a_plant_is_known_by_its_names(text: str) -> None:
    garden = granted(text)

    assert "japanese_maple" in planted(garden)
    assert unmet(text, garden) == ""


def test_every_species_is_known_by_its_common_and_its_botanical_name() -> None:
    for key, plant in species().items():
        common = plant.common.split("(")[0].strip()
        assert any(key in ids for ids in read_wishes(common).plants), common


def test_a_colour_before_a_plant_chooses_among_its_kinds() -> None:
    assert read_wishes("pink roses").plants == [("pink_rose",)]


def test_a_plant_that_is_refused_is_not_planted() -> None:
    assert "english_lavender" in planted(granted(""))
    assert "english_lavender" not in planted(granted("no lavender"))


@pytest.mark.parametrize(
    "text",
    ["no lawn", "without grass", "replace the lawn with gravel", "gravel instead of lawn", "get rid of the turf"],
)
def test_a_lawn_that_is_refused_is_not_laid(text: str) -> None:
    assert granted("").zones[0].material == "lawn"
    assert granted(text).zones[0].material == "cream_gravel"


def test_a_lawn_that_is_to_be_kept_stays_the_photos_own() -> None:
    garden = granted("keep the lawn")

    assert garden.zones[0].kind is ZoneKind.KEPT
    assert len(garden.plants) > 20


@pytest.mark.parametrize(
    ("text", "material"), [("gravel path", "cream_gravel"), ("a straight flagstone walkway", "flagstone")]
)
def test_a_path_is_laid_in_what_was_asked_for(text: str, material: str) -> None:
    paths = [zone.material for zone in granted(text, style="japanese_zen").zones if zone.kind is ZoneKind.PATH]

    assert paths == [material]


def test_a_path_runs_as_asked_or_not_at_all() -> None:
    assert grant(get_style("english_garden"), read_wishes("a straight path")).path.course is Course.STRAIGHT
    assert ZoneKind.PATH not in {zone.kind for zone in granted("no path").zones}


@pytest.mark.parametrize("style", styles())
def test_low_water_means_plants_that_need_little_and_no_lawn(style: str) -> None:
    garden = granted("low water", style=style)

    assert {species()[key].water for key in planted(garden)} <= {"very low", "low"}
    assert garden.zones[0].material not in ("lawn", "fine_lawn", "meadow")
    assert len(garden.plants) >= 8


@pytest.mark.parametrize("style", styles())
def test_pet_safe_means_nothing_toxic(style: str) -> None:
    garden = granted("pet safe please", style=style)

    assert not [key for key in planted(garden) if species()[key].toxic_to_pets]
    assert len(garden.plants) >= 8


@pytest.mark.parametrize("style", styles())
def test_colours_are_the_only_ones_that_flower(style: str) -> None:
    garden = granted("white flowers", style=style)
    flowering = [species()[key] for key in planted(garden) if species()[key].flower_colour]

    assert flowering
    assert all(shows(plant, {"white", "cream"}) for plant in flowering)


def test_more_and_fewer_plants_are_counted() -> None:
    sparse, usual, lush = (len(granted(text).plants) for text in ("fewer plants", "", "lush and dense"))

    assert sparse < usual <= lush


def test_furniture_is_set_where_there_is_room() -> None:
    garden = granted("add a bench and a fire pit", area="patio", style="tropical_resort")

    assert {"teak_bench", "fire_bowl"} <= {thing.form for thing in garden.features}


def test_what_cannot_be_done_is_told_in_the_writers_words() -> None:
    text = "a marble statue of my dog, keep the oak, white flowers"
    garden = granted(text)

    said = unmet(text, garden)

    assert "“a marble statue of my dog”" in said
    assert "keep in front" in said
    assert "colours" not in said


def test_a_plant_without_room_is_told() -> None:
    text = "a coast live oak"
    style = grant(get_style("english_garden"), read_wishes(text))
    garden = lay_out(style, a_site(STRIP), area="walkway", seed=1, preservation=0.5, ground=(STRIP,))

    assert unmet(text, garden) == "no room for coast live oak"


def phrases() -> st.SearchStrategy[str]:
    said = [*words().surfaces, *words().colours, *words().furnishings, *words().traits]
    joints = ["no", "keep", "and", "path", ",", "roses", "oak"]
    return st.lists(st.sampled_from([*said, *joints]), max_size=12).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(text=st.one_of(st.text(max_size=500), phrases()), style=st.sampled_from(sorted(styles())))
def test_no_wish_breaks_a_style(text: str, style: str) -> None:
    made = grant(get_style(style), read_wishes(text))

    assert all(get_form(form) for form in made.forms())
    assert all(get_material(surface.material) for surface in made.surfaces() if surface.material)


def test_every_word_stands_for_something_that_exists() -> None:
    assert all(get_material(material) for material in words().surfaces.values())
    assert set(words().furnishings.values()) <= set(ornaments_catalog())
    seen = {word for plant in species().values() for word in plant.flower_colour.split()}
    assert all(set(names) & seen for names in words().colours.values())
    assert set(words().traits.values()) <= set(Trait)
