"""Puts together all that a provider is told about one Area."""

from dataclasses import replace

from yarda.domain.generation import Area, Generation
from yarda.domain.place import SourceKind
from yarda.domain.prompt import Prompt, compose_prompt
from yarda.pipeline.gather import Imagery, seed_of
from yarda.pipeline.provider import Guide, NeighbourOrder, RenderOrder


def compose_order(generation: Generation, area: Area, imagery: Imagery) -> RenderOrder:
    """The same Area of the same generation gives the same order, while nobody corrects the photo."""
    prompt = _brief(area)
    return RenderOrder(
        area=area.id,
        area_name=area.area,
        style=area.style,
        prompt=prompt.text,
        firm_prompt=_brief(area, firm=True).text,
        prompt_version=prompt.version,
        source=area.source,
        photo=imagery.picture,
        photo_media_type=imagery.media_type,
        width=imagery.width,
        height=imagery.height,
        ground=area.ground or imagery.ground,
        keep_in_front=imagery.keep_in_front,
        horizon_y=imagery.horizon_y,
        focal_length_35mm=imagery.focal_length_35mm,
        pitch=imagery.pitch,
        eye_height=imagery.eye_height,
        attribution=imagery.provenance.signature,
        known_length=imagery.known_length,
        house_edge=imagery.house_edge,
        captured_at=imagery.captured_at,
        position=imagery.position,
        custom_prompt=area.custom_prompt,
        preservation_strength=area.preservation_strength,
        season=area.season,
        growth=area.growth,
        seed=seed_of(generation, area),
        neighbours=tuple(
            _neighbour(generation, other, imagery)
            for other in generation.areas
            if other.id != area.id and _share_picture(area, other)
        ),
    )


def follow(order: RenderOrder, guide: Guide, area: Area) -> RenderOrder:
    """The order with the painter's picture to follow, and words about it."""
    prompt, firm = _brief(area, guided=True), _brief(area, guided=True, firm=True)
    return replace(order, guide=guide, prompt=prompt.text, firm_prompt=firm.text)


def _brief(area: Area, *, guided: bool = False, firm: bool = False) -> Prompt:
    return compose_prompt(
        area.area,
        area.style,
        preservation_strength=area.preservation_strength,
        custom_prompt=area.custom_prompt,
        season=area.season,
        growth=area.growth,
        source=area.source,
        guided=guided,
        firm=firm,
    )


def _share_picture(area: Area, other: Area) -> bool:
    """What a satellite sees is no picture that two designs could share."""
    return other.photo == area.photo and other.source is area.source is not SourceKind.SATELLITE


def _neighbour(generation: Generation, area: Area, imagery: Imagery) -> NeighbourOrder:
    return NeighbourOrder(
        area_name=area.area,
        style=area.style,
        ground=area.ground or imagery.ground,
        custom_prompt=area.custom_prompt,
        preservation_strength=area.preservation_strength,
        seed=seed_of(generation, area),
    )
