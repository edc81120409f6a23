"""Writes docs/reference/ from the code; with --check it only says what is out of date."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from failures_page import failures_page
from fastapi import FastAPI
from pydantic.fields import FieldInfo
from species_file import species_file
from style_file import style_file

from yarda.core import Studio
from yarda.settings import Settings
from yarda.web.app import create_app
from yarda.web.metrics import METRICS

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
GENERATED = "<!-- Written by `make docs` from the code; changes belong there. -->\n\n"


def main() -> int:
    """Write the pages, or with --check exit 1 when one differs."""
    pages = {
        "settings.md": settings(),
        "http-api.md": http_api(),
        "command-line.md": command_line(),
        "metrics.md": metrics(),
        "provider-failures.md": GENERATED + failures_page(),
        "species-file.md": GENERATED + species_file(),
        "style-file.md": GENERATED + style_file(),
    }
    old = [name for name, text in pages.items() if _read(REFERENCE / name) != text]
    if "--check" in sys.argv:
        sys.stdout.writelines(f"docs/reference/{name} is out of date; run `make docs`\n" for name in old)
        return 1 if old else 0
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name in old:
        (REFERENCE / name).write_text(pages[name], encoding="utf-8")
        sys.stdout.write(f"docs/reference/{name}\n")
    return 0


def settings() -> str:
    """Every setting with what it takes, its default and what it does."""
    rows = "".join(_setting(name, field) for name, field in Settings.model_fields.items())
    return (
        f"{GENERATED}# Settings\n\n"
        "Read from the environment or from a file `.env` in the working directory; the environment wins. All are\n"
        "optional. A wrong value stops the program at start, with the setting's name and what is allowed.\n\n"
        f"| Setting | Default | What it does |\n| --- | --- | --- |\n{rows}"
    )


def _setting(name: str, field: FieldInfo) -> str:
    default = field.get_default()
    shown = "" if default is None else f"`{str(default).lower() if isinstance(default, bool) else default}`"
    if name == "data_dir":
        shown = "`~/.local/share/yarda`"
    return f"| `YARDA_{name.upper()}` | {shown} | {field.description} |\n"


def metrics() -> str:
    """Every number that Prometheus reads."""
    rows = "".join(
        f"| `{shown.name}` | {shown.kind} | {', '.join(f'`{label}`' for label in shown.labels)} | {shown.says} |\n"
        for shown in METRICS
    )
    return (
        f"{GENERATED}# Metrics\n\n"
        "What `GET /metrics` shows to Prometheus. All of it is read from the database, so it survives restarts,\n"
        "and every process says the same: take the `max`, not the sum, over several. Records of calls outlive\n"
        "deleted generations; areas do not. [Alerts](../guide/watch.md) are made of these.\n\n"
        f"| Name | Type | Labels | What it tells |\n| --- | --- | --- | --- |\n{rows}"
    )


def http_api() -> str:
    """Every operation of the OpenAPI document."""
    app: FastAPI = create_app(cast(Studio, None))
    document = app.openapi()
    return (
        f"{GENERATED}# HTTP API\n\n"
        "JSON in and out. Errors are `application/problem+json` (RFC 9457) with a stable `code` and a `detail`\n"
        "that says what to do; 503 comes with `Retry-After`, and the same request may succeed later. A running\n"
        "studio describes itself at `/openapi.json` and `/docs`.\n\n"
        + "\n".join(_operations(document))
        + "\n## Schemas\n\n"
        + "\n".join(_schemas(document))
    )


def _operations(document: dict[str, Any]) -> Iterator[str]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            said = operation.get("description") or operation.get("summary", "")
            answers = "; ".join(_answer(status, answer) for status, answer in operation["responses"].items())
            parameters = "".join(_parameter(parameter) for parameter in operation.get("parameters", []))
            body = _schema_name(operation.get("requestBody", {}))
            yield (
                f"## `{method.upper()} {path}`\n\n{said}\n\n"
                + (f"Body: {body}\n\n" if body else "")
                + (parameters and parameters + "\n")
                + f"Answers: {answers}\n"
            )


def _parameter(parameter: dict[str, Any]) -> str:
    said = parameter.get("description") or ""
    kind = _kind(parameter["schema"])
    return f"- `{parameter['name']}` ({parameter['in']}, {kind}){': ' + said if said else ''}\n"


def _answer(status: str, answer: dict[str, Any]) -> str:
    return " ".join(filter(None, (status, _schema_name(answer))))


def _schema_name(content_of: dict[str, Any]) -> str:
    for kind, content in content_of.get("content", {}).items():
        schema = content.get("schema", {})
        return _kind(schema) if "$ref" in schema or "anyOf" in schema else f"`{kind}`"
    return ""


def _schemas(document: dict[str, Any]) -> Iterator[str]:
    for name, schema in sorted(document["components"]["schemas"].items()):
        said = " ".join(str(schema.get("description", "")).split())
        if "properties" not in schema:
            yield f"### {name}\n\n{said}\n\nOne of {_kind(schema)}.\n"
            continue
        rows = "".join(
            f"| `{field}` | {_kind(kind)} | {kind.get('description', '')} |\n"
            for field, kind in schema["properties"].items()
        )
        example = schema.get("example")
        shown = f"\n```json\n{json.dumps(example, indent=2)}\n```\n" if example else ""
        yield f"### {name}\n\n{said}\n\n| Field | Type | |\n| --- | --- | --- |\n{rows}{shown}"


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(option) for option in schema["anyOf"]))
    if schema.get("type") == "array":
        items = schema.get("items")
        return f"list of {_kind(items)}" if items else "list"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    return str(schema.get("format") or schema.get("type", "any"))


def command_line() -> str:
    """Every command as its own --help says it."""
    shown = subprocess.run(
        [
            sys.executable,
            "-m",
            "typer",
            "yarda.cli",
            "utils",
            "docs",
            "--name",
            "yarda",
            "--title",
            "Command line",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    return GENERATED + shown.stdout.rstrip() + "\n"


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
