"""The meshes that a catalog file can name."""

from collections.abc import Callable

from yarda.garden.flora import (
    bigleaf,
    canes,
    conifers,
    ferns,
    grasses,
    ornaments,
    palms,
    perennials,
    shrubs,
    straps,
    succulents,
    trees,
)
from yarda.garden.flora.mesh import Parts

GENERATORS: dict[str, Callable[..., Parts]] = {
    maker.__name__: maker
    for maker in (
        shrubs.clipped_ball,
        shrubs.hedge,
        shrubs.mound,
        shrubs.hydrangea,
        shrubs.upright_column,
        conifers.conifer,
        conifers.cushion,
        grasses.tussock,
        grasses.lavender,
        grasses.spires,
        grasses.poppies,
        grasses.ground_cover,
        perennials.stemmed,
        straps.straps,
        ferns.fern,
        canes.bamboo,
        canes.wands,
        bigleaf.big_leaves,
        bigleaf.leafy_stems,
        trees.tree,
        succulents.agave,
        succulents.rosette,
        succulents.barrel,
        succulents.columnar,
        succulents.column_cluster,
        succulents.prickly_pear,
        palms.feather_palm,
        palms.clump_palm,
        palms.fan_palm,
        palms.paddles,
        ornaments.boulder,
        ornaments.lantern,
        ornaments.pot,
    )
}
