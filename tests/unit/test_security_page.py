"""The page on security names only tests and code that exist, and leaves no item of the standard out."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "concepts" / "security.md").read_text(encoding="utf-8")
EVIDENCE = re.compile(r"`((?:src|tests|docs)/[\w/.-]+|requirements\.lock|pyproject\.toml)(?:::(\w+))?`")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| [^|]+ \| (\w+) \| ([^|]+) \|$", re.MULTILINE)
RANGE = re.compile(r"(\d+\.\d+)\.(\d+)(?: to \1\.(\d+))?")
ITEMS = (
    "1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1 4.3:2 4.4:4 "
    "5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 8.1:2 "
    "8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 "
    "11.5:1 11.6:1 12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 "
    "16.1:1 16.2:5 16.3:4 16.4:3 16.5:3 17.1:1 17.2:4 17.3:2"
)
"""How many items of level 1 and 2 each section of ASVS 5.0.0 has; they come first in it."""


def test_every_test_and_file_that_is_named_exists() -> None:
    named = EVIDENCE.findall(PAGE)

    wrong = [f"{path}::{test}" for path, test in named if not exists(path, test)]

    assert len(named) > 200
    assert wrong == []
    assert "…::" not in PAGE


def exists(path: str, test: str) -> bool:
    file = ROOT / path
    return file.is_file() and (not test or f"def {test}(" in file.read_text(encoding="utf-8"))


def test_every_item_is_met_open_or_said_not_to_apply_once() -> None:
    sections = dict(section.split(":") for section in ITEMS.split())
    every = [f"{section}.{n}" for section, count in sections.items() for n in range(1, int(count) + 1)]
    rows = [item for item, _, _ in ROW.findall(PAGE)]
    apart = [item for said in PAGE.split("Does not apply: ")[1:] for item in spelled_out(said.split("\n\n", 1)[0])]

    assert sorted(rows + apart) == sorted(every)


def spelled_out(said: str) -> list[str]:
    return [
        f"{section}.{n}"
        for section, first, last in RANGE.findall(" ".join(said.split()))
        for n in range(int(first), int(last or first) + 1)
    ]


def test_what_is_met_is_shown_and_what_is_open_is_explained() -> None:
    rows = ROW.findall(PAGE)
    answers = [met for _, met, _ in rows]

    assert set(answers) == {"yes", "no"}
    assert all(bool(EVIDENCE.search(by)) == (met == "yes") for _, met, by in rows)
    assert f"**{answers.count('yes')} met, {answers.count('no')} open, {253 - len(rows)} do not apply.**" in PAGE
