"""Areas of one photo in one scene: everybody gets a part of the ground, and nobody two paths."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from tests.unit.garden.yards import a_camera, pixels_of
from yarda.garden.brief import Brief, Neighbour, Shows
from yarda.garden.design.plots import Plot, design_plots, join
from yarda.garden.errors import NoGround
from yarda.garden.flora.species import get_form
from yarda.garden.model import ZoneKind
from yarda.garden.painter import paint
from yarda.garden.shapes import Polygon

WIDE: Polygon = ((-60.0, 160.0), (300.0, 160.0), (205.0, 86.0), (35.0, 86.0))


def a_brief(area: str, *others: str, style: str = "english_garden") -> Brief:
    neighbours = tuple(Neighbour(area=other, style=style, ground=(WIDE,), seed=5) for other in others)
    return Brief(photo=Path("none.png"), area=area, style=style, ground=(WIDE,), seed=5, neighbours=neighbours)


def plots_of(brief: Brief) -> dict[str, Plot]:
    return {plot.garden.area: plot for plot in design_plots(brief, camera=a_camera(), scale=1.0)}


def test_a_single_area_has_all_of_its_ground() -> None:
    alone = plots_of(a_brief("front_yard"))["front_yard"]

    assert (alone.mask > 127).sum() > 10_000


@pytest.mark.parametrize(
    "areas",
    [
        ("front_yard", "walkway"),
        ("backyard", "patio"),
        ("backyard", "pool_area", "patio"),
        ("front_yard", "backyard"),
    ],
)
def test_areas_on_the_same_ground_share_it_out(areas: tuple[str, ...]) -> None:
    plots = plots_of(a_brief(*areas))

    assert set(plots) == set(areas)
    for one, other in combinations(plots.values(), 2):
        both = (one.mask > 127) & (other.mask > 127)
        assert both.sum() == 0


def test_areas_with_grounds_of_their_own_keep_them() -> None:
    left: Polygon = ((-60.0, 160.0), (110.0, 160.0), (115.0, 90.0), (35.0, 90.0))
    right: Polygon = ((130.0, 160.0), (300.0, 160.0), (205.0, 90.0), (125.0, 90.0))
    brief = replace(
        a_brief("front_yard"),
        ground=(left,),
        neighbours=(Neighbour(area="patio", style="english_garden", ground=(right,)),),
    )

    together = plots_of(brief)
    alone = plots_of(replace(brief, neighbours=()))

    assert (together["front_yard"].mask == alone["front_yard"].mask).all()


def test_the_scene_is_the_same_whichever_area_is_painted() -> None:
    seen_from_front = plots_of(a_brief("front_yard", "walkway", "patio"))
    seen_from_patio = plots_of(a_brief("patio", "front_yard", "walkway"))

    for area, plot in seen_from_front.items():
        assert plot.garden == seen_from_patio[area].garden


def test_there_is_one_path_where_the_walkway_is_an_area() -> None:
    plots = plots_of(a_brief("front_yard", "walkway"))

    assert ZoneKind.PATH in {zone.kind for zone in plots["walkway"].garden.zones}
    assert ZoneKind.PATH not in {zone.kind for zone in plots["front_yard"].garden.zones}


def test_nothing_stands_inside_a_plant_of_the_next_area() -> None:
    together = join(tuple(plots_of(a_brief("front_yard", "walkway", "patio")).values()))
    stems = [(plant.x, plant.z) for plant in together.plants if get_form(plant.species).height > 0.3]

    apart = [np.hypot(ax - bx, az - bz) for (ax, az), (bx, bz) in combinations(stems, 2)]

    assert min(apart) > 0.08


def test_an_area_that_is_left_too_little_says_what_to_do() -> None:
    narrow: Polygon = ((100.0, 158.0), (140.0, 158.0), (128.0, 110.0), (112.0, 110.0))
    brief = replace(a_brief("front_yard", "walkway"), ground=(narrow,))

    with pytest.raises(NoGround, match="draw a ground of its own"):
        plots_of(brief)


def test_the_whole_yard_shows_every_area_and_each_picture_its_own(brief: Brief) -> None:
    patio = Neighbour(area="patio", style="mediterranean", ground=brief.ground, seed=2)
    front = replace(brief, neighbours=(patio,), samples=1)

    alone = paint(front)
    together = paint(replace(front, shows=Shows.YARD))

    own, all_of_it = (pixels_of(painting.edit_mask_png) > 0 for painting in (alone, together))
    assert all_of_it.sum() > 1.15 * own.sum()
    assert (all_of_it & own).sum() > 0.9 * own.sum()
    assert together.garden == alone.garden
