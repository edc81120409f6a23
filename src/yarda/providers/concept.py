"""The built-in painter as an image provider: a garden designed as a scene and path-traced, in a child process."""

import asyncio
import io
import json
import os
import tempfile
from decimal import Decimal
from pathlib import Path

import numpy as np
from PIL import Image

from yarda import garden
from yarda.domain.photo import Ground, Horizon
from yarda.errors import OrderRefused, ProviderCrashed, UnusableReply
from yarda.pipeline.planner import PlanForm
from yarda.pipeline.ports import GeometryProposal, Rendering, RenderOrder, ReplySink

NAME = "concept"
FINAL_SAMPLES = 16
PROPOSAL_SIDE_PX = 1024


class ConceptProvider:
    """Plays the `ImageProvider` port, and `GeometryProposer` and `Planner`: the garden knows ground and plants.

    At most `painters` renders run at a time, each with its own limits; the others wait.
    """

    name = NAME
    price_cap_usd = Decimal(0)
    usual_seconds = 15.0

    def __init__(
        self, *, painters: int = 0, limits: garden.Limits | None = None, samples: int = FINAL_SAMPLES
    ) -> None:
        self._room = asyncio.Semaphore(painters or max(1, (os.cpu_count() or 2) // 2))
        self._limits = limits or garden.Limits()
        self._samples = samples

    @property
    def model(self) -> str:
        return f"yarda-concept {garden.CONCEPT_VERSION}"

    async def render(self, order: RenderOrder, sink: ReplySink) -> Rendering:
        """Raises `OrderRefused` when the ground cannot be designed, `ProviderCrashed` when the child died."""
        async with self._room:
            painting = await self._paint(order)
        reply = _pack(painting)
        await sink.write(reply)
        await sink.commit()
        return _unpack(reply)

    async def read_reply(self, order: RenderOrder, reply: bytes) -> Rendering:
        return _unpack(reply)

    async def propose(self, image: bytes) -> GeometryProposal:
        """Propose ground and eye level for a clean photo, in its pixels."""
        return await asyncio.to_thread(_propose, image)

    async def draw_plan(self, scene: bytes, *, form: PlanForm) -> bytes:
        """Plan or list of a scene that this painter made."""
        return await asyncio.to_thread(_draw_plan, scene, form)

    async def close(self) -> None:
        return None

    async def _paint(self, order: RenderOrder) -> garden.Painting:
        with tempfile.TemporaryDirectory(prefix="yarda-concept-") as folder:
            photo = Path(folder) / "photo"
            photo.write_bytes(order.photo)
            brief = garden.Brief(
                photo=photo,
                area=order.area_name.value,
                style=order.style.value,
                ground=order.ground,
                keep_in_front=order.keep_in_front,
                horizon_y=order.horizon_y,
                focal_length_35mm=_plausible(order.focal_length_35mm),
                custom_prompt=order.custom_prompt,
                preservation=order.preservation_strength,
                seed=order.seed,
                samples=self._samples,
            )
            try:
                return await garden.paint_in_process(brief, limits=self._limits)
            except garden.NoGround as error:
                raise OrderRefused(NAME, str(error), advice=str(error)) from error
            except garden.GardenError as error:
                raise ProviderCrashed(NAME, f"{type(error).__name__}: {error}") from error


def _propose(image: bytes) -> GeometryProposal:
    with Image.open(io.BytesIO(image)) as picture:
        scale = min(1.0, PROPOSAL_SIDE_PX / max(picture.size))
        small = picture.convert("RGB").resize(
            (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        )
    pixels = np.asarray(small)
    horizon = garden.propose_horizon(pixels)
    ground = garden.propose_ground(pixels, horizon_y=horizon.y)
    polygons = tuple(
        tuple((round(x / scale, 1), round(y / scale, 1)) for x, y in polygon) for polygon in ground.polygons
    )
    return GeometryProposal(
        ground=Ground(polygons=polygons, confidence=ground.confidence),
        horizon=Horizon(y=round(horizon.y / scale, 1), confidence=horizon.confidence),
    )


def _draw_plan(scene: bytes, form: PlanForm) -> bytes:
    from yarda.garden import plan  # its libraries are loaded where a plan is asked for

    designed = garden.Garden.from_json(scene.decode())
    match form:
        case PlanForm.SVG:
            return plan.write_svg(plan.draw_plan(designed))
        case PlanForm.PDF:
            return plan.write_pdf(plan.draw_plan(designed))
        case PlanForm.JSON:
            return plan.count_plants(designed).to_json()
        case PlanForm.CSV:
            return plan.count_plants(designed).to_csv()


def _pack(painting: garden.Painting) -> bytes:
    """A reply as the spool keeps it: a line of JSON with the sizes, then the pictures."""
    header = {
        "image": len(painting.image_png),
        "edit_mask": len(painting.edit_mask_png),
        "garden": json.loads(painting.garden.to_json()),
        "version": painting.version,
    }
    return json.dumps(header).encode() + b"\n" + painting.image_png + painting.edit_mask_png


def _unpack(reply: bytes) -> Rendering:
    line, _, pictures = reply.partition(b"\n")
    try:
        header = json.loads(line)
        sizes = int(header["image"]), int(header["edit_mask"])
    except (ValueError, KeyError, TypeError) as error:
        raise UnusableReply(NAME, "the painter's reply is damaged") from error
    if len(pictures) != sum(sizes):
        raise UnusableReply(NAME, "the painter's reply is cut short")
    return Rendering(
        image=pictures[: sizes[0]],
        media_type="image/png",
        edit_mask=pictures[sizes[0] :],
        is_foreign=False,
        garden=header["garden"],
    )


def _plausible(focal_length_35mm: float | None) -> float | None:
    """A camera's word for its lens is taken only within what lenses are."""
    return focal_length_35mm if focal_length_35mm and 8 <= focal_length_35mm <= 300 else None
