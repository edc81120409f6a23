"""The five files that a visit leaves."""

import asyncio
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from yarda import __version__
from yarda.bootstrap import Running
from yarda.doctor.drawing import Picture, Task
from yarda.doctor.findings import Faulty, Finding, Seen, examine
from yarda.pipeline.provider import RenderOrder

PART = "files"
STREET, PHOTO, PROMPT = "01_street_view.jpg", "01_photo.jpg", "02_prompt.txt"
PICTURE, METADATA, THUMBNAIL = "03_generated.png", "03_metadata.json", "04_thumbnail.png"
ALL = (STREET, PHOTO, PROMPT, PICTURE, METADATA, THUMBNAIL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What there is to look at, as far as the visit came."""

    task: Task | None
    picture: Picture | None
    thumbnail: bytes | None


async def examine_files(out: Path, results: Results, running: Running) -> tuple[Finding, tuple[Path, ...] | None]:
    """Write what there is; what an earlier visit left there is gone."""
    return await examine(PART, _leave(out, results, running), remedies={})


async def _leave(out: Path, results: Results, running: Running) -> Seen[tuple[Path, ...]]:
    contents = {}
    if results.task is not None:
        source, name = await _source(results.task, running)
        contents = {name: source, PROMPT: results.task.order.prompt.encode()}
        if results.picture is not None:
            contents[PICTURE] = results.picture.design.image
        if results.thumbnail is not None:
            contents[THUMBNAIL] = results.thumbnail
        contents[METADATA] = _describe(results.task, results.picture, contents)
    try:
        written = await asyncio.to_thread(_write, out, contents)
    except OSError as error:
        said = f"{error.filename or out}: {error.strerror or 'cannot be written'}"
        raise Faulty(said, remedy="choose another folder with --out") from error
    return Seen(facts={"in": str(out), "written": len(written)}, made=written)


async def _source(task: Task, running: Running) -> tuple[bytes, str]:
    """What was drawn into; whose it is stands on it where that must be."""
    order = task.order
    image = await running.tools.gate.sign(order.photo, order.attribution) if order.attribution else order.photo
    return image, STREET if order.source == "street" else PHOTO


def _write(out: Path, contents: Mapping[str, bytes]) -> tuple[Path, ...]:
    for name in ALL:
        (out / name).unlink(missing_ok=True)
    for name, data in contents.items():
        (out / name).write_bytes(data)
    return tuple(out / name for name in sorted(contents))


def _describe(task: Task, picture: Picture | None, contents: Mapping[str, bytes]) -> bytes:
    order = task.order
    document: dict[str, Any] = {
        "yarda": __version__,
        "written_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "source": _source_facts(order),
        "area": order.area_name.value,
        "style": order.style.value,
        "seed": order.seed,
        "prompt": {"version": order.prompt_version, "characters": len(order.prompt)},
        "picture": None,
        "sha256": {name: hashlib.sha256(data).hexdigest() for name, data in sorted(contents.items())},
    }
    if picture is not None:
        renditions = picture.design.renditions
        document["picture"] = picture.about | {"width": renditions.width, "height": renditions.height}
    return json.dumps(document, indent=2, ensure_ascii=False).encode() + b"\n"


def _source_facts(order: RenderOrder) -> dict[str, Any]:
    return {
        "kind": order.source.value,
        "width": order.width,
        "height": order.height,
        "attribution": order.attribution,
        "terms": "a diagnostic file of the operator's own; Yarda keeps no copy" if order.attribution else None,
    }
