"""The marked house edge: where the far border is the house, and where somebody says otherwise."""

import numpy as np
import pytest

from tests.unit.garden.yards import HORIZON_Y, LAWN, a_camera, a_site
from yarda.garden.design.site import FARTHEST, Site, project_edge, survey
from yarda.garden.photo.ground import ground_mask
from yarda.garden.shapes import Polygon


def site_with(edge: Polygon | None) -> Site:
    camera = a_camera()
    mask = ground_mask((LAWN,), keep_in_front=(), camera=camera, scale=1.0)
    return survey(camera, mask, back_line=None if edge is None else project_edge(camera, edge))


def on_ground(u: float, v: float) -> tuple[float, float]:
    x, z = a_camera().to_ground(np.array(u), np.array(v))
    return float(x), float(z)


def test_without_a_mark_the_far_border_is_the_house() -> None:
    assert np.array_equal(site_with(None).house, a_site().house)


def test_distances_are_measured_from_the_marked_edge() -> None:
    site = site_with(((20.0, 150.0), (60.0, 98.0)))
    x, z = on_ground(40.0, 124.0)

    assert site.grid.at(site.house, x, z) < 0.1
    far = site.grid.at(site.house, *on_ground(190.0, 150.0))
    assert far > 1.5
    assert abs(far - a_site().grid.at(a_site().house, *on_ground(190.0, 150.0))) > 0.5


def test_the_back_line_runs_along_the_mark_from_left_to_right_whichever_way_it_was_drawn() -> None:
    there, back = site_with(((30.0, 120.0), (210.0, 104.0))), site_with(((210.0, 104.0), (30.0, 120.0)))

    assert np.allclose(there.back_line, back.back_line)
    assert there.back_line[0] == pytest.approx(on_ground(30.0, 120.0), abs=0.05)
    assert there.back_line[-1] == pytest.approx(on_ground(210.0, 104.0), abs=0.05)
    assert np.linalg.norm(np.diff(there.back_line, axis=0), axis=1).max() < 0.05


def test_the_angle_is_the_marks() -> None:
    (x, z), (next_x, next_z) = on_ground(30.0, 110.0), on_ground(210.0, 106.0)

    site = site_with(((30.0, 110.0), (210.0, 106.0)))

    assert site.angle == pytest.approx(np.arctan2(next_z - z, next_x - x), abs=0.01)


def test_what_lies_above_the_ground_is_cut_off() -> None:
    camera = a_camera()

    line = project_edge(camera, ((20.0, 150.0), (60.0, HORIZON_Y - 20.0)))

    assert line is not None
    assert line[:, 1].max() == pytest.approx(FARTHEST, abs=0.1)
    assert np.isfinite(line).all()


def test_a_mark_wholly_above_the_ground_says_nothing() -> None:
    above = ((20.0, HORIZON_Y - 5.0), (200.0, HORIZON_Y - 30.0))

    assert project_edge(a_camera(), above) is None
    assert np.array_equal(site_with(above).house, a_site().house)
