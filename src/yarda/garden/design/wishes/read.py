"""Reads wishes clause by clause: what they say of plants, ground, ways, colours, furniture and habit."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any

from yarda.garden.catalog import build, read_table
from yarda.garden.design.styles import Course
from yarda.garden.flora.species import Species, species

CLAUSE = re.compile(r"[.;,\n!]|\b(?:and|but|also|plus|with|please)\b", re.IGNORECASE)
SWAP = re.compile(r"\breplac(?:e|ing)\b(?P<old>[^.;,\n]+?)\b(?:with|by)\b", re.IGNORECASE)
INSTEAD = re.compile(r"\b(?:instead of|rather than)\b", re.IGNORECASE)
REFUSAL = re.compile(r"\b(?:no|not|without|avoid|remove|never|dont|hate|get rid of)\b")
KEEPING = re.compile(r"\b(?:keep|preserve|leave|save|retain)\b")
LAWN_WORDS = ("lawn", "grass", "turf")
VAGUE = frozenset({"grass", "bush", "cover", "tree", "rush", "ball", "hedge", "moss", "plant"})
"""Head nouns that say too little to be a plant's name."""


class Trait(StrEnum):
    """What the whole garden is asked to be."""

    LOW_WATER = "low_water"
    PET_SAFE = "pet_safe"
    EVERGREEN = "evergreen"
    FULL = "full"
    SPARE = "spare"
    NO_LAWN = "no_lawn"
    NO_PATH = "no_path"
    NO_TREES = "no_trees"
    NO_FLOWERS = "no_flowers"
    NO_FURNITURE = "no_furniture"
    KEEPS_LAWN = "keeps_lawn"


class Where(StrEnum):
    """What a surface is asked for."""

    GROUND = "ground"
    PATH = "path"
    TERRACE = "terrace"


PLACES = {
    Where.PATH: re.compile(r"\b(?:path|pathway|walk|walkway|footpath)s?\b"),
    Where.TERRACE: re.compile(r"\b(?:patio|terrace|deck|pool deck)s?\b"),
    Where.GROUND: re.compile(r"\b(?:ground|yard|garden|area|lawn|grass|turf|mulch|meadow|everywhere)\b"),
}
REFUSED = {
    Trait.NO_LAWN: re.compile(r"\b(?:lawn|grass|turf)\b"),
    Trait.NO_PATH: re.compile(r"\b(?:path|pathway|walkway)s?\b"),
    Trait.NO_TREES: re.compile(r"\btrees?\b"),
    Trait.NO_FLOWERS: re.compile(r"\b(?:flowers?|blooms?)\b"),
    Trait.NO_FURNITURE: re.compile(r"\b(?:furniture|seating|chairs?|tables?)\b"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The vocabulary, as `data/words.toml` gives it."""

    filler: tuple[str, ...]
    surfaces: Mapping[str, str]
    courses: Mapping[str, Course]
    colours: Mapping[str, tuple[str, ...]]
    furnishings: Mapping[str, str]
    traits: Mapping[str, Trait]


@dataclass(slots=True, kw_only=True)
class Wishes:
    """What was understood. A plant wish is the ids that satisfy it, any one of them."""

    plants: list[tuple[str, ...]] = field(default_factory=list)
    without: set[str] = field(default_factory=set)
    colours: set[str] = field(default_factory=set)
    furnishings: list[str] = field(default_factory=list)
    surfaces: dict[Where, str] = field(default_factory=dict)
    course: Course | None = None
    traits: set[Trait] = field(default_factory=set)
    kept: list[str] = field(default_factory=list)
    """Clauses that ask to keep something that stands there."""
    unread: list[str] = field(default_factory=list)


@cache
def words() -> Words:
    """The vocabulary. Raises InvalidCatalog when the file is wrong."""
    return build(Words, read_table("words.toml"), where="words.toml")


def read_wishes(text: str) -> Wishes:
    """Never fails: what is not understood is in `unread`, in the writer's words."""
    wishes = Wishes()
    for clause in _clauses(text):
        if not _read(clause, wishes) and set(re.findall(r"[a-z'-]+", clause)) - set(words().filler):
            wishes.unread.append(clause)
    return wishes


def _clauses(text: str) -> Iterator[str]:
    """ "Replace the lawn with gravel" and "gravel instead of lawn" both refuse the lawn."""
    text = SWAP.sub(lambda swap: f", no {swap['old']},", re.sub("['‘’]", "", text))
    for part in CLAUSE.split(INSTEAD.sub(", no ", text)):
        clause = " ".join(part.lower().split())
        if clause:
            yield clause


def _read(clause: str, wishes: Wishes) -> bool:
    if KEEPING.search(clause):
        if any(word in clause for word in LAWN_WORDS):
            wishes.traits.add(Trait.KEEPS_LAWN)
        else:
            wishes.kept.append(clause)
        return True
    if REFUSAL.search(clause):
        return _refuse(clause, wishes)
    return any([_traits(clause, wishes), _things(clause, wishes)])


def _refuse(clause: str, wishes: Wishes) -> bool:
    found = False
    for table, forms in ((_names(), wishes.without), (words().furnishings, wishes.without)):
        for word, ids in _longest(table, clause):
            forms.update((ids,) if isinstance(ids, str) else ids)
            clause = clause.replace(word, " ")
            found = True
    for trait, pattern in REFUSED.items():
        if pattern.search(clause):
            wishes.traits.add(trait)
            found = True
    return found


def _traits(clause: str, wishes: Wishes) -> bool:
    found = [trait for _, trait in _longest(words().traits, clause)]
    wishes.traits.update(found)
    return bool(found)


def _things(clause: str, wishes: Wishes) -> bool:
    colours = {name for _, names in _longest(words().colours, clause) for name in names}
    plants = [_of_colour(ids, colours) for _, ids in _longest(_names(), clause)]
    wishes.plants += [ids for ids in plants if ids not in wishes.plants]
    furnished = [] if plants else [form for _, form in _longest(words().furnishings, clause)]
    wishes.furnishings += [form for form in furnished if form not in wishes.furnishings]
    if not plants:
        wishes.colours.update(colours)
    ways = _ways(clause, wishes) if not plants and not furnished else False
    return bool(plants or furnished or colours or ways)


def _ways(clause: str, wishes: Wishes) -> bool:
    courses = [course for _, course in _longest(words().courses, clause)]
    where = next((place for place, pattern in PLACES.items() if pattern.search(clause)), None)
    if courses and where is Where.PATH:
        wishes.course = courses[0]
    surfaces = [material for _, material in _longest(words().surfaces, clause)]
    if surfaces:
        wishes.surfaces[where or Where.GROUND] = surfaces[0]
    return bool(surfaces or (courses and where is Where.PATH))


def _longest(table: Mapping[str, object], clause: str) -> list[tuple[str, Any]]:
    """The table's words that stand in the clause, longest first, none inside another."""
    found = []
    for word in sorted(table, key=len, reverse=True):
        pattern = _pattern(word)
        if pattern.search(clause):
            found.append((word, table[word]))
            clause = pattern.sub(" ", clause)
    return found


def shows(plant: Species, colours: set[str]) -> bool:
    """Whether it flowers in one of the colours; "pinkish white" is both pink and white."""
    return bool({word.removesuffix("ish") for word in re.findall("[a-z]+", plant.flower_colour)} & colours)


def _of_colour(ids: tuple[str, ...], colours: set[str]) -> tuple[str, ...]:
    """Those that flower in the colours, where some do: pink roses are not white ones."""
    return tuple(key for key in ids if shows(species()[key], colours)) or ids


@cache
def _pattern(word: str) -> re.Pattern[str]:
    return re.compile(rf"\b{re.escape(word)}(?:s|es)?\b")


@cache
def _names() -> Mapping[str, tuple[str, ...]]:
    """Every name a plant goes by: common, botanical, genus, and the noun its common name ends with."""
    found: dict[str, list[str]] = {}
    for key, plant in species().items():
        common = re.sub(r"\(.*?\)|['‘’]", "", plant.common).lower().strip()
        botanical = re.sub(r"['‘’×]|\bx\b", " ", plant.botanical.lower())
        names = {common, " ".join(botanical.split()), botanical.split()[0]}
        head = common.split()[-1]
        if head not in VAGUE:
            names.add(head)
        for name in names:
            found.setdefault(name, []).append(key)
    return {name: tuple(ids) for name, ids in found.items()}
