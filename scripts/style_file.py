"""The reference page of the style files, written from the dataclasses that read them."""

import dataclasses
import inspect
import typing
from collections.abc import Iterator
from typing import Any

from species_file import kind_of, shown

from yarda.garden.design.styles import (
    Accent,
    Bed,
    Creek,
    Drift,
    Furnishing,
    Island,
    Member,
    Nook,
    PathRule,
    Pool,
    Row,
    Slabs,
    Style,
    Surface,
)

TABLES = (
    ("the file itself", Style),
    ("ground = { … }, and wherever a surface is laid", Surface),
    ("[path]", PathRule),
    ("slabs = { … }", Slabs),
    ("[[beds]]", Bed),
    ("[[islands]]", Island),
    ("[[creeks]]", Creek),
    ("nook = { … }", Nook),
    ("pool = { … }", Pool),
    ("[[accents]]", Accent),
    ("members = [{ … }]", Member),
    ("[[furnishings]]", Furnishing),
    ("[[rows]]", Row),
    ("[[drifts]]", Drift),
)


def style_file() -> str:
    """Every table of a style file with its fields."""
    return (
        "# Style files\n\n"
        "A style is a TOML file under `styles/`: those of the program, and those in the folder that the\n"
        "environment variable `YARDA_CATALOG` names. Its name is the style's id. Rules are carried out in this\n"
        "order: places and furnishings, islands and accents, rows, drifts from large to small; nothing is set\n"
        "where it has no room. Lengths are metres. A wrong file is refused with its name and the line. How to\n"
        "write one is told in [Add a style](../guide/add-a-style.md).\n\n" + "\n".join(_tables())
    )


def _tables() -> Iterator[str]:
    for title, kind in TABLES:
        hints = typing.get_type_hints(kind)
        rows = "".join(_row(field, hints[field.name]) for field in dataclasses.fields(kind) if field.name != "id")
        said = inspect.getdoc(kind)
        yield f"## `{title}`\n\n{said}\n\n| Field | Value | Default |\n| --- | --- | --- |\n{rows}"


def _row(field: "dataclasses.Field[Any]", hint: Any) -> str:
    default = "needed" if field.default is dataclasses.MISSING else shown(field.default)
    return f"| `{field.name}` | {kind_of(hint)} | {default} |\n"
