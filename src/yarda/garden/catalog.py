"""Reads the catalog's TOML files and turns their tables into dataclasses, with errors that name file and line."""

import dataclasses
import os
import re
import tomllib
import types
import typing
from collections.abc import Iterator, Mapping
from enum import Enum
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

from yarda.garden.errors import InvalidCatalog
from yarda.garden.toml_lines import find_lines

T = TypeVar("T")
CATALOG_VARIABLE = "YARDA_CATALOG"
"""Names a folder of the user's own TOML files, laid out like the package's `data`."""


class Table(dict[str, Any]):
    """A table that knows its file, the line it begins on and the lines of its keys."""

    def __init__(self, file: str, line: int) -> None:
        super().__init__()
        self.file = file
        self.line = line
        self.lines: dict[str, int] = {}

    def place(self, key: str = "") -> str:
        """Where a key, or else the table, stands."""
        return f"{self.file}, line {self.lines.get(key, self.line)}"


def read_table(path: str) -> Table:
    """The parsed TOML file at `<path>` of the user's own catalog, or else of this package.

    Raises InvalidCatalog, naming the line, when it is not TOML.
    """
    entry = next((place for folder in _folders() if (place := folder.joinpath(path)).is_file()), None)
    if entry is None:
        raise InvalidCatalog(f"{path}: there is no such file in the catalog")
    try:
        text = entry.read_bytes().decode()
        parsed = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise InvalidCatalog(f"{path}: the file is not UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise InvalidCatalog(_syntax_error(path, str(error), text)) from error
    table: Table = _located(parsed, (), path, find_lines(text.replace("\r\n", "\n")), 1)
    return table


def list_tables(folder: str) -> list[str]:
    """The names of the TOML files in the catalog's `folder`, sorted: the package's and the user's own."""
    entries = (entry for root in _folders() if (root / folder).is_dir() for entry in (root / folder).iterdir())
    return sorted({entry.name.removesuffix(".toml") for entry in entries if entry.name.endswith(".toml")})


def _folders() -> Iterator[Traversable]:
    own = os.environ.get(CATALOG_VARIABLE)
    if own:
        if not Path(own).is_dir():
            raise InvalidCatalog(f"{CATALOG_VARIABLE} names a folder that does not exist")
        yield Path(own)
    yield resources.files("yarda.garden").joinpath("data")


def _syntax_error(path: str, said: str, text: str) -> str:
    found = re.search(r"^(.*) \(at (?:line (\d+), column \d+|end of document)\)$", said)
    line = (found and found[2]) or len(text.rstrip().splitlines())
    return f"{path}, line {line}: {found[1] if found else said}"


def _located(value: Any, at: tuple[str | int, ...], file: str, lines: Mapping[Any, int], line: int) -> Any:
    """`value` with every table in it made a `Table`."""
    here = lines.get(at, line)
    if isinstance(value, list):
        return [_located(item, (*at, number), file, lines, here) for number, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    table = Table(file, here)
    for key, item in value.items():
        table.lines[key] = lines.get((*at, key), here)
        table[key] = _located(item, (*at, key), file, lines, table.lines[key])
    return table


def build(kind: type[T], table: Mapping[str, object], *, where: str, **given: object) -> T:
    """The dataclass `kind` filled from a table and the `given` values; nested dataclasses are filled likewise.

    Raises InvalidCatalog for an unknown key, a missing key or a wrong value. For a table that was read from a file
    the message begins with the file and the line, followed by `where`.
    """
    hints = typing.get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(typing.cast(Any, kind))}
    for key in table:
        if key not in fields:
            raise InvalidCatalog(_said(table, key, where, f"{key!r} is not one of {', '.join(sorted(fields))}"))
    values = dict(given)
    for name, field in fields.items():
        if name in values:
            continue
        if name in table:
            values[name] = _value(table, name, hints[name], where=where)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise InvalidCatalog(_said(table, "", where, f"{name!r} is missing"))
    try:
        return kind(**values)
    except ValueError as error:
        about = next((word for word in re.findall(r"\w+", str(error)) if word in table), "")
        raise InvalidCatalog(_said(table, about, where, str(error))) from error


class _Misplaced(Exception):
    """A wrong value whose line the table around it knows."""

    def __init__(self, where: str, said: str) -> None:
        super().__init__(f"{where}: {said}")


def _value(table: Mapping[str, object], name: str, hint: Any, *, where: str) -> Any:
    try:
        return _convert(hint, table[name], where=f"{where}.{name}".lstrip("."))
    except _Misplaced as error:
        place = f"{table.place(name)}: " if isinstance(table, Table) else ""
        raise InvalidCatalog(f"{place}{error}") from error


def _said(table: Mapping[str, object], key: str, where: str, said: str) -> str:
    place = table.place(key) if isinstance(table, Table) else ""
    return ": ".join(filter(None, (place, where, said)))


def _convert(hint: Any, value: object, *, where: str) -> Any:
    """`value` as the type that `hint` describes."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return None if value is None else _convert(inner[0], value, where=where)
    if dataclasses.is_dataclass(hint) and isinstance(value, Mapping):
        return build(typing.cast(type, hint), value, where=where)
    if origin is tuple and isinstance(value, list | tuple):
        return _convert_tuple(inner, value, where=where)
    if origin in (dict, Mapping) or getattr(origin, "__name__", "") == "Mapping":
        if isinstance(value, Mapping):
            return {key: _value(value, key, inner[1], where=where) for key in value}
    elif hint is Any:
        return value
    elif hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    elif isinstance(hint, type) and isinstance(value, str) and issubclass(hint, str):
        return _word(hint, value, where=where)
    elif isinstance(hint, type) and type(value) is hint:
        return value
    raise _Misplaced(where, f"{value!r} is not a {getattr(hint, '__name__', hint)}")


def _word(hint: type[str], value: str, *, where: str) -> str:
    try:
        return hint(value)
    except ValueError as error:
        known = ", ".join(item.value for item in hint) if issubclass(hint, Enum) else ""
        said = f"{value!r} is not one of {known}" if known else str(error)
        raise _Misplaced(where, said) from error


def _convert_tuple(inner: tuple[Any, ...], value: list[Any] | tuple[Any, ...], *, where: str) -> tuple[Any, ...]:
    if len(inner) == 2 and inner[1] is Ellipsis:
        return tuple(_convert(inner[0], item, where=f"{where}[{i}]") for i, item in enumerate(value))
    if len(inner) != len(value):
        raise _Misplaced(where, f"{len(inner)} values are needed")
    return tuple(
        _convert(hint, item, where=f"{where}[{i}]")
        for i, (hint, item) in enumerate(zip(inner, value, strict=True))
    )
