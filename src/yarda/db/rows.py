"""Between rows and the domain's values."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import RowMapping

from yarda.domain.attempt import Attempt, AttemptId, Outcome
from yarda.domain.catalog import AreaName, Growth, Season, StyleName
from yarda.domain.credit import AccountId
from yarda.domain.generation import (
    Area,
    AreaError,
    AreaId,
    DesignImages,
    Generation,
    GenerationId,
    Provenance,
    Stage,
    Status,
)
from yarda.domain.photo import (
    Ground,
    Horizon,
    ImageId,
    KnownLength,
    Photo,
    PhotoId,
    Point,
    Polygon,
    image_url,
)
from yarda.domain.place import Accuracy, CameraView, Location

Row = RowMapping


def _points(value: Any) -> tuple[Point, ...]:
    return tuple((float(x), float(y)) for x, y in value)


def _polygons(value: Any) -> tuple[Polygon, ...]:
    return tuple(_points(polygon) for polygon in value)


def area_from(row: Row) -> Area:
    error = row["error_code"] and AreaError(
        code=row["error_code"], message=row["error_message"], retryable=row["error_retryable"]
    )
    design = row["design_image_id"]
    mask = row["edit_mask_image_id"]
    return Area(
        id=AreaId(row["id"]),
        position=row["position"],
        area=AreaName(row["area"]),
        style=StyleName(row["style"]),
        custom_prompt=row["custom_prompt"],
        preservation_strength=row["preservation_strength"],
        season=Season(row["season"]),
        growth=Growth(row["growth"]),
        photo=row["photo_id"] and PhotoId(row["photo_id"]),
        ground=None if row["ground"] is None else _polygons(row["ground"]),
        guided=row["guided"],
        wanted_provider=row["wanted_provider"],
        credits=row["credits"],
        status=Status(row["status"]),
        stage=Stage(row["stage"]),
        progress=row["progress"],
        run=row["run"],
        claim=row["claim"],
        claims_in_run=row["claims_in_run"],
        attempts=row["attempts"],
        provider=row["provider"],
        source_image=row["source_image_id"] and ImageId(row["source_image_id"]),
        imagery=row["imagery"] and Provenance(**row["imagery"]),
        images=design
        and DesignImages(
            design=ImageId(design),
            edit_mask=mask and ImageId(mask),
            garden=row["garden_key"],
            unmet=tuple(row["unmet"]),
            preserved=row["preserved"],
        ),
        error=error or None,
        queued_at=row["queued_at"],
        started_at=row["started_at"],
        completed_at=row["completed_at"],
    )


def area_values(area: Area) -> dict[str, Any]:
    """The columns a change may write."""
    design = area.images.design if area.images else None
    mask = area.images.edit_mask if area.images else None
    imagery = area.imagery and {
        "source": area.imagery.source,
        "captured": area.imagery.captured,
        "attribution": area.imagery.attribution,
    }
    return {
        "wanted_provider": area.wanted_provider,
        "credits": area.credits,
        "status": area.status.value,
        "stage": area.stage.value,
        "progress": area.progress,
        "run": area.run,
        "claim": area.claim,
        "claims_in_run": area.claims_in_run,
        "attempts": area.attempts,
        "provider": area.provider,
        "image_url": image_url(design),
        "thumbnail_url": image_url(design, size="thumb"),
        "edit_mask_url": image_url(mask),
        "source_url": image_url(area.source_image),
        "design_image_id": design,
        "garden_key": area.images.garden if area.images else None,
        "unmet": area.images.unmet if area.images else (),
        "preserved": area.images.preserved if area.images else None,
        "edit_mask_image_id": mask,
        "source_image_id": area.source_image,
        "imagery": imagery,
        "error_code": area.error and area.error.code,
        "error_message": area.error and area.error.message,
        "error_retryable": area.error and area.error.retryable,
        "queued_at": area.queued_at,
        "started_at": area.started_at,
        "completed_at": area.completed_at,
    }


def new_area_values(area: Area, generation: GenerationId) -> dict[str, Any]:
    return area_values(area) | {
        "id": area.id,
        "generation_id": generation,
        "position": area.position,
        "area": area.area.value,
        "style": area.style.value,
        "custom_prompt": area.custom_prompt,
        "preservation_strength": area.preservation_strength,
        "season": area.season.value,
        "growth": area.growth.value,
        "photo_id": area.photo,
        "ground": area.ground,
        "guided": area.guided,
    }


def generation_from(row: Row, areas: tuple[Area, ...]) -> Generation:
    return Generation(
        id=GenerationId(row["id"]),
        account=AccountId(row["account_id"]),
        address=row["address"],
        address_confirmed=row["address_confirmed"],
        view=CameraView(**row["view"]),
        location=row["location"] and location_from(row["location"]),
        provider=row["provider"],
        seed=row["seed"],
        idempotency_key=row["idempotency_key"],
        request_sha256=row["request_sha256"],
        areas=areas,
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        change=row["change"],
    )


def generation_values(generation: Generation) -> dict[str, Any]:
    """The columns a change may write; the status is derived here and nowhere else."""
    return {
        "status": generation.status.value,
        "resolved_address": generation.resolved_address,
        "location_accuracy": generation.location_accuracy,
        "location": generation.location and location_values(generation.location),
        "change": generation.change,
        "started_at": generation.started_at,
        "completed_at": generation.completed_at,
    }


def new_generation_values(generation: Generation) -> dict[str, Any]:
    return generation_values(generation) | {
        "id": generation.id,
        "account_id": generation.account,
        "address": generation.address,
        "address_confirmed": generation.address_confirmed,
        "view": asdict(generation.view),
        "provider": generation.provider,
        "seed": generation.seed,
        "idempotency_key": generation.idempotency_key,
        "request_sha256": generation.request_sha256,
        "created_at": generation.created_at,
        "expires_at": generation.expires_at,
    }


def location_from(value: dict[str, Any]) -> Location:
    position = value["position"] and (float(value["position"][0]), float(value["position"][1]))
    return Location(**value | {"accuracy": Accuracy(value["accuracy"]), "position": position})


def location_values(location: Location) -> dict[str, Any]:
    return asdict(location)


def photo_from(row: Row) -> Photo:
    known = row["known_length"]
    return Photo(
        id=PhotoId(row["id"]),
        account=AccountId(row["account_id"]),
        image=ImageId(row["image_id"]),
        object_key=row["object_key"],
        width=row["width"],
        height=row["height"],
        media_type=row["media_type"],
        sha256=row["sha256"],
        created_at=row["created_at"],
        captured_at=row["captured_at"],
        focal_length_35mm=row["focal_length_35mm"],
        position=row["position"] and (row["position"][0], row["position"][1]),
        ground=Ground(polygons=_polygons(row["ground"]), confidence=row["ground_confidence"]),
        keep_in_front=_polygons(row["keep_in_front"]),
        horizon=Horizon(y=row["horizon_y"], confidence=row["horizon_confidence"]),
        known_length=known
        and KnownLength(start=tuple(known["from"]), end=tuple(known["to"]), metres=known["metres"]),
        house_edge=None if row["house_edge"] is None else _points(row["house_edge"]),
    )


def photo_values(photo: Photo) -> dict[str, Any]:
    known = photo.known_length
    return {
        "id": photo.id,
        "account_id": photo.account,
        "image_id": photo.image,
        "object_key": photo.object_key,
        "width": photo.width,
        "height": photo.height,
        "media_type": photo.media_type,
        "sha256": photo.sha256,
        "created_at": photo.created_at,
        "captured_at": photo.captured_at,
        "focal_length_35mm": photo.focal_length_35mm,
        "position": photo.position,
        "ground": photo.ground.polygons,
        "ground_confidence": photo.ground.confidence,
        "keep_in_front": photo.keep_in_front,
        "horizon_y": photo.horizon.y,
        "horizon_confidence": photo.horizon.confidence,
        "known_length": known and {"from": known.start, "to": known.end, "metres": known.metres},
        "house_edge": photo.house_edge,
    }


def attempt_from(row: Row) -> Attempt:
    return Attempt(
        id=AttemptId(row["id"]),
        area=AreaId(row["area_id"]),
        run=row["run"],
        provider=row["provider"],
        model=row["model"],
        paid=row["paid"],
        request_sha256=row["request_sha256"],
        prompt=row["prompt"],
        prompt_version=row["prompt_version"],
        started_at=row["started_at"],
        price_cap_usd=row["price_cap_usd"],
        credits=row["credits"],
        outcome=Outcome(row["outcome"]),
        finished_at=row["finished_at"],
        provider_reference=row["provider_reference"],
        reason=row["reason"],
        error_code=row["error_code"],
        billed=row["billed"],
        cost_usd=row["cost_usd"],
    )
