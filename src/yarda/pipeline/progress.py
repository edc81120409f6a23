"""What a face may show, made from rows only."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from yarda.domain.generation import Area, Generation, Stage, find_areas_together
from yarda.domain.photo import image_url
from yarda.pipeline.ports import StageTimes, UnitOfWork

ENOUGH_MEASUREMENTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderInfo:
    """A provider as people choose it. `usual_range` is measured seconds, None before there are enough.

    `away_until`: it is left alone until then, because it failed too often (`is_tripped`) or had no room.
    """

    name: str
    model: str
    credits: int
    usual_range: tuple[float, float] | None
    draws_new_views: bool
    follows_guides: bool
    away_until: datetime | None = None
    is_tripped: bool = False

    @property
    def is_free(self) -> bool:
        return self.credits == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """Seconds an area usually takes with each provider: measured here, or the provider's own first guess."""

    seconds: Mapping[str, float]

    def of(self, area: Area) -> float:
        name = area.provider or area.wanted_provider
        return self.seconds.get(name, max(self.seconds.values(), default=30.0))


def expect(times: StageTimes, guesses: Mapping[str, float]) -> Expectation:
    measured = {name: median for name, (_, median, _, _) in times.by_provider.items()}
    return Expectation(seconds={**guesses, **measured})


def estimated_progress(area: Area, expectation: Expectation, *, elapsed: float) -> int:
    """Progress within rendering, by the provider's usual time; it slows down as it nears the next stage."""
    from_, to = 15, 86
    share = elapsed / max(expectation.of(area), 0.1)
    return int(from_ + (to - from_) * (share if share < 0.8 else 1 - 0.2 * 0.8 / share))


def describe(generation: Generation, expectation: Expectation, *, now: datetime) -> dict[str, Any]:
    """The generation in the contract's JSON shape."""
    return {
        "id": str(generation.id),
        "status": generation.status.value,
        "address": generation.address,
        "resolved_address": generation.resolved_address,
        "location_accuracy": generation.location_accuracy,
        "view": asdict(generation.view) if generation.address else None,
        "credits": generation.credits,
        "seed": generation.seed,
        "created_at": _iso(generation.created_at),
        "started_at": _iso(generation.started_at),
        "completed_at": _iso(generation.completed_at),
        "estimated_completion": _iso(_estimate(generation, expectation, now=now)),
        "kept_until": _iso(generation.expires_at),
        "yard_url": _yard_url(generation),
        "areas": [_describe_area(area, generation) for area in generation.areas],
    }


async def record(
    work: UnitOfWork, generation: Generation, expectation: Expectation, *, now: datetime
) -> dict[str, Any]:
    """Save a changed generation and append the event that shows it, in the caller's transaction."""
    view = describe(generation, expectation, now=now)
    await work.generations.save(generation)
    await work.events.append(generation, view)
    if generation.address and generation.status.is_terminal:
        await work.passing_pictures.forget(generation.id)
    return view


def _yard_url(generation: Generation) -> str | None:
    return f"/generations/{generation.id}/yard" if find_areas_together(generation) else None


def _describe_area(area: Area, generation: Generation) -> dict[str, Any]:
    design = area.images.design if area.images else None
    mask = area.images.edit_mask if area.images else None
    return {
        "id": str(area.id),
        "area": area.area.value,
        "style": area.style.value,
        "custom_prompt": area.custom_prompt,
        "preservation_strength": area.preservation_strength,
        "season": area.season.value,
        "growth": area.growth.value,
        "photo_id": str(area.photo) if area.photo else None,
        "status": area.status.value,
        "progress": area.progress,
        "stage": area.stage.value,
        "provider": area.provider,
        "image_url": image_url(design),
        "thumbnail_url": image_url(design, size="thumb"),
        "edit_mask_url": image_url(mask),
        "source_url": image_url(area.source_image),
        "plan_url": f"/generations/{generation.id}/areas/{area.id}/plan.svg" if area.has_scene else None,
        "guided": area.guided,
        "house_preserved": area.images.preserved if area.images else None,
        "unmet": list(area.images.unmet) if area.images else [],
        "imagery": area.imagery
        and {
            "source": area.imagery.source,
            "captured": area.imagery.captured,
            "attribution": area.imagery.attribution,
        },
        "error": area.error
        and {"code": area.error.code, "message": area.error.message, "retryable": area.error.retryable},
        "attempts": area.attempts,
        "credits": area.credits,
        "queued_at": _iso(area.queued_at),
        "started_at": _iso(area.started_at),
        "completed_at": _iso(area.completed_at),
    }


def _estimate(generation: Generation, expectation: Expectation, *, now: datetime) -> datetime | None:
    if generation.status.is_terminal:
        return None
    ends = []
    for area in generation.areas:
        if area.status.is_terminal:
            continue
        started = area.started_at if area.stage is not Stage.QUEUED and area.started_at else now
        ends.append(max(started + timedelta(seconds=expectation.of(area)), now + timedelta(seconds=1)))
    return max(ends)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
