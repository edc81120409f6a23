"""All areas of one photo in one scene: the ground is shared out among them, and each is designed on its part."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

import cv2
import numpy as np

from yarda.garden.brief import Brief, Neighbour
from yarda.garden.design.layout import lay_out
from yarda.garden.design.places import COPING, beside_house, deck_of, fit_pool, fit_terrace
from yarda.garden.design.site import Site, project_edge, survey
from yarda.garden.design.styles import Course, Style, get_style
from yarda.garden.design.ways import find_path
from yarda.garden.design.wishes import grant, not_done, read_wishes
from yarda.garden.errors import NoGround
from yarda.garden.model import Garden
from yarda.garden.photo.camera import Camera
from yarda.garden.photo.ground import ground_mask
from yarda.garden.shapes import Bools, Bytes, Floats

CLAIMS = ("walkway", "pool_area", "patio", "backyard", "front_yard")
"""Who chooses first where several areas were given the same ground: what is built before what is planted."""
SHARED = 0.05
"""The share of an area's ground that others must want before it is divided."""
VERGE = 0.9
"""How much ground a walkway takes on both sides of its path, in metres."""
TERRACE_MARGIN, POOL_MARGIN = 0.9, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """One area's part of the ground, and the garden on it."""

    garden: Garden
    site: Site
    mask: Bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What was marked of the house, in metres on the ground."""

    line: Floats | None
    door: tuple[float, float] | None


def design_plots(brief: Brief, *, camera: Camera, scale: float) -> tuple[Plot, ...]:
    """The brief's own plot first, then its neighbours'.

    Raises `NoGround` when the brief's own area gets too little; neighbours that do are left out.
    """
    wanted = (_own(brief), *brief.neighbours)
    masks = [
        ground_mask(one.ground, keep_in_front=brief.keep_in_front, camera=camera, scale=scale) for one in wanted
    ]
    edge = None if brief.house_edge is None else tuple((x * scale, y * scale) for x, y in brief.house_edge)
    house = House(
        line=None if edge is None else project_edge(camera, edge), door=_door(brief, camera=camera, scale=scale)
    )
    shares = masks
    if len(wanted) > 1:
        shares, whole = _share_out(wanted, masks, camera=camera, house=house)
        house = replace(house, line=whole.back_line)
    plots = [_design(wanted[0], brief, shares[0], camera=camera, house=house)]
    for one, mask in zip(wanted[1:], shares[1:], strict=True):
        try:
            plots.append(_design(one, brief, mask, camera=camera, house=house))
        except NoGround:
            continue  # its own rendering says so
    return tuple(plots)


def _door(brief: Brief, *, camera: Camera, scale: float) -> tuple[float, float] | None:
    if brief.door is None or brief.door[1] * scale <= camera.horizon_y + 1:
        return None
    x, z = camera.to_ground(np.array(brief.door[0] * scale), np.array(brief.door[1] * scale))
    return float(x), float(z)


def _survey(camera: Camera, mask: Bytes, house: House) -> Site:
    return replace(survey(camera, mask, back_line=house.line), door=house.door)


def join(plots: Sequence[Plot]) -> Garden:
    """One garden with everything that stands on all plots; it is the first plot's in name."""
    gardens = [plot.garden for plot in plots]
    return replace(
        gardens[0],
        outline=tuple(chain.from_iterable(garden.outline for garden in gardens)),
        zones=tuple(chain.from_iterable(garden.zones for garden in gardens)),
        plants=tuple(chain.from_iterable(garden.plants for garden in gardens)),
        features=tuple(chain.from_iterable(garden.features for garden in gardens)),
    )


def _own(brief: Brief) -> Neighbour:
    return Neighbour(
        area=brief.area,
        style=brief.style,
        ground=brief.ground,
        custom_prompt=brief.custom_prompt,
        preservation=brief.preservation,
        seed=brief.seed,
    )


def _design(one: Neighbour, brief: Brief, mask: Bytes, *, camera: Camera, house: House) -> Plot:
    try:
        site = _survey(camera, mask, house)
    except NoGround as error:
        if not brief.neighbours:
            raise
        raise NoGround(
            f"the other areas of this photo leave too little ground for the {one.area.replace('_', ' ')}: "
            "draw a ground of its own for each area"
        ) from error
    wishes = read_wishes(one.custom_prompt)
    garden = lay_out(
        grant(_style_of(one, brief), wishes),
        site,
        area=one.area,
        seed=one.seed,
        preservation=one.preservation,
        ground=one.ground,
        season=brief.season,
        growth=brief.growth,
    )
    unmet = not_done(wishes, garden, keeps_something=bool(brief.keep_in_front))
    calibrated = brief.eye_height is not None
    return Plot(garden=replace(garden, unmet=unmet, calibrated=calibrated), site=site, mask=mask)


def _style_of(one: Neighbour, brief: Brief) -> Style:
    """Its style, without a path where another area of the photo is the path."""
    style = get_style(one.style)
    others = {brief.area, *(neighbour.area for neighbour in brief.neighbours)} - {one.area}
    return replace(style, path=replace(style.path, course=Course.NONE)) if "walkway" in others else style


def _share_out(
    wanted: Sequence[Neighbour], masks: list[Bytes], *, camera: Camera, house: House
) -> tuple[list[Bytes], Site]:
    """Everybody's ground, each pixel given to one area only, and the site of all of it together."""
    left = list(masks)
    whole = _survey(camera, np.asarray(np.maximum.reduce(masks)), house)
    order = sorted(range(len(wanted)), key=lambda k: CLAIMS.index(wanted[k].area))
    for place, number in enumerate(order):
        later = order[place + 1 :]
        mine = left[number] > 0
        contested = (
            np.logical_or.reduce([left[other] > 0 for other in later]) if later else np.zeros(mine.shape, bool)
        )
        if (mine & contested).sum() > SHARED * max(mine.sum(), 1):
            claim = _seen(_claim(wanted[number], _reduced(whole, left[number])), whole)
            left[number] = np.where(claim | ~contested, left[number], 0).astype(np.uint8)
        for other in later:
            left[other] = np.where(left[number] > 0, 0, left[other]).astype(np.uint8)
    return left, whole


def _reduced(whole: Site, mask: Bytes) -> Site:
    """The whole with only the ground that the mask still holds."""
    x, z = whole.grid.centres()
    u, v = whole.camera.to_photo(x, z)
    held = cv2.remap(mask, u.astype(np.float32), v.astype(np.float32), cv2.INTER_NEAREST) > 127
    ground = whole.ground & np.asarray(held)
    return replace(whole, ground=ground) if ground.any() else whole


def _claim(one: Neighbour, whole: Site) -> Floats:
    """Where an area wants to be on ground that it shares: signed distance, positive inside."""
    style = get_style(one.style)
    match one.area:
        case "walkway":
            return _along_path(style, whole, seed=one.seed)
        case "pool_area":
            basin = fit_pool(style.pool, whole)
            if basin is not None:
                return deck_of(basin).inside(whole) + POOL_MARGIN
            return beside_house(whole) + COPING
        case "patio":
            frame = fit_terrace(whole)
            return TERRACE_MARGIN + (beside_house(whole) if frame is None else frame.inside(whole))
        case _:
            _, z = whole.grid.centres()
            return np.asarray(z - np.median(z[whole.ground]))


def _along_path(style: Style, whole: Site, *, seed: int) -> Floats:
    path = find_path(style.path, whole, area="walkway", rng=np.random.default_rng([seed, 17]), goal=None)
    if path is None:
        return beside_house(whole)
    return np.asarray(path.width / 2 + VERGE - path.distance)


def _seen(inside: Floats, site: Site) -> Bools:
    """The pixels that see ground where a field is positive."""
    camera = site.camera
    v, u = np.mgrid[0 : camera.height_px, 0 : camera.width_px] + 0.5
    x, z = camera.to_ground(u, np.maximum(v, camera.horizon_y + 0.5))
    return np.asarray(site.grid.sample(inside, x, z) > 0)
