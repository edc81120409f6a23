"""Draws a garden as a planting plan on an A3 sheet, at the largest usual scale that it fits."""

from collections.abc import Iterator
from dataclasses import dataclass

from yarda.garden.design.styles import get_style
from yarda.garden.flora.species import species
from yarda.garden.model import FeatureKind, Garden, Plant, ZoneKind
from yarda.garden.plan.plant_list import PlantList, count_plants
from yarda.garden.plan.regions import Region, find_regions, ground_of, rings_of
from yarda.garden.plan.sheet import Anchor, Disc, Face, Line, Mark, Outline, Sheet, Text
from yarda.garden.shapes import Polygon

A3 = (420.0, 297.0)
ROOM = (22.0, 24.0, 268.0, 236.0)
"""Where the drawing may be: left, top, width, height."""
LIST_LEFT, LIST_RIGHT = 304.0, 408.0
SCALES = (20, 25, 40, 50, 75, 100, 150, 200, 250)
INK, SOFT, PLANT, CANOPY = "#1b2420", "#5c6660", "#7f9c6a", "#4f6e45"
WASHES = {
    ZoneKind.KEPT: "#fbfbf9",
    ZoneKind.GROUND: "#f1efe4",
    ZoneKind.BED: "#e3ead6",
    ZoneKind.ISLAND: "#e3ead6",
    ZoneKind.PATH: "#e6dfd2",
    ZoneKind.TERRACE: "#e4dcd0",
    ZoneKind.POOL: "#cfe4ea",
}
LAWN_WASH = "#dcebc6"
LABEL = 2.1
ROOM_FOR_LABEL = 1.5
NEIGHBOUR = 11.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """From metres in the garden to millimetres on the sheet; what is far from the camera is above."""

    scale: int
    left: float
    bottom: float

    def at(self, x: float, z: float) -> tuple[float, float]:
        return self.left + x * self.mm, self.bottom - z * self.mm

    @property
    def mm(self) -> float:
        """Millimetres on paper for a metre of garden."""
        return 1000 / self.scale

    def ring(self, points: Polygon) -> Polygon:
        return tuple(self.at(x, z) for x, z in points)


def draw_plan(garden: Garden, *, attribution: str | None = None) -> Sheet:
    """Every plant of the scene where it stands, with the plant list beside it.

    Without a measured length in the photo the plan and its dimensions are marked approximate. `attribution`
    names whose the picture is that the garden was designed into.
    """
    listed = count_plants(garden)
    bounds = ground_of(garden).bounds
    paper = _fit(bounds)
    regions = find_regions(garden)
    marks: list[Mark] = [*_ground(garden, regions, paper), *_things(garden, listed, paper)]
    marks += _plants(garden, listed, paper)
    marks += _dimensions(bounds, paper, about="" if garden.calibrated else "about ")
    marks += _title(garden, paper)
    marks += _legend(listed)
    if attribution:
        marks.append(Text(x=12, y=291, words=f"Designed into a picture: {attribution}.", size=2.6, colour=SOFT))
    title = f"Planting plan, {get_style(garden.style).name}, {garden.area.replace('_', ' ')}"
    return Sheet(width=A3[0], height=A3[1], title=title, marks=tuple(marks))


def _fit(bounds: tuple[float, float, float, float]) -> Paper:
    left, near, right, far = bounds
    for scale in SCALES:
        width, height = (right - left) * 1000 / scale, (far - near) * 1000 / scale
        if width <= ROOM[2] and height <= ROOM[3]:
            break
    return Paper(
        scale=scale,
        left=ROOM[0] + (ROOM[2] - width) / 2 - left * 1000 / scale,
        bottom=ROOM[1] + (ROOM[3] + height) / 2 + near * 1000 / scale,
    )


def _ground(garden: Garden, regions: tuple[Region, ...], paper: Paper) -> Iterator[Mark]:
    for region in regions:
        wash = LAWN_WASH if "lawn" in region.zone.material or region.zone.material == "meadow" else ""
        rings = tuple(paper.ring(ring) for ring in rings_of(region.shape))
        yield Outline(rings=rings, fill=wash or WASHES[region.zone.kind], stroke=SOFT, width=0.12)
    yield Outline(rings=tuple(paper.ring(ring) for ring in garden.outline), stroke=INK, width=0.5)


def _things(garden: Garden, listed: PlantList, paper: Paper) -> Iterator[Mark]:
    letters = {row.ornament: row.letter for row in listed.ornaments}
    for thing in garden.features:
        if thing.kind is FeatureKind.SLAB:
            yield Outline(rings=(paper.ring(thing.outline),), fill="#d2cdc4", stroke=SOFT, width=0.12)
            continue
        x, y = paper.at(thing.x, thing.z)
        radius = max(thing.radius * paper.mm * 0.7, 0.9)
        yield Disc(x=x, y=y, radius=radius, fill="#c9c4bb", stroke=INK)
        yield Text(x=x, y=y + LABEL * 0.35, words=letters[thing.form], size=LABEL, anchor=Anchor.MIDDLE)


def _plants(garden: Garden, listed: PlantList, paper: Paper) -> Iterator[Mark]:
    """Low ones first, so that a canopy lies over what grows beneath it."""
    numbers = {row.species: row.number for row in listed.plants}
    ordered = sorted(garden.plants, key=lambda plant: plant.height)
    for plant in ordered:
        x, y = paper.at(plant.x, plant.z)
        tree = species()[plant.species].tree
        radius = plant.radius * paper.mm
        yield Disc(
            x=x,
            y=y,
            radius=max(radius, 0.35),
            fill="" if tree else PLANT,
            stroke=CANOPY,
            width=0.25 if tree else 0.15,
            opacity=0.55,
            dashed=tree,
        )
        if tree:
            yield Disc(x=x, y=y, radius=0.9, fill=CANOPY)
    labelled: dict[str, list[tuple[float, float]]] = {}
    for plant in ordered:
        yield from _label(plant, numbers[plant.species], labelled, paper)


def _label(
    plant: Plant, number: int, labelled: dict[str, list[tuple[float, float]]], paper: Paper
) -> Iterator[Mark]:
    """On the plant where it has room, else beside one of its group."""
    x, y = paper.at(plant.x, plant.z)
    radius = plant.radius * paper.mm
    others = labelled.setdefault(plant.species, [])
    if radius < ROOM_FOR_LABEL:
        if any((x - ox) ** 2 + (y - oy) ** 2 < NEIGHBOUR**2 for ox, oy in others):
            return
        others.append((x, y))
        yield Text(x=x + radius + 0.4, y=y + 0.6, words=str(number), size=1.8)
        return
    side = 1.4 if species()[plant.species].tree else 0.0
    anchor = Anchor.START if side else Anchor.MIDDLE
    yield Text(x=x + side, y=y + LABEL * 0.35, words=str(number), size=LABEL, anchor=anchor, face=Face.BOLD)


def _dimensions(bounds: tuple[float, float, float, float], paper: Paper, *, about: str) -> Iterator[Mark]:
    left, near, right, far = bounds
    (x0, y0), (x1, y1) = paper.at(left, near), paper.at(right, far)
    below, aside = y0 + 7, x0 - 7
    yield Line(points=((x0, below), (x1, below)), stroke=SOFT, width=0.2)
    yield Line(points=((aside, y0), (aside, y1)), stroke=SOFT, width=0.2)
    for x in (x0, x1):
        yield Line(points=((x, below - 1.5), (x, below + 1.5)), stroke=SOFT, width=0.2)
    for y in (y0, y1):
        yield Line(points=((aside - 1.5, y), (aside + 1.5, y)), stroke=SOFT, width=0.2)
    yield Text(
        x=(x0 + x1) / 2,
        y=below + 4,
        words=f"{about}{right - left:.1f} m",
        size=2.8,
        anchor=Anchor.MIDDLE,
        colour=SOFT,
    )
    yield Text(
        x=aside - 2,
        y=(y0 + y1) / 2,
        words=f"{about}{far - near:.1f} m",
        size=2.8,
        anchor=Anchor.MIDDLE,
        colour=SOFT,
        turned=True,
    )


def _title(garden: Garden, paper: Paper) -> Iterator[Mark]:
    style = get_style(garden.style).name
    area = garden.area.replace("_", " ").capitalize()
    yield Text(x=12, y=15, words="Planting plan", size=6, face=Face.BOLD)
    yield Text(x=62, y=15, words=f"{area}, {style}", size=4.2)
    sure = (
        "Scaled by a measured length" if garden.calibrated else "Approximate: no length in the photo was measured"
    )
    yield Text(x=290, y=15, words=sure, size=2.8, anchor=Anchor.END, colour=SOFT)
    left, y = 12.0, 284.0
    step = 1.0 if paper.scale <= 60 else 2.0
    for place in range(5):
        x = left + place * step * paper.mm
        yield Outline(
            rings=(((x, y), (x + step * paper.mm, y), (x + step * paper.mm, y + 2), (x, y + 2)),),
            fill=INK if place % 2 == 0 else "#ffffff",
            stroke=INK,
            width=0.2,
        )
        yield Text(x=x, y=y - 1.2, words=f"{place * step:g}", size=2.4, anchor=Anchor.MIDDLE)
    end = left + 5 * step * paper.mm
    yield Text(x=end, y=y - 1.2, words=f"{5 * step:g} m", size=2.4, anchor=Anchor.MIDDLE)
    yield Text(
        x=end + 12,
        y=y + 1.8,
        words=f"1:{paper.scale} at A3. Seen from below. North unknown. Concept rendering, seed {garden.seed}.",
        size=2.6,
        colour=SOFT,
    )


def _legend(listed: PlantList) -> Iterator[Mark]:
    y = 24.0
    yield Text(x=LIST_LEFT, y=y, words="Plants", size=3.6, face=Face.BOLD)
    step = min(7.4, 170 / max(len(listed.plants), 1))
    for row in listed.plants:
        y += step
        yield Text(x=LIST_LEFT + 5, y=y, words=str(row.number), size=2.8, anchor=Anchor.END, face=Face.BOLD)
        yield Text(x=LIST_LEFT + 7, y=y, words=row.botanical, size=2.8, face=Face.ITALIC)
        yield Text(x=LIST_RIGHT, y=y, words=str(row.quantity), size=2.8, anchor=Anchor.END)
        words = f"{row.common}, {row.spacing_m:g} m apart, {row.height_m:g} m high"
        yield Text(x=LIST_LEFT + 7, y=y + step * 0.42, words=words, size=min(2.2, step * 0.34), colour=SOFT)
    y += 11
    for letter, name, quantity in [(row.letter, row.common, str(row.quantity)) for row in listed.ornaments]:
        yield Text(x=LIST_LEFT + 5, y=y, words=letter, size=2.8, anchor=Anchor.END, face=Face.BOLD)
        yield Text(x=LIST_LEFT + 7, y=y, words=name, size=2.8)
        yield Text(x=LIST_RIGHT, y=y, words=quantity, size=2.8, anchor=Anchor.END)
        y += 4.2
    y += 3
    yield Text(x=LIST_LEFT, y=y, words="Materials", size=3.6, face=Face.BOLD)
    for laid in listed.materials:
        y += 4.4
        volume = f", {laid.volume_m3:g} m³" if laid.volume_m3 else ""
        yield Text(x=LIST_LEFT + 7, y=y, words=laid.name, size=2.8)
        yield Text(x=LIST_RIGHT, y=y, words=f"{laid.area_m2:g} m²{volume}", size=2.8, anchor=Anchor.END)
    y += 8
    low, high = listed.cost
    summary = (
        f"About {low:,.0f} to {high:,.0f} {listed.currency} for plants and materials.",
        f"About {listed.water_litres_a_year:,} litres of water a year once grown.",
    )
    for words in summary:
        yield Text(x=LIST_LEFT, y=y, words=words, size=2.5, colour=SOFT)
        y += 4
