"""From a style and a site to a garden: zones first, then plants and stones from large to small."""

import numpy as np

from yarda.garden.design.fields import design_fields
from yarda.garden.design.planting import Planter
from yarda.garden.design.site import Site
from yarda.garden.design.slabs import lay_slabs
from yarda.garden.design.styles import Style
from yarda.garden.model import Garden
from yarda.garden.seasons import Growth, Season
from yarda.garden.shapes import Polygon


def lay_out(
    style: Style,
    site: Site,
    *,
    area: str,
    seed: int,
    preservation: float,
    ground: tuple[Polygon, ...],
    season: Season = Season.SUMMER,
    growth: Growth = Growth.MATURE,
) -> Garden:
    """Design the ground. The same arguments give the same garden; `preservation` near 1 plants less."""
    rng = np.random.default_rng([seed, 17])
    fields = design_fields(style, site, area=area, rng=rng, preservation=preservation)
    planter = Planter(site=site, fields=fields, rng=rng, area=area)
    planter.furnish(style.furnishings)
    planter.set_groups(style)
    planter.set_rows(style.rows)
    planter.strew(style.drifts, amount=1.25 - 0.5 * preservation)
    slabs = (
        lay_slabs(style.path.slabs, fields.path, site=site, rng=rng) if fields.path and style.path.slabs else ()
    )
    return Garden(
        style=style.id,
        area=area,
        seed=seed,
        camera=site.camera,
        ground=ground,
        outline=site.grid.trace(site.grid.distance_inside(site.ground)),
        zones=fields.zones(),
        plants=tuple(planter.plants),
        features=(*slabs, *planter.features),
        season=season,
        growth=growth,
    )
