"""The prompt, and a picture by the built-in painter."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from yarda.bootstrap import Running
from yarda.doctor.findings import Facts, Finding, Remedies, Seen, examine, kilobytes
from yarda.domain.attempt import AttemptId
from yarda.domain.catalog import AreaName, StyleName
from yarda.domain.credit import AccountId
from yarda.domain.generation import Area, AreaId, Generation, GenerationId
from yarda.domain.photo import PhotoId
from yarda.errors import OrderRefused, ProviderCrashed, ServiceUnavailableError
from yarda.pipeline.check import CheckedDesign, check_rendering
from yarda.pipeline.gather import Imagery
from yarda.pipeline.order import compose_order
from yarda.pipeline.provider import RenderOrder

SEED = 7
PAINTER = "concept"
PAINTING_SECONDS = 900.0
REMEDIES: Remedies = {
    OrderRefused: "give another photo with --photo, one that shows the ground in front of the house",
    ProviderCrashed: "free memory and processors (a picture takes about 1 GB and has two minutes), then try again",
    ServiceUnavailableError: "make room on the disk of YARDA_DATA_DIR",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A design as it would be ordered, of a generation that nobody accepted and no row knows."""

    generation: Generation
    order: RenderOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A checked picture, and what goes into the metadata about it."""

    design: CheckedDesign
    about: dict[str, Any]


async def examine_prompt(imagery: Imagery) -> tuple[Finding, Task | None]:
    return await examine("prompt", _compose(imagery), remedies={})


async def examine_painter(task: Task, running: Running) -> tuple[Finding, Picture | None]:
    """The painter has limits of its own; a slow machine is no fault."""
    painting = _paint(task.order, running)
    return await examine("image provider", painting, about=PAINTER, remedies=REMEDIES, seconds=PAINTING_SECONDS)


async def _compose(imagery: Imagery) -> Seen[Task]:
    now = datetime.now(UTC)
    area = Area(
        id=AreaId(uuid4()),
        position=0,
        area=AreaName.FRONT_YARD,
        style=StyleName.JAPANESE_ZEN,
        photo=PhotoId(uuid4()) if imagery.provenance.source == "photo" else None,
        queued_at=now,
    )
    generation = Generation(
        id=GenerationId(uuid4()),
        account=AccountId(UUID(int=0)),
        seed=SEED,
        request_sha256="",
        areas=(area,),
        created_at=now,
    )
    order = compose_order(generation, area, imagery)
    facts: Facts = {
        "for": f"{area.area.value}, {area.style.value}",
        "characters": len(order.prompt),
        "version": order.prompt_version,
    }
    return Seen(facts=facts, made=Task(generation=generation, order=order))


async def _paint(order: RenderOrder, running: Running) -> Seen[Picture]:
    tools, painter = running.tools, running.tools.providers.in_order[PAINTER]
    call = AttemptId(uuid4())
    try:
        async with tools.spool.open_sink(call, provider=PAINTER) as sink:
            rendering = await painter.render(order, sink)
    finally:
        await tools.spool.discard(call)
    design = await check_rendering(rendering, order, provider=PAINTER, tools=tools)
    about = {"provider": PAINTER, "model": painter.model, "cost_usd": "0", "provider_reference": None}
    return Seen(facts={"model": painter.model} | size_of(design), made=Picture(design=design, about=about))


def size_of(design: CheckedDesign) -> dict[str, str]:
    renditions = design.renditions
    return {"size": f"{renditions.width} × {renditions.height}, {kilobytes(design.image)}"}
