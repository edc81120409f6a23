"""The guide to adding a style, done as it says."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from yarda.garden.catalog import CATALOG_VARIABLE
from yarda.sample import sample_photo

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "guide" / "add-a-style.md").read_text(encoding="utf-8")
RULES = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)[0]
MEMBER, ENTRY = re.findall(r"```text\n(.*?)```", GUIDE, re.DOTALL)
AREAS = ("front_yard", "backyard", "walkway", "patio", "pool_area")
LISTING = """
from tests.unit.garden.yards import a_garden
WIDE = ((-60.0, 160.0), (300.0, 160.0), (205.0, 86.0), (35.0, 86.0))
for area in {areas!r}:
    garden = a_garden("moon_garden", area, ground=WIDE)
    names = {{zone.name for zone in garden.zones}} | {{thing.form for thing in garden.features}}
    print(area, len(garden.plants), *sorted(names))
"""
OFFERED = """
from yarda.domain.catalog import STYLES, StyleName
from yarda.garden.design.styles import styles
assert StyleName("moon_garden") in STYLES
assert set(map(str, StyleName)) == set(styles())
print(STYLES[StyleName("moon_garden")].description)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder that the guide has its reader make."""
    (tmp_path / "my-garden" / "styles").mkdir(parents=True)
    (tmp_path / "my-garden" / "styles" / "moon_garden.toml").write_text(RULES, encoding="utf-8")
    return tmp_path / "my-garden"


def run(*words: str, **settings: str) -> str:
    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_style_of_the_guide_lays_out_every_area(folder: Path) -> None:
    listed = run("-c", LISTING.format(areas=AREAS), **{CATALOG_VARIABLE: str(folder)}).splitlines()

    found = {line.split()[0]: line.split()[1:] for line in listed}
    assert set(found) == set(AREAS)
    assert all(int(words[0]) >= 10 for words in found.values())
    assert {"lounge_grey", "terrace"} <= set(found["patio"])
    assert {"bird_bath", "nook"} <= set(found["backyard"])
    assert {"pool", "coping", "loungers_white"} <= set(found["pool_area"])


def test_the_style_of_the_guide_is_painted_by_the_command_that_it_names(folder: Path, tmp_path: Path) -> None:
    assert sample_photo()
    command = re.search(r"python (scripts/gallery.py .*moon_garden)", GUIDE)
    assert command
    small = ["--areas", "patio", "--side", "160", "--samples", "1", "--out", str(tmp_path / "sheets")]

    run(*command[1].split(), *small, **{CATALOG_VARIABLE: str(folder)})

    assert (tmp_path / "sheets" / "sample.jpg").stat().st_size > 2_000


def test_the_style_of_the_guide_is_offered_once_it_is_in_the_program(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "*.jpg"))
    catalog = tmp_path / "src" / "yarda" / "domain" / "catalog.py"
    text = catalog.read_text(encoding="utf-8")
    text = text.replace(
        '    TROPICAL_RESORT = "tropical_resort"\n', f'    TROPICAL_RESORT = "tropical_resort"\n{MEMBER}'
    )
    text = text.replace(
        "        (\n            StyleName.TROPICAL_RESORT",
        f"{ENTRY}        (\n            StyleName.TROPICAL_RESORT",
    )
    catalog.write_text(text, encoding="utf-8")
    (tmp_path / "src/yarda/garden/data/styles/moon_garden.toml").write_text(RULES, encoding="utf-8")

    said = run("-c", OFFERED, PYTHONPATH=str(tmp_path / "src"))

    assert said.strip() == "White flowers and silver leaves around a still place to sit at dusk."
