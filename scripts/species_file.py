"""The reference page of the species files, written from the dataclasses and generators that read them."""

import ast
import dataclasses
import inspect
import textwrap
import types
import typing
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any

from yarda.garden.design.styles import styles
from yarda.garden.flora.generators import GENERATORS
from yarda.garden.flora.species import Form, Species

UNITS = {"spread": "m", "height": "m", "years_to_maturity": "years", "grows_to": "m", "flowers": "months"}
WORDS = {str: "text", bool: "`true` or `false`", float: "number", int: "whole number"}
UNITS |= {"fruits": "months", "zones": "USDA zones"}


def species_file() -> str:
    """Every field, and every generator with its measures."""
    hints = typing.get_type_hints(Species)
    said = _docs(Form) | _docs(Species)
    rows = "".join(_row(field, hints[field.name], said[field.name]) for field in dataclasses.fields(Species))
    return (
        "# Species files\n\n"
        "Plants are tables of TOML in files under `species/`: those of the program, and those in the folder\n"
        "that the environment variable `YARDA_CATALOG` names. The name of a table is the plant's id, which\n"
        "style files use; an id stands once. A file of yours with the name of one of the program's is read\n"
        "instead of it, and so is a style file. A wrong file is refused with its name and the line. How to\n"
        "write one is told in [Add a plant](../guide/add-a-plant.md).\n\n"
        "## Fields\n\n| Field | Unit | Value | Default | Meaning |\n| --- | --- | --- | --- | --- |\n"
        f"{rows}\n"
        "Seasons follow from these: flowers and fruit show in their months only; deciduous plants turn to their\n"
        "autumn colour and are bare in winter; herbaceous ones are cut back, or stand dry; evergreens stay.\n\n"
        "## Generators\n\n"
        "Lengths are metres, angles radians, colours sRGB codes. A measure without a default is needed. The mesh\n"
        "is scaled to `spread` and `height`, so it should come out close to them.\n\n"
        + "\n".join(_generator(maker) for name, maker in sorted(GENERATORS.items()) if _draws_plants(maker))
    )


def _draws_plants(maker: Callable[..., Any]) -> bool:
    return not maker.__module__.endswith("ornaments")


def _docs(kind: type) -> dict[str, str]:
    """The string under each field of a dataclass."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(tree, ast.ClassDef)
    found = {}
    for field, after in zip(tree.body, tree.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
        ):
            found[ast.unparse(field.target)] = " ".join(str(after.value.value).split())
    return found


def _row(field: "dataclasses.Field[Any]", hint: Any, said: str) -> str:
    default = "needed" if field.default is dataclasses.MISSING else shown(field.default)
    value = ", ".join(f"`{name}`" for name in sorted(styles())) if field.name == "suits" else kind_of(hint)
    return f"| `{field.name}` | {UNITS.get(field.name, '')} | {value} | {default} | {said} |\n"


def shown(default: object) -> str:
    """A field's default, as TOML would have it."""
    if default is None or default == ():
        return "none"
    if isinstance(default, tuple):
        return "all" if len(default) > 1 else f"`{list(default)}`"
    if isinstance(default, int | float) and not isinstance(default, bool):
        return f"`{default}`"
    return f"`{str(default).lower()}`" if isinstance(default, bool) else f'`"{default}"`'


def kind_of(hint: Any) -> str:
    """What a field takes, in words."""
    inner = typing.get_args(hint)
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return kind_of(inner[0])
    if typing.get_origin(hint) is tuple:
        return f"list of {kind_of(inner[0])}" if inner[1] is Ellipsis else f"[{', '.join(map(kind_of, inner))}]"
    if isinstance(hint, type) and issubclass(hint, Enum):
        return ", ".join(f"`{item.value}`" for item in hint)
    return WORDS.get(hint, "table")


def _generator(maker: Callable[..., Any]) -> str:
    lines = "".join(_measures(inspect.signature(maker)))
    return f"### `{maker.__name__}`\n\n{inspect.getdoc(maker)}\n\n{lines}"


def _measures(signature: inspect.Signature) -> Iterator[str]:
    for name, measure in signature.parameters.items():
        if name != "rng":
            default = "" if measure.default is inspect.Parameter.empty else f", `{measure.default!r}`"
            kind = WORDS.get(measure.annotation, "list of text")
            yield f"- `{name}` ({kind}){default}\n"
