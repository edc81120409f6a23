"""Draws the planting plan and the plant list of a finished Area from the scene it was painted from."""

from dataclasses import dataclass

from yarda.domain.credit import AccountId
from yarda.domain.generation import AreaId, GenerationId
from yarda.errors import NoPlan
from yarda.pipeline.planner import PlanForm
from yarda.pipeline.tools import Tools


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDocument:
    data: bytes
    media_type: str
    file_name: str


async def get_plan(
    generation_id: GenerationId, area_id: AreaId, *, account: AccountId, form: PlanForm, tools: Tools
) -> PlanDocument:
    """Raises `GenerationNotFound`, `AreaNotFound`, and `NoPlan` where there is no scene."""
    async with tools.open_work() as work:
        generation = await work.generations.get(generation_id, account=account)
    area = generation.get_area(area_id)
    if area.images is None or area.images.garden is None:
        raise NoPlan("this design has no planting plan: draw it as a concept to get one")
    scene = await tools.objects.get(area.images.garden)
    return PlanDocument(
        data=await tools.planner.draw_plan(
            scene, form=form, attribution=area.imagery.signature if area.imagery else None
        ),
        media_type=form.media_type,
        file_name=f"{area.area}_{area.style}_{form.value}",
    )
