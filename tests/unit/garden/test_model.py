"""Briefs and gardens as JSON: there and back, and never a wrong one."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.garden.yards import LAWN, a_garden
from yarda.garden.brief import AREAS, Brief, Sun
from yarda.garden.errors import GardenError, InvalidBrief, UnknownArea
from yarda.garden.model import Garden

BRIEF = Brief(photo=Path("yard.jpg"), area="patio", style="japanese_zen", ground=(LAWN,))

pixels = st.floats(-1e4, 1e4, allow_nan=False)
polygons = st.lists(st.lists(st.tuples(pixels, pixels), max_size=6).map(tuple), max_size=3).map(tuple)
suns = st.builds(Sun, azimuth=st.floats(-180, 180), elevation=st.floats(5, 90), strength=st.floats(0, 1))
briefs = st.builds(
    Brief,
    photo=st.sampled_from([Path("yard.jpg"), Path("/a folder/ü.png")]),
    area=st.sampled_from(AREAS),
    style=st.text(),
    ground=polygons,
    keep_in_front=polygons,
    horizon_y=st.none() | pixels,
    focal_length_35mm=st.none() | st.floats(8, 300),
    custom_prompt=st.text(),
    preservation=st.floats(0, 1),
    seed=st.integers(0, 2**63),
    samples=st.integers(1, 1024),
    longest_side_px=st.none() | st.integers(64, 4096),
    sun=st.none() | suns,
)


@given(brief=briefs)
def test_a_brief_comes_back_from_json(brief: Brief) -> None:
    assert Brief.from_json(brief.to_json()) == brief


@pytest.mark.parametrize(
    ("style", "area"),
    [("japanese_zen", "pool_area"), ("modern_minimalist", "front_yard"), ("mediterranean", "patio")],
)
def test_a_garden_comes_back_from_json(style: str, area: str) -> None:
    garden = a_garden(style, area)

    assert Garden.from_json(garden.to_json()) == garden


@pytest.mark.parametrize(
    "change",
    [
        {"preservation": 1.01},
        {"preservation": -0.1},
        {"preservation": float("nan")},
        {"samples": 0},
        {"samples": 1025},
        {"seed": -1},
        {"longest_side_px": 63},
        {"longest_side_px": 4097},
        {"focal_length_35mm": 7.9},
        {"focal_length_35mm": 301},
    ],
    ids=str,
)
def test_a_number_out_of_range_makes_no_brief(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidBrief):
        replace(BRIEF, **change)


def test_an_area_that_cannot_be_laid_out_makes_no_brief() -> None:
    with pytest.raises(UnknownArea, match="front_yard"):
        replace(BRIEF, area="roof")


@pytest.mark.parametrize(("elevation", "strength"), [(4.9, 0.5), (90.1, 0.5), (40, -0.1), (40, 1.1)])
def test_a_sun_that_does_not_shine_on_a_yard_is_refused(elevation: float, strength: float) -> None:
    with pytest.raises(ValueError, match="elevation"):
        Sun(azimuth=0.0, elevation=elevation, strength=strength)


@pytest.mark.parametrize("text", ["", "no json", "[]", "null", "3", "{}", '{"photo": 3}', '{"photo": "yard.jpg"}'])
def test_text_that_is_no_brief_is_refused(text: str) -> None:
    with pytest.raises(InvalidBrief):
        Brief.from_json(text)


@pytest.mark.parametrize(
    "change",
    [
        {"colour": "red"},
        {"samples": "many"},
        {"samples": True},
        {"ground": "everywhere"},
        {"ground": [[[1.0]]]},
        {"preservation": 2},
        {"sun": {"azimuth": 0, "elevation": 0, "strength": 1}},
    ],
    ids=str,
)
def test_a_brief_with_one_wrong_entry_is_refused(change: dict[str, Any]) -> None:
    text = json.dumps(json.loads(BRIEF.to_json()) | change)

    with pytest.raises(InvalidBrief):
        Brief.from_json(text)


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", '{"style": "japanese_zen"}'])
def test_text_that_is_no_garden_is_refused(text: str) -> None:
    with pytest.raises(GardenError):
        Garden.from_json(text)


def test_a_garden_with_a_kind_of_zone_that_does_not_exist_is_refused() -> None:
    table = json.loads(a_garden("japanese_zen", "patio").to_json())
    table["zones"][0]["kind"] = "volcano"

    with pytest.raises(GardenError, match="volcano"):
        Garden.from_json(json.dumps(table))
