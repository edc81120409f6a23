"""The species and ornaments, as data, and the meshes that draw them."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from yarda.garden.catalog import build, read_table
from yarda.garden.errors import InvalidCatalog
from yarda.garden.flora import grasses, ornaments, palms, shrubs, succulents, trees
from yarda.garden.flora.mesh import Parts
from yarda.garden.furnishings import FURNISHINGS

VARIANTS = 3

GENERATORS: dict[str, Callable[..., Parts]] = {
    maker.__name__: maker
    for maker in (
        shrubs.clipped_ball,
        shrubs.hedge,
        shrubs.mound,
        shrubs.hydrangea,
        shrubs.upright_column,
        grasses.tussock,
        grasses.lavender,
        grasses.spires,
        grasses.poppies,
        grasses.ground_cover,
        trees.tree,
        succulents.agave,
        succulents.rosette,
        succulents.barrel,
        succulents.columnar,
        succulents.prickly_pear,
        palms.feather_palm,
        palms.fan_palm,
        palms.paddles,
        ornaments.boulder,
        ornaments.lantern,
        ornaments.pot,
    )
} | FURNISHINGS


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How something placed in the garden looks: its measures in metres and the mesh that draws it."""

    common: str
    spread: float
    height: float
    generator: str
    shape: Mapping[str, Any]
    tree: bool = False

    def __post_init__(self) -> None:
        if self.spread <= 0 or self.height <= 0:
            raise ValueError("spread and height must be positive")
        if self.generator not in GENERATORS:
            raise ValueError(f"generator {self.generator!r} is not one of {', '.join(sorted(GENERATORS))}")
        try:
            inspect.signature(GENERATORS[self.generator]).bind(None, **self.shape)
        except TypeError as error:
            raise ValueError(f"shape of {self.generator}: {error}") from error

    def grow(self, *, key: str, variant: int) -> Parts:
        """The mesh of one of a few variants; the same key and variant always give the same mesh."""
        rng = np.random.default_rng([*key.encode(), variant])
        return GENERATORS[self.generator](rng, **self.shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class Species(Form):
    """A plant, with what a gardener asks about it."""

    botanical: str
    water: str
    sun: str
    zones: tuple[int, int]
    flowers: tuple[int, ...]

    @property
    def radius(self) -> float:
        """Half the spread."""
        return self.spread / 2

    def __post_init__(self) -> None:
        Form.__post_init__(self)
        if not all(1 <= month <= 12 for month in self.flowers):
            raise ValueError("flowers are months, 1 to 12")
        if not 1 <= self.zones[0] <= self.zones[1] <= 13:
            raise ValueError("zones are hardiness zones from low to high, 1 to 13")


@cache
def species() -> Mapping[str, Species]:
    """All plants by id."""
    return {key: build(Species, table, where=f"species.toml: {key}") for key, table in _tables("species.toml")}


@cache
def ornaments_catalog() -> Mapping[str, Form]:
    """All ornaments and furnishings by id."""
    return {
        key: build(Form, table, where=f"{path}: {key}")
        for path in ("ornaments.toml", "furnishings.toml")
        for key, table in _tables(path)
    }


def get_form(key: str) -> Form:
    """The species or ornament with this id."""
    form = species().get(key) or ornaments_catalog().get(key)
    if form is None:
        raise InvalidCatalog(f"{key!r} is neither a species nor an ornament")
    return form


def _tables(path: str) -> list[tuple[str, Mapping[str, object]]]:
    entries = read_table(path)
    for key, table in entries.items():
        if not isinstance(table, Mapping):
            raise InvalidCatalog(f"{path}: {key} must be a table")
    return list(entries.items())


def clearance(radius: float) -> float:
    """How far a plant's centre keeps from every border of the ground, in metres."""
    return min(0.85 * radius, 0.6)
