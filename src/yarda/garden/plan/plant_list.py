"""The plant list: how many of what, how far apart, what it costs and drinks; and the materials under it."""

import csv
import io
import json
from collections import Counter
from dataclasses import asdict, dataclass

from yarda.garden.flora.species import Species, ornaments_catalog, species
from yarda.garden.materials import get_material
from yarda.garden.model import FeatureKind, Garden, ZoneKind
from yarda.garden.plan.prices import Range, prices
from yarda.garden.plan.regions import find_regions, ground_of

MEASURED = "Scaled by a length measured in the photo."
APPROXIMATE = "Approximate until a length in the photo is measured."
EVAPOTRANSPIRATION_MM = 1200
"""A year's reference evapotranspiration of a warm, dry-summer climate; the estimate says so."""
PLANT_FACTORS = {"very low": 0.1, "low": 0.2, "medium": 0.5, "high": 0.8}
"""WUCOLS plant factors: the share of the reference that a plant of that water need uses."""
DRIP_EFFICIENCY = 0.81
"""Of drip irrigation, California's Model Water Efficient Landscape Ordinance."""
LAWN_FACTOR = 0.8
LAWNS = ("lawn", "fine_lawn")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantRow:
    """One species; `number` is its label on the plan, measures are metres."""

    number: int
    species: str
    botanical: str
    common: str
    quantity: int
    spacing_m: float
    height_m: float
    spread_m: float
    water: str
    sun: str
    zones: tuple[int, int]
    flowers: tuple[int, ...]
    cost: Range
    flower_colour: str
    """A word; empty when the plant is not grown for flowers."""
    leaf_habit: str
    toxic_to_pets: bool
    toxicity: str
    """What about it harms, where it is toxic."""
    native: str
    years_to_maturity: float
    """From planting until it has the height and spread given here."""
    grows_to_m: tuple[float, float] | None
    """Height and spread after decades, unpruned, where that is well beyond them."""
    source: str

    @property
    def warning(self) -> str:
        """Whether it is toxic to pets, and what about it, in words."""
        return ", ".join(filter(None, ("yes" if self.toxic_to_pets else "no", self.toxicity)))


@dataclass(frozen=True, slots=True, kw_only=True)
class OrnamentRow:
    """Stones and other set things; `letter` is the label on the plan."""

    letter: str
    ornament: str
    common: str
    quantity: int
    cost: Range


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialRow:
    """What is laid; `volume_m3` is None where the material is not bought by volume."""

    material: str
    name: str
    area_m2: float
    volume_m3: float | None
    edge_m: float
    cost: Range


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantList:
    """Counts are the scene's own; costs are ranges from the price table, water litres in a year.

    `attribution` names whose the picture is that the garden was designed into, where somebody has to be named.
    """

    style: str
    area: str
    seed: int
    plants: tuple[PlantRow, ...]
    ornaments: tuple[OrnamentRow, ...]
    materials: tuple[MaterialRow, ...]
    currency: str
    cost: Range
    water_litres_a_year: int
    calibrated: bool
    """Whether a measured length set the scale."""
    attribution: str | None = None

    def to_json(self) -> bytes:
        sure = MEASURED if self.calibrated else APPROXIMATE
        notes = (
            f"{sure} Water: {EVAPOTRANSPIRATION_MM} mm of reference "
            "evapotranspiration a year, drip irrigation, grown plants. Costs: plants at the usual size, materials "
            "laid by yourself, without labour."
        )
        return json.dumps(asdict(self) | {"notes": notes}, indent=2).encode() + b"\n"

    def to_csv(self) -> bytes:
        """One row per species, ready for a spreadsheet."""
        out = io.StringIO()
        writer = csv.writer(out)
        names = ("number", "botanical name", "common name", "quantity", "spacing (m)", "height (m)", "spread (m)")
        writer.writerow(
            (
                *(*names, "water", "sun", "zones", "flowers (months)", f"cost low ({self.currency})", "high"),
                *("flower colour", "leaves", "toxic to pets", "native to", "years to full size"),
                *("unpruned height (m)", "unpruned spread (m)", "source", "designed into a picture"),
            )
        )
        for row in self.plants:
            writer.writerow(
                (
                    *(row.number, row.botanical, row.common, row.quantity, row.spacing_m, row.height_m),
                    *(row.spread_m, row.water, row.sun, f"{row.zones[0]}-{row.zones[1]}"),
                    *(" ".join(map(str, row.flowers)), row.cost[0], row.cost[1], row.flower_colour),
                    *(row.leaf_habit, row.warning, row.native, row.years_to_maturity),
                    *(*(row.grows_to_m or ("", "")), row.source, self.attribution or ""),
                )
            )
        return out.getvalue().encode()


def count_plants(garden: Garden, *, attribution: str | None = None) -> PlantList:
    """The list of a garden, tallest plants first: their order numbers them on the plan."""
    plants = _plants(garden)
    ornaments = _ornaments(garden)
    materials = _materials(garden)
    costs = [
        *(row.cost for row in plants),
        *(row.cost for row in ornaments),
        *(row.cost for row in materials),
    ]
    return PlantList(
        style=garden.style,
        area=garden.area,
        seed=garden.seed,
        plants=plants,
        ornaments=ornaments,
        materials=materials,
        currency=prices().currency,
        cost=(sum(low for low, _ in costs), sum(high for _, high in costs)),
        water_litres_a_year=_water(garden, materials),
        calibrated=garden.calibrated,
        attribution=attribution,
    )


def _plants(garden: Garden) -> tuple[PlantRow, ...]:
    counted = Counter(plant.species for plant in garden.plants)
    ordered = sorted(counted, key=lambda key: (-species()[key].height, key))
    return tuple(
        _plant_row(number, key, species()[key], quantity=counted[key]) for number, key in enumerate(ordered, 1)
    )


def _plant_row(number: int, key: str, plant: Species, *, quantity: int) -> PlantRow:
    return PlantRow(
        number=number,
        species=key,
        botanical=plant.botanical,
        common=plant.common,
        quantity=quantity,
        spacing_m=round(plant.spread, 2),
        height_m=plant.height,
        spread_m=plant.spread,
        water=plant.water,
        sun=plant.sun,
        zones=plant.zones,
        flowers=plant.flowers,
        cost=_times(prices().of_form(key, plant), quantity),
        flower_colour=plant.flower_colour,
        leaf_habit=plant.leaf_habit,
        toxic_to_pets=plant.toxic_to_pets,
        toxicity=plant.toxicity,
        native=plant.native,
        years_to_maturity=plant.years_to_maturity,
        grows_to_m=plant.grows_to,
        source=plant.source,
    )


def _ornaments(garden: Garden) -> tuple[OrnamentRow, ...]:
    counted = Counter(thing.form for thing in garden.features if thing.kind is FeatureKind.ORNAMENT)
    return tuple(
        OrnamentRow(
            letter=chr(ord("A") + place),
            ornament=key,
            common=ornaments_catalog()[key].common,
            quantity=counted[key],
            cost=_times(prices().of_form(key, ornaments_catalog()[key]), counted[key]),
        )
        for place, key in enumerate(sorted(counted))
    )


def _materials(garden: Garden) -> tuple[MaterialRow, ...]:
    outline = ground_of(garden)
    areas: dict[str, float] = {}
    edges: dict[str, float] = {}
    for region in find_regions(garden):
        key = region.zone.material
        if region.zone.kind is ZoneKind.KEPT:
            continue
        areas[key] = areas.get(key, 0.0) + region.area
        if region.zone.edge:
            edges[key] = edges.get(key, 0.0) + region.edge_length(outline)
    rows = []
    for key, area in sorted(areas.items(), key=lambda item: -item[1]):
        price = prices().materials[key]
        rows.append(
            MaterialRow(
                material=key,
                name=get_material(key).name,
                area_m2=round(area, 1),
                volume_m3=round(area * price.depth, 2) if price.depth else None,
                edge_m=round(edges.get(key, 0.0), 1),
                cost=_times(price.price, area),
            )
        )
    return tuple(rows)


def _water(garden: Garden, materials: tuple[MaterialRow, ...]) -> int:
    """Litres: one millimetre on a square metre is a litre; ground that grown plants share counts once each."""
    need = sum(PLANT_FACTORS[species()[plant.species].water] * 3.1416 * plant.radius**2 for plant in garden.plants)
    need += sum(LAWN_FACTOR * row.area_m2 for row in materials if row.material in LAWNS)
    return 100 * round(EVAPOTRANSPIRATION_MM * need / DRIP_EFFICIENCY / 100)


def _times(price: Range, quantity: float) -> Range:
    return round(price[0] * quantity), round(price[1] * quantity)
