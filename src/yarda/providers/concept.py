"""The built-in painter as an image provider: a garden designed as a scene and path-traced, in a child process."""

import asyncio
import contextlib
import hashlib
import io
import json
import os
import tempfile
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from yarda import garden
from yarda.domain.catalog import StyleName
from yarda.domain.photo import Ground, Horizon, KnownLength, Point, Polygon
from yarda.domain.place import SourceKind
from yarda.errors import InvalidRequest, NeedsPhoto, OrderRefused, ProviderCrashed, UnusableReply
from yarda.pipeline.picture_ports import GeometryProposal
from yarda.pipeline.planner import PlanForm, Preview, PreviewOrder
from yarda.pipeline.provider import Guide, Rendering, RenderOrder, ReplySink

NAME = "concept"
FINAL_SAMPLES = 16
PROPOSAL_SIDE_PX = 1024
PREVIEW_SIDE_PX = 480
GUIDES_KEPT = 8
"""Guides that are remembered while their areas wait for a provider's turn, a few megabytes each."""
PREVIEWS_KEPT = 40
"""Grounds whose previews are remembered, seven small pictures each."""


class ConceptProvider:
    """Plays the `ImageProvider` port, and `GeometryProposer` and `Planner`: the garden knows ground and plants.

    At most `painters` renders run at a time, each with its own limits; the others wait.
    """

    name = NAME
    price_cap_usd = Decimal(0)
    draws_new_views = False
    follows_guides = False
    usual_seconds = 15.0

    def __init__(
        self,
        *,
        painters: int = 0,
        limits: garden.Limits | None = None,
        samples: int = FINAL_SAMPLES,
        cache: Path | None = None,
    ) -> None:
        self._room = asyncio.Semaphore(painters or max(1, (os.cpu_count() or 2) // 2))
        self._limits = limits or garden.Limits(cache=cache)
        self._samples = samples
        self._preview_room = asyncio.Semaphore(1)
        self._standby = garden.Standby(self._limits, paintings=len(StyleName))
        self._guides: dict[str, Guide] = {}
        self._previews: dict[str, dict[StyleName, bytes]] = {}

    @property
    def model(self) -> str:
        return f"yarda-concept {garden.CONCEPT_VERSION}"

    async def render(self, order: RenderOrder, sink: ReplySink) -> Rendering:
        """Raises `OrderRefused` when the ground cannot be designed, `ProviderCrashed` when the child died."""
        if order.source is SourceKind.SATELLITE:
            raise NeedsPhoto(NAME, "it draws into photos, and there is a satellite's picture only")
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

    def measure_eye_height(
        self,
        known: KnownLength,
        *,
        size_px: tuple[int, int],
        horizon_y: float,
        focal_length_35mm: float | None,
    ) -> float:
        """Raises `InvalidRequest` when the length and the eye level contradict each other."""
        focal = _plausible(focal_length_35mm)
        try:
            return _eye_height(known, size_px=size_px, horizon_y=horizon_y, focal_length_35mm=focal)
        except garden.ImplausibleLength as error:
            raise InvalidRequest(f"known_length: {error}", field="known_length") from error

    async def draw_plan(self, scene: bytes, *, form: PlanForm, attribution: str | None = None) -> bytes:
        """Plan or list of a scene that this painter made."""
        return await asyncio.to_thread(_draw_plan, scene, form, attribution)

    async def draw_guide(self, order: RenderOrder) -> Guide:
        """In the queue of the designs, and as good as one. One of the last few is not drawn again."""
        digest = self._digest(order)
        if digest not in self._guides:
            async with self._room:
                painting = await self._paint(order)
            scene = json.loads(painting.garden.to_json())
            self._guides[digest] = Guide(image=painting.image_png, edit_mask=painting.edit_mask_png, garden=scene)
        guide = self._guides.pop(digest)
        self._guides[digest] = guide  # the newest is forgotten last
        _forget_first(self._guides, most=GUIDES_KEPT)
        return guide

    async def draw_yard(self, order: RenderOrder) -> Rendering:
        """All areas of a photo together, behind the designs in the queue."""
        async with self._room:
            return _unpack(_pack(await self._paint(order, shows=garden.Shows.YARD)))

    async def draw_previews(self, order: PreviewOrder) -> AsyncGenerator[Preview, None]:
        """One child paints them all; what was painted before for the same ground is remembered."""
        known = self._previews.setdefault(self._digest(order), {})
        _forget_first(self._previews, most=PREVIEWS_KEPT)
        for style in order.styles:
            if style in known:
                yield Preview(style=style, image=known[style])
        missing = [style for style in order.styles if style not in known]
        if not missing:
            return
        async with self._preview_room:
            with tempfile.TemporaryDirectory(prefix="yarda-preview-") as folder:
                briefs = await _prepare_previews(order, missing, Path(folder) / "photo")
                child = await self._standby.take()
                painting = _paint_previews(briefs, limits=self._limits, child=child)
                async with contextlib.aclosing(painting) as painted:
                    async for style, image in painted:
                        known[style] = image
                        yield Preview(style=style, image=image)

    def warm_up(self) -> None:
        """Have a painter ready for the previews that somebody will want soon."""
        self._standby.warm_up()

    async def close(self) -> None:
        """Safe to repeat."""
        await self._standby.close()

    def _digest(self, order: RenderOrder | PreviewOrder) -> str:
        """What tells what is remembered apart; the photo goes in as it is, not written out as text."""
        digest = hashlib.sha256(order.photo)
        digest.update(repr((replace(order, photo=b""), self.model)).encode())
        return digest.hexdigest()

    async def _paint(self, order: RenderOrder, *, shows: garden.Shows = garden.Shows.AREA) -> garden.Painting:
        with tempfile.TemporaryDirectory(prefix="yarda-concept-") as folder:
            photo = Path(folder) / "photo"
            photo.write_bytes(order.photo)
            try:
                brief = replace(_brief(order, photo, samples=self._samples), shows=shows)
                return await garden.paint_in_process(brief, limits=self._limits)
            except (garden.NoGround, garden.ImplausibleLength) as error:
                raise OrderRefused(NAME, str(error), advice=str(error)) from error
            except garden.GardenError as error:
                raise ProviderCrashed(NAME, f"{type(error).__name__}: {error}") from error


def _forget_first(kept: dict[str, Any], *, most: int) -> None:
    while len(kept) > most:
        kept.pop(next(iter(kept)))


def _propose(image: bytes) -> GeometryProposal:
    with Image.open(io.BytesIO(image)) as picture:
        scale = min(1.0, PROPOSAL_SIDE_PX / max(picture.size))
        size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
        picture.draft("RGB", size)  # a huge one is read at a part of its size
        small = picture.convert("RGB").resize(size)
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


def _brief(order: RenderOrder, photo: Path, *, samples: int) -> garden.Brief:
    """Raises `ImplausibleLength`."""
    focal = _plausible(order.focal_length_35mm)
    eye_height = None
    if order.known_length is not None and order.horizon_y is not None:
        size = order.width, order.height
        eye_height = _eye_height(
            order.known_length, size_px=size, horizon_y=order.horizon_y, focal_length_35mm=focal
        )
    return garden.Brief(
        photo=photo,
        area=order.area_name.value,
        style=order.style.value,
        ground=order.ground,
        keep_in_front=order.keep_in_front,
        horizon_y=order.horizon_y,
        focal_length_35mm=focal,
        eye_height=eye_height,
        house_edge=order.house_edge,
        season=garden.Season(order.season),
        growth=garden.Growth(order.growth),
        custom_prompt=order.custom_prompt,
        preservation=order.preservation_strength,
        seed=order.seed,
        samples=samples,
        captured_at=order.captured_at.isoformat() if order.captured_at else None,
        position=order.position,
        door=_foot_of_door(order.known_length),
        neighbours=tuple(
            garden.Neighbour(
                area=other.area_name.value,
                style=other.style.value,
                ground=other.ground,
                custom_prompt=other.custom_prompt,
                preservation=other.preservation_strength,
                seed=other.seed,
            )
            for other in order.neighbours
        ),
    )


def _foot_of_door(known: KnownLength | None) -> Point | None:
    """An upright known length is a door: its foot is where the way leads."""
    if known is None or abs(known.end[0] - known.start[0]) > abs(known.end[1] - known.start[1]):
        return None
    return max(known.start, known.end, key=lambda point: point[1])


def _eye_height(
    known: KnownLength, *, size_px: tuple[int, int], horizon_y: float, focal_length_35mm: float | None
) -> float:
    camera = garden.camera_for(size_px, horizon_y=horizon_y, focal_length_35mm=focal_length_35mm)
    return garden.measure_eye_height(camera, known.start, known.end, metres=known.metres)


def _preview_briefs(order: PreviewOrder, styles: list[StyleName], path: Path) -> list[garden.Brief]:
    """The photo made small at `path`, and what to paint into it. Raises `ImplausibleLength`."""
    focal = _plausible(order.focal_length_35mm)
    with Image.open(io.BytesIO(order.photo)) as picture:
        scale = min(1.0, PREVIEW_SIDE_PX / max(picture.size))
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        eye_height = None
        if order.known_length is not None:
            eye_height = _eye_height(
                order.known_length, size_px=picture.size, horizon_y=order.horizon_y, focal_length_35mm=focal
            )
        picture.convert("RGB").resize(size, Image.Resampling.LANCZOS).save(path, "PNG")

    def smaller(polygons: tuple[Polygon, ...]) -> tuple[Polygon, ...]:
        return tuple(tuple((x * scale, y * scale) for x, y in polygon) for polygon in polygons)

    (house_edge,) = smaller((order.house_edge,)) if order.house_edge else (None,)
    door = _foot_of_door(order.known_length)

    return [
        garden.Brief(
            photo=path,
            area=order.area.value,
            style=style.value,
            ground=smaller(order.ground),
            keep_in_front=smaller(order.keep_in_front),
            horizon_y=order.horizon_y * scale,
            focal_length_35mm=focal,
            eye_height=eye_height,
            house_edge=house_edge,
            door=door and (door[0] * scale, door[1] * scale),
            samples=garden.PREVIEW_SAMPLES,
        )
        for style in styles
    ]


async def _prepare_previews(order: PreviewOrder, styles: list[StyleName], path: Path) -> list[garden.Brief]:
    try:
        return await asyncio.to_thread(_preview_briefs, order, styles, path)
    except garden.ImplausibleLength as error:
        raise OrderRefused(NAME, str(error), advice=str(error)) from error


async def _paint_previews(
    briefs: list[garden.Brief], *, limits: garden.Limits, child: Process | None
) -> AsyncGenerator[tuple[StyleName, bytes], None]:
    try:
        async with contextlib.aclosing(
            garden.paint_each_in_process(briefs, limits=limits, child=child)
        ) as paintings:
            async for painting in paintings:
                if isinstance(painting, garden.NoGround):
                    raise OrderRefused(NAME, str(painting), advice=str(painting))
                if isinstance(painting, garden.GardenError):
                    raise ProviderCrashed(NAME, str(painting))
                yield StyleName(painting.garden.style), await asyncio.to_thread(_as_jpeg, painting.image_png)
    except garden.GardenError as error:
        raise ProviderCrashed(NAME, f"{type(error).__name__}: {error}") from error


def _as_jpeg(png: bytes) -> bytes:
    out = io.BytesIO()
    with Image.open(io.BytesIO(png)) as picture:
        picture.convert("RGB").save(out, "JPEG", quality=88, xmp=picture.info.get("xmp", b""))
    return out.getvalue()


def _draw_plan(scene: bytes, form: PlanForm, attribution: str | None) -> bytes:
    from yarda.garden import plan  # its libraries are loaded where a plan is asked for

    designed = garden.Garden.from_json(scene.decode())
    match form:
        case PlanForm.SVG:
            return plan.write_svg(plan.draw_plan(designed, attribution=attribution))
        case PlanForm.PDF:
            return plan.write_pdf(plan.draw_plan(designed, attribution=attribution))
        case PlanForm.JSON:
            return plan.count_plants(designed, attribution=attribution).to_json()
        case PlanForm.CSV:
            return plan.count_plants(designed, attribution=attribution).to_csv()


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
