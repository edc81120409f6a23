"""The areas of a yard, the styles a design can have, and when it is shown."""

from dataclasses import dataclass
from enum import StrEnum


class AreaName(StrEnum):
    """A part of the yard that is designed and paid for by itself."""

    FRONT_YARD = "front_yard"
    BACKYARD = "backyard"
    WALKWAY = "walkway"
    PATIO = "patio"
    POOL_AREA = "pool_area"


class StyleName(StrEnum):
    """A named look."""

    MODERN_MINIMALIST = "modern_minimalist"
    CALIFORNIA_NATIVE = "california_native"
    JAPANESE_ZEN = "japanese_zen"
    ENGLISH_GARDEN = "english_garden"
    DESERT_LANDSCAPE = "desert_landscape"
    MEDITERRANEAN = "mediterranean"
    TROPICAL_RESORT = "tropical_resort"


class Season(StrEnum):
    """The time of the year in the picture."""

    SPRING = "spring"
    SUMMER = "summer"
    AUTUMN = "autumn"
    WINTER = "winter"


class Growth(StrEnum):
    """How long ago the garden in the picture was planted."""

    PLANTED = "planted"
    THREE_YEARS = "three_years"
    MATURE = "mature"


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogEntry:
    """How an area or a style is presented to people."""

    id: str
    name: str
    description: str


AREAS: dict[AreaName, CatalogEntry] = {
    entry_id: CatalogEntry(id=entry_id, name=name, description=description)
    for entry_id, name, description in (
        (AreaName.FRONT_YARD, "Front yard", "What is seen from the street, from the house to the sidewalk."),
        (AreaName.BACKYARD, "Backyard", "The ground behind the house, for living in."),
        (AreaName.WALKWAY, "Walkway", "The way to the door and the planting along it."),
        (AreaName.PATIO, "Patio", "A paved place to sit, and what surrounds it."),
        (AreaName.POOL_AREA, "Pool area", "A pool, its coping and the planting that suits it."),
    )
}

STYLES: dict[StyleName, CatalogEntry] = {
    entry_id: CatalogEntry(id=entry_id, name=name, description=description)
    for entry_id, name, description in (
        (
            StyleName.MODERN_MINIMALIST,
            "Modern minimalist",
            "Large slabs, clipped evergreens and grasses in straight lines; few kinds, many of each.",
        ),
        (
            StyleName.CALIFORNIA_NATIVE,
            "California native",
            "Sages, ceanothus and bunch grasses around decomposed granite; dry in summer, full of birds.",
        ),
        (
            StyleName.JAPANESE_ZEN,
            "Japanese zen",
            "Raked gravel, moss, set stones and a maple; empty ground is part of the picture.",
        ),
        (
            StyleName.ENGLISH_GARDEN,
            "English garden",
            "A lawn between deep mixed borders of roses, catmint and foxgloves; a brick path.",
        ),
        (
            StyleName.DESERT_LANDSCAPE,
            "Desert landscape",
            "Agaves, cacti and a palo verde in warm gravel, boulders and a dry creek.",
        ),
        (
            StyleName.MEDITERRANEAN,
            "Mediterranean",
            "Olive, cypress and lavender over pale gravel and warm stone.",
        ),
        (
            StyleName.TROPICAL_RESORT,
            "Tropical resort",
            "Palms, broad leaves and bright flowers in dense layers around smooth paving.",
        ),
    )
}
