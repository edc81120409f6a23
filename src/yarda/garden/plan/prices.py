"""The price table, checked when it is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from yarda.garden.catalog import build, read_table
from yarda.garden.errors import InvalidCatalog
from yarda.garden.flora.species import Form, ornaments_catalog, species

Range = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialPrice:
    """A price range for a square metre, and how thick it is laid in metres (0 where volume says nothing)."""

    depth: float
    price: Range


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Low and high; plants and ornaments each, by generator unless a species has its own."""

    currency: str
    plants: Mapping[str, Range]
    species: Mapping[str, Range]
    ornaments: Mapping[str, Range]
    materials: Mapping[str, MaterialPrice]

    def of_form(self, key: str, form: Form) -> Range:
        """Of a plant or an ornament."""
        return self.species.get(key) or self.plants.get(form.generator) or self.ornaments[form.generator]


@cache
def prices() -> Prices:
    """The table. Raises `InvalidCatalog` for a wrong or missing entry."""
    table = build(Prices, read_table("prices.toml"), where="")
    for key, form in {**species(), **ornaments_catalog()}.items():
        if form.generator not in table.plants and form.generator not in table.ornaments:
            raise InvalidCatalog(f"prices.toml: {form.generator!r}, which draws {key}, has no price")
    for low, high in (*table.plants.values(), *table.species.values(), *table.ornaments.values()):
        if not 0 <= low <= high:
            raise InvalidCatalog(f"prices.toml: [{low}, {high}] must be low, then high")
    return table
