"""Puts together all that a provider is told about one Area."""

from yarda.domain.generation import Area, Generation
from yarda.domain.photo import Photo
from yarda.domain.prompt import compose_prompt
from yarda.pipeline.gather import Imagery, seed_of
from yarda.pipeline.provider import NeighbourOrder, RenderOrder


def compose_order(generation: Generation, area: Area, imagery: Imagery) -> RenderOrder:
    """The same Area of the same generation gives the same order, while nobody corrects the photo."""
    photo = imagery.photo
    prompt = compose_prompt(
        area.area,
        area.style,
        preservation_strength=area.preservation_strength,
        custom_prompt=area.custom_prompt,
        season=area.season,
        growth=area.growth,
    )
    return RenderOrder(
        area=area.id,
        area_name=area.area,
        style=area.style,
        prompt=prompt.text,
        photo=imagery.picture,
        photo_media_type=photo.media_type,
        width=photo.width,
        height=photo.height,
        ground=area.ground or photo.ground.polygons,
        keep_in_front=photo.keep_in_front,
        horizon_y=photo.horizon.y,
        focal_length_35mm=photo.focal_length_35mm,
        known_length=photo.known_length,
        house_edge=photo.house_edge,
        captured_at=photo.captured_at,
        position=photo.position,
        custom_prompt=area.custom_prompt,
        preservation_strength=area.preservation_strength,
        season=area.season,
        growth=area.growth,
        seed=seed_of(generation, area),
        neighbours=tuple(
            _neighbour(generation, other, photo)
            for other in generation.areas
            if other.photo == area.photo and other.id != area.id
        ),
    )


def _neighbour(generation: Generation, area: Area, photo: Photo) -> NeighbourOrder:
    return NeighbourOrder(
        area_name=area.area,
        style=area.style,
        ground=area.ground or photo.ground.polygons,
        custom_prompt=area.custom_prompt,
        preservation_strength=area.preservation_strength,
        seed=seed_of(generation, area),
    )
