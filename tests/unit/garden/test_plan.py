"""Plan and list say what the scene says."""

import csv
import io
import json
import re
from collections import Counter
from dataclasses import replace

import pytest

from tests.unit.garden.yards import STRIP, a_garden
from yarda.garden.brief import AREAS
from yarda.garden.design.styles import styles
from yarda.garden.flora.species import species
from yarda.garden.materials import materials
from yarda.garden.model import FeatureKind, Garden
from yarda.garden.plan import count_plants, draw_plan, write_pdf, write_svg
from yarda.garden.plan.prices import prices
from yarda.garden.plan.regions import find_regions, ground_of
from yarda.garden.plan.sheet import Disc, Sheet, Text


@pytest.fixture
def garden() -> Garden:
    return a_garden("california_native", "front_yard")


def scale_of(sheet: Sheet) -> int:
    words = " ".join(mark.words for mark in sheet.marks if isinstance(mark, Text))
    found = re.search(r"1:(\d+) at A3", words)
    assert found
    return int(found[1])


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("style", sorted(styles()))
def test_every_style_and_area_has_a_plan_and_a_list(style: str, area: str) -> None:
    garden = a_garden(style, area)

    sheet, listed = draw_plan(garden), count_plants(garden)

    assert len(write_svg(sheet)) > 2000
    assert listed.cost[0] <= listed.cost[1]
    assert sum(row.quantity for row in listed.plants) == len(garden.plants)


def test_the_list_counts_the_plants_of_the_scene(garden: Garden) -> None:
    listed = count_plants(garden)

    assert {row.species: row.quantity for row in listed.plants} == Counter(
        plant.species for plant in garden.plants
    )
    assert [row.number for row in listed.plants] == list(range(1, len(listed.plants) + 1))
    ornaments = [thing for thing in garden.features if thing.kind is FeatureKind.ORNAMENT]
    assert sum(row.quantity for row in listed.ornaments) == len(ornaments)


def test_plants_stand_on_the_plan_where_they_stand_in_the_scene(garden: Garden) -> None:
    """Within a centimetre of garden, against each other: the sheet's origin is its own affair."""
    sheet = draw_plan(garden)
    metre = 1000 / scale_of(sheet)
    trunks = [species()[plant.species].tree for plant in garden.plants]
    discs = [mark for mark in sheet.marks if isinstance(mark, Disc) and mark.fill != "#c9c4bb"]
    assert len(discs) == len(garden.plants) + sum(trunks)
    by_height = sorted(garden.plants, key=lambda plant: plant.height)
    first = by_height[0]
    place = iter(discs)
    origin = discs[0]
    for plant in by_height:
        disc = next(place)
        assert (disc.x - origin.x) / metre == pytest.approx(plant.x - first.x, abs=0.01)
        assert (origin.y - disc.y) / metre == pytest.approx(plant.z - first.z, abs=0.01)
        if species()[plant.species].tree:
            next(place)


def test_materials_cover_the_ground_exactly_once(garden: Garden) -> None:
    regions = find_regions(garden)

    assert sum(region.area for region in regions) == pytest.approx(ground_of(garden).area, rel=0.01)
    for number, one in enumerate(regions):
        for other in regions[number + 1 :]:
            assert one.shape.intersection(other.shape).area < 0.02


def test_the_scale_bar_is_true(garden: Garden) -> None:
    sheet = draw_plan(garden)
    numbers = {mark.words: mark.x for mark in sheet.marks if isinstance(mark, Text) and mark.y > 280}

    step = numbers["1"] - numbers["0"] if "1" in numbers else (numbers["2"] - numbers["0"]) / 2

    assert step == pytest.approx(1000 / scale_of(sheet))


def test_a_small_garden_is_drawn_at_a_larger_scale() -> None:
    small, large = a_garden("japanese_zen", "walkway", ground=STRIP), a_garden("japanese_zen", "walkway")

    assert scale_of(draw_plan(small)) <= scale_of(draw_plan(large))


def test_all_marks_lie_on_the_sheet() -> None:
    for style in styles():
        sheet = draw_plan(a_garden(style, "front_yard"))
        for mark in sheet.marks:
            if isinstance(mark, Text):
                assert 0 < mark.x < sheet.width, (style, mark)
                assert 0 < mark.y < sheet.height, (style, mark)


def test_the_same_scene_gives_the_same_bytes(garden: Garden) -> None:
    again = Garden.from_json(garden.to_json())

    assert write_svg(draw_plan(again)) == write_svg(draw_plan(garden))
    assert write_pdf(draw_plan(again)) == write_pdf(draw_plan(garden))
    assert count_plants(again).to_json() == count_plants(garden).to_json()


def test_an_unmeasured_plan_is_marked_approximate(garden: Garden) -> None:
    plan, listed = write_svg(draw_plan(garden)), count_plants(garden)

    assert b"Approximate" in plan
    assert len(re.findall(rb">about [\d.]+ m<", plan)) == 2
    assert b"Approximate" in listed.to_json()


def test_a_measured_plan_is_not(garden: Garden) -> None:
    measured = replace(garden, calibrated=True)

    plan, listed = write_svg(draw_plan(measured)), count_plants(measured)

    assert b"Scaled by a measured length" in plan
    assert not re.search(b"approximate|about [\\d.]+ m<", plan, re.IGNORECASE)
    assert b"Approximate" not in listed.to_json()


def test_a_pdf_is_one_page_of_a3(garden: Garden) -> None:
    pdf = write_pdf(draw_plan(garden))

    assert pdf.startswith(b"%PDF-")
    box = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", pdf)
    assert box
    assert [float(side) / 72 * 25.4 for side in box.groups()] == pytest.approx([420, 297], abs=0.1)


def test_the_table_has_a_row_for_every_species(garden: Garden) -> None:
    listed = count_plants(garden)

    rows = list(csv.DictReader(io.StringIO(listed.to_csv().decode())))

    assert [row["botanical name"] for row in rows] == [row.botanical for row in listed.plants]
    assert json.loads(listed.to_json())["notes"].startswith("Approximate")


def test_the_table_warns_of_what_is_toxic_and_says_when_it_flowers() -> None:
    listed = count_plants(a_garden("english_garden", "front_yard"))

    rows = {row["botanical name"]: row for row in csv.DictReader(io.StringIO(listed.to_csv().decode()))}

    lavender = rows["Lavandula angustifolia"]
    assert lavender["toxic to pets"].startswith("yes")
    assert (lavender["flower colour"], lavender["flowers (months)"]) == ("violet", "6 7 8")
    assert (lavender["leaves"], lavender["native to"]) == ("evergreen", "western Mediterranean")
    assert "ASPCA" in lavender["source"]
    tree = rows["Lagerstroemia indica"]
    assert float(tree["unpruned height (m)"]) > float(tree["height (m)"])


def test_new_columns_stand_after_the_old_ones(garden: Garden) -> None:
    header = next(csv.reader(io.StringIO(count_plants(garden).to_csv().decode())))

    assert header[:5] == ["number", "botanical name", "common name", "quantity", "spacing (m)"]
    assert header[5:7] == ["height (m)", "spread (m)"]
    assert header[7:13] == ["water", "sun", "zones", "flowers (months)", "cost low (USD)", "high"]
    assert header[13:16] == ["flower colour", "leaves", "toxic to pets"]


def test_everything_that_can_be_laid_or_planted_has_a_price() -> None:
    assert set(prices().materials) == set(materials())
    for key, plant in species().items():
        low, high = prices().of_form(key, plant)
        assert 0 < low <= high


def test_thirstier_plants_drink_more() -> None:
    desert = count_plants(a_garden("desert_landscape", "front_yard"))
    english = count_plants(a_garden("english_garden", "front_yard"))

    assert desert.water_litres_a_year < english.water_litres_a_year
