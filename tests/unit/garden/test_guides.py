"""The guide to adding a plant, done as it says; and the page about the species file."""

import dataclasses
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from yarda.garden.brief import Limits
from yarda.garden.catalog import CATALOG_VARIABLE
from yarda.garden.flora.generators import GENERATORS
from yarda.garden.flora.species import Species
from yarda.garden.process import _environment

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "guide" / "add-a-plant.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
LISTING = """
from tests.unit.garden.yards import a_garden
from yarda.garden.flora.species import species
from yarda.garden.plan import count_plants
garden = a_garden("english_garden", "front_yard")
rows = {row.species: row for row in count_plants(garden).plants}
row = rows["sea_thrift"]
assert row.quantity == sum(plant.species == "sea_thrift" for plant in garden.plants)
print(row.common, row.quantity, row.cost[1])
"""


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    """The folder that the guide has its reader make."""
    folder = tmp_path / "my-plants"
    (folder / "species").mkdir(parents=True)
    (folder / "species" / "mine.toml").write_text(BLOCKS[0], encoding="utf-8")
    return folder


def run(*words: str, catalog: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**os.environ, CATALOG_VARIABLE: str(catalog)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_plant_of_the_guide_is_valid_and_grows(catalog: Path) -> None:
    checked = run("-m", "yarda.garden.flora", "sea_thrift", catalog=catalog)

    assert checked.returncode == 0, checked.stderr
    assert "sea_thrift: Sea thrift (Armeria maritima)" in checked.stdout
    found = re.search(r"listed ([\d.]+) m tall .* its mesh is ([\d.]+) m tall", checked.stdout)
    assert found
    assert float(found[2]) == pytest.approx(float(found[1]), rel=0.25)
    for season in ("spring", "summer", "autumn", "winter"):
        assert re.search(rf"{season}: \d{{4,6}} triangles", checked.stdout)


def test_a_mistake_is_named_as_the_guide_says(catalog: Path) -> None:
    said = re.search(r"`(species/mine.toml, line \d+: sea_thrift: 'wtaer' is not\s+one of)", GUIDE)
    assert said
    (catalog / "species" / "mine.toml").write_text(BLOCKS[0].replace("water", "wtaer"), encoding="utf-8")

    checked = run("-m", "yarda.garden.flora", catalog=catalog)

    assert checked.returncode == 1
    assert " ".join(said[1].split()) in checked.stderr


def test_the_plant_of_the_guide_is_planted_and_listed(catalog: Path) -> None:
    style = ROOT / "src" / "yarda" / "garden" / "data" / "styles" / "english_garden.toml"
    (catalog / "styles").mkdir()
    text = style.read_text(encoding="utf-8") + "\n" + BLOCKS[1]
    (catalog / "styles" / "english_garden.toml").write_text(text, encoding="utf-8")

    listed = run("-c", LISTING, catalog=catalog)

    assert listed.returncode == 0, listed.stderr
    name, quantity, cost = listed.stdout.rsplit(maxsplit=2)
    assert name == "Sea thrift"
    assert int(quantity) > 0
    assert float(cost) > 0


def test_the_painter_reads_the_same_catalog(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CATALOG_VARIABLE, raising=False)
    assert CATALOG_VARIABLE not in _environment(Limits())

    monkeypatch.setenv(CATALOG_VARIABLE, "/plants")

    assert _environment(Limits())[CATALOG_VARIABLE] == "/plants"


def test_the_guide_shows_every_fact_that_is_needed() -> None:
    table = tomllib.loads(BLOCKS[0])["sea_thrift"]
    needed = {field.name for field in dataclasses.fields(Species) if field.default is dataclasses.MISSING}

    assert needed - set(table) == set()


def test_the_reference_names_every_field_and_every_generator() -> None:
    page = (ROOT / "docs" / "reference" / "species-file.md").read_text(encoding="utf-8")

    assert [field.name for field in dataclasses.fields(Species) if f"| `{field.name}` |" not in page] == []
    of_plants = [(name, maker.__module__) for name, maker in GENERATORS.items()]
    plants = [name for name, home in of_plants if ".flora." in home and not home.endswith("ornaments")]
    assert [name for name in plants if f"### `{name}`" not in page] == []
