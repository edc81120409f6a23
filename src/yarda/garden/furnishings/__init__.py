"""What a garden is furnished with: seats, tables, shade, water, fire, pots and lights, as procedural meshes.

Measures are metres; a piece stands at the origin, x along its width, and faces −y, towards whoever looks at it.
"""

from collections.abc import Callable

from yarda.garden.flora.mesh import Parts
from yarda.garden.furnishings import fire_and_water, lights, pots, seating, shade

FURNISHINGS: dict[str, Callable[..., Parts]] = {
    maker.__name__: maker
    for maker in (
        seating.dining_set,
        seating.bistro_set,
        seating.lounge_set,
        seating.garden_bench,
        seating.slab_bench,
        seating.adirondack_pair,
        seating.lounger_pair,
        shade.parasol,
        shade.palapa,
        shade.pergola,
        shade.rose_arch,
        shade.obelisk,
        shade.screen,
        fire_and_water.fire_bowl,
        fire_and_water.fire_table,
        fire_and_water.water_basin,
        fire_and_water.tiered_fountain,
        fire_and_water.bird_bath,
        fire_and_water.water_blade,
        pots.planted_pot,
        pots.planter_box,
        lights.bollard,
        lights.torch,
    )
}
"""Generators by name, as `data/ornaments.toml` names them."""
