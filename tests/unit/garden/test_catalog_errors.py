"""A wrong catalog file is refused with its name and the line."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from yarda.garden.catalog import CATALOG_VARIABLE, Table, build, list_tables, read_table
from yarda.garden.design.styles import Style
from yarda.garden.errors import InvalidCatalog
from yarda.garden.flora.species import Species, species
from yarda.garden.plan.prices import Prices
from yarda.garden.toml_lines import find_lines

Write = Callable[[str, str], str]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Puts a file into a catalog of the user's own; a text may also be one of the package's, changed."""
    monkeypatch.setenv(CATALOG_VARIABLE, str(tmp_path))

    def written(path: str, text: str) -> str:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
        return path

    return written


@dataclass(frozen=True, kw_only=True)
class Pot:
    """Nested in `Shelf`."""

    name: str
    litres: float

    def __post_init__(self) -> None:
        if self.litres <= 0:
            raise ValueError("litres must be positive")


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """A table with all that a catalog file may hold."""

    title: str
    wide: float = 1.0
    zones: tuple[int, int] = (1, 2)
    pots: tuple[Pot, ...] = ()
    best: Pot | None = None


TEXT = '''# A shelf
title = "north # not a comment"
note = """
[not a table]
"""
zones = [
    1,  # a comment ]
    9,
]
best = { name = "a, b", litres = 2 }

[[pots]]
name = "small"
litres = 1

[[pots]]
name = 'large'
"litres" = 30

[pots.label]
colour.edge = "red"
'''


def test_every_key_has_its_line() -> None:
    lines = find_lines(TEXT)

    assert lines["title",] == 2
    assert lines["note",] == 3
    assert lines["zones",] == 6
    assert lines["zones", 1] == 8
    assert lines["best", "litres"] == 10
    assert lines["pots", 0] == 12
    assert lines["pots", 1] == 16
    assert lines["pots", 1, "litres"] == 18
    assert lines["pots", 1, "label"] == 20
    assert lines["pots", 1, "label", "colour", "edge"] == 21


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('title = "a"\nwide = = 2\n', r"^shelf.toml, line 2: "),
        ('title = "a"\nwide = 2\ntitle = "b"\n', r"^shelf.toml, line 3: "),
        ('title = "a"\nzones = [1,\n', r"^shelf.toml, line 2: "),
        ('title = "a"\n\ncolor = 1\n', r"^shelf.toml, line 3: 'color' is not one of best, pots"),
        ("wide = 2\n", r"^shelf.toml, line 1: 'title' is missing"),
        ('title = "a"\nwide = "far"\n', r"^shelf.toml, line 2: wide: 'far' is not a float"),
        ('title = "a"\n# note\nzones = [1]\n', r"^shelf.toml, line 3: zones: 2 values are needed"),
        ('title = "a"\nzones = [1, "x"]\n', r"^shelf.toml, line 2: zones\[1\]: 'x' is not a int"),
        ('title = "a"\n[[pots]]\nname = "b"\n', r"^shelf.toml, line 2: pots\[0\]: 'litres' is missing"),
        (
            'title = "a"\n[[pots]]\nname = "b"\nlitres = 1\n[[pots]]\nname = "c"\nlitres = true\n',
            r"^shelf.toml, line 7: pots\[1\].litres: True is not a float",
        ),
        ('title = "a"\nbest = { name = "b", liters = 1 }\n', r"^shelf.toml, line 2: best: 'liters' is not one of"),
        ('title = "a"\n[best]\nname = "b"\nlitres = -1\n', r"^shelf.toml, line 4: best: litres must be positive"),
    ],
)
def test_a_wrong_file_is_an_error_that_names_the_line(write: Write, text: str, said: str) -> None:
    path = write("shelf.toml", text)

    with pytest.raises(InvalidCatalog, match=said):
        build(Shelf, read_table(path), where="")


def test_lines_are_right_whatever_ends_them(write: Write) -> None:
    path = write("shelf.toml", 'title = "a"\r\n\r\nwide = "far"\r\n')

    with pytest.raises(InvalidCatalog, match=r"^shelf.toml, line 3: wide"):
        build(Shelf, read_table(path), where="")


@pytest.mark.parametrize(
    ("kind", "path", "old", "new", "key"),
    [
        (Style, "styles/english_garden.toml", 'course = "curved"', 'course = "bent"', "course"),
        (Style, "styles/english_garden.toml", "depth = 1.5", "depht = 1.5", "depht"),
        (Prices, "prices.toml", "fern = [10, 28]", "fern = [10, 28, 3]", "fern"),
    ],
)
def test_styles_and_prices_are_read_with_their_lines(
    write: Write, kind: type, path: str, old: str, new: str, key: str
) -> None:
    text = (Path(__file__).parents[3] / "src" / "yarda" / "garden" / "data" / path).read_text(encoding="utf-8")
    line = text[: text.index(old)].count("\n") + 1
    write(path, text.replace(old, new, 1))

    with pytest.raises(InvalidCatalog, match=rf"^{path}, line {line}: .*{key}"):
        build(kind, read_table(path), where="", **({"id": "x"} if kind is Style else {}))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('water = "medium"', 'water = "much"', "peony.water: 'much' is not one of very low, low, medium, high"),
        ('generator = "stemmed"', 'generator = "triffid"', "peony: generator 'triffid' is not one of"),
        ("radius =", "radios =", "peony: shape of stemmed: "),
        ("zones = [3, 8]", "zones = [8, 3]", "peony: zones are hardiness zones from low to high"),
        ("flowers = [5, 6]", "flowers = [5, 13]", "peony: flowers and fruits are months"),
        ('autumn_colour = "#9a5a32"', 'autumn_colour = "brown"', "peony: autumn_colour is an sRGB code"),
    ],
)
def test_a_wrong_fact_about_a_plant_names_its_line(write: Write, old: str, new: str, said: str) -> None:
    folder = Path(__file__).parents[3] / "src" / "yarda" / "garden" / "data" / "species"
    text = (folder / "perennials.toml").read_text(encoding="utf-8")
    start = text.index("[peony]")
    changed = text[:start] + text[start:].replace(old, new, 1)
    line = text[: text.index(old, start)].count("\n") + 1
    table = read_table(write("species/mine.toml", changed))

    with pytest.raises(InvalidCatalog, match=rf"^species/mine.toml, line {line}: {said}"):
        build(Species, table["peony"], where="peony")


def test_two_plants_of_one_id_are_an_error(write: Write) -> None:
    folder = Path(__file__).parents[3] / "src" / "yarda" / "garden" / "data" / "species"
    write("species/mine.toml", (folder / "ferns.toml").read_text(encoding="utf-8"))
    species.cache_clear()

    try:
        with pytest.raises(InvalidCatalog, match=r"^species/mine.toml, line \d+: '\w+' is already in"):
            species()
    finally:
        species.cache_clear()


def test_a_folder_of_ones_own_adds_to_the_catalog(write: Write) -> None:
    path = write("species/mine.toml", "[a]\nx = 1\n")

    table = read_table(path)

    assert isinstance(table["a"], Table)
    assert table["a"].place("x") == "species/mine.toml, line 2"
    assert {"mine", "ferns"} <= set(list_tables("species"))


def test_a_folder_that_is_not_there_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CATALOG_VARIABLE, "/nonexistent/plants")

    with pytest.raises(InvalidCatalog, match="YARDA_CATALOG names a folder that does not exist"):
        read_table("prices.toml")


def test_a_file_that_is_not_there_is_said_so() -> None:
    with pytest.raises(InvalidCatalog, match=r"^species/none.toml: there is no such file"):
        read_table("species/none.toml")
