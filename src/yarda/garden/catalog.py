"""Reads the TOML files of the package and turns their tables into dataclasses, with errors that name the place."""

import dataclasses
import tomllib
import types
import typing
from collections.abc import Mapping
from importlib import resources
from typing import Any, TypeVar

from yarda.garden.errors import InvalidCatalog

T = TypeVar("T")


def read_table(path: str) -> dict[str, Any]:
    """The parsed TOML file at `data/<path>` of this package."""
    text = resources.files("yarda.garden").joinpath("data", path).read_text(encoding="utf-8")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidCatalog(f"{path}: {error}") from error


def list_tables(folder: str) -> list[str]:
    """The names of the TOML files in `data/<folder>`, sorted."""
    entries = resources.files("yarda.garden").joinpath("data", folder).iterdir()
    return sorted(entry.name.removesuffix(".toml") for entry in entries if entry.name.endswith(".toml"))


def build(kind: type[T], table: Mapping[str, object], *, where: str, **given: object) -> T:
    """The dataclass `kind` filled from a table and the `given` values; nested dataclasses are filled likewise.

    Raises InvalidCatalog for an unknown key, a missing key or a value of the wrong type.
    """
    hints = typing.get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(typing.cast(Any, kind))}
    for key in table:
        if key not in fields:
            raise InvalidCatalog(f"{where}: {key!r} is not one of {', '.join(sorted(fields))}")
    values = dict(given)
    for name, field in fields.items():
        if name in values:
            continue
        if name in table:
            values[name] = convert(hints[name], table[name], where=f"{where}.{name}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise InvalidCatalog(f"{where}: {name!r} is missing")
    try:
        return kind(**values)
    except ValueError as error:
        raise InvalidCatalog(f"{where}: {error}") from error


def convert(hint: Any, value: object, *, where: str) -> Any:
    """`value` as the type that `hint` describes."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return None if value is None else convert(inner[0], value, where=where)
    if dataclasses.is_dataclass(hint) and isinstance(value, Mapping):
        return build(typing.cast(type, hint), value, where=where)
    if origin is tuple and isinstance(value, list | tuple):
        return _convert_tuple(inner, value, where=where)
    if origin in (dict, Mapping) or getattr(origin, "__name__", "") == "Mapping":
        if isinstance(value, Mapping):
            return {key: convert(inner[1], item, where=f"{where}.{key}") for key, item in value.items()}
    elif hint is Any:
        return value
    elif hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    elif isinstance(hint, type) and isinstance(value, str) and issubclass(hint, str):
        return _word(hint, value, where=where)
    elif isinstance(hint, type) and type(value) is hint:
        return value
    raise InvalidCatalog(f"{where}: {value!r} is not a {getattr(hint, '__name__', hint)}")


def _word(hint: type[str], value: str, *, where: str) -> str:
    try:
        return hint(value)
    except ValueError as error:
        raise InvalidCatalog(f"{where}: {error}") from error


def _convert_tuple(inner: tuple[Any, ...], value: list[Any] | tuple[Any, ...], *, where: str) -> tuple[Any, ...]:
    if len(inner) == 2 and inner[1] is Ellipsis:
        return tuple(convert(inner[0], item, where=f"{where}[{i}]") for i, item in enumerate(value))
    if len(inner) != len(value):
        raise InvalidCatalog(f"{where}: {len(inner)} values are needed")
    return tuple(
        convert(hint, item, where=f"{where}[{i}]") for i, (hint, item) in enumerate(zip(inner, value, strict=True))
    )
