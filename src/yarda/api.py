"""The Python face: `yarda.open()` and what it gives."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from yarda.bootstrap import Running, start
from yarda.core import Studio
from yarda.domain.catalog import AreaName, Growth, Season, StyleName
from yarda.domain.credit import AccountId
from yarda.domain.generation import AreaId, GenerationId
from yarda.domain.photo import ImageId, PhotoId
from yarda.domain.place import CameraView
from yarda.domain.request import AUTO, AreaRequest, DesignRequest
from yarda.errors import InvalidRequest, NoPlan
from yarda.pipeline.look import Place
from yarda.pipeline.pictures import PictureSize
from yarda.pipeline.planner import PlanForm
from yarda.settings import read_settings
from yarda.worker import work

_Name = TypeVar("_Name", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignedPicture:
    """A finished picture: its bytes as drawn (PNG or JPEG, see `media_type`)."""

    data: bytes
    media_type: str

    def save(self, path: str | Path) -> Path:
        """Write the picture; where the name has no ending, the right one is added. Returns the path."""
        target = Path(path)
        if not target.suffix:
            target = target.with_suffix(".png" if self.media_type == "image/png" else ".jpg")
        target.write_bytes(self.data)
        return target


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignedArea:
    """One area at its end. `image` is None unless `status` is "completed"; `error` says why then.

    `unmet` says what was wished for and could not be drawn. `plan` has the planting plan and the plant list of a
    concept design by their ending: svg, pdf, csv, json. `attribution` and `captured` say whose the picture is that
    it was made from and when it was taken; the attribution goes wherever the design goes. `house_preserved` is the
    share of the house that the provider left as it was, where that was measured.
    """

    id: UUID
    area: str
    style: str
    status: str
    provider: str | None
    image: DesignedPicture | None
    edit_mask: DesignedPicture | None
    error: str | None
    error_code: str | None
    unmet: tuple[str, ...] = ()
    plan: Mapping[str, bytes] | None = None
    attribution: str | None = None
    captured: str | None = None
    house_preserved: float | None = None

    @property
    def plants(self) -> list[dict[str, Any]]:
        """The plant list: species, quantity, spacing and needs of each. Raises `NoPlan`."""
        return list(json.loads(self._document("json"))["plants"])

    def save_plan(self, path: str | Path) -> Path:
        """Write the planting plan (.svg, .pdf) or the plant list (.csv, .json), by the name's ending.

        Raises `NoPlan` where the provider makes none, `InvalidRequest` for another ending. Returns the path.
        """
        target = Path(path)
        target.write_bytes(self._document(target.suffix.removeprefix(".").lower()))
        return target

    def _document(self, ending: str) -> bytes:
        if self.plan is None:
            raise NoPlan("this design has no planting plan: draw it as a concept to get one")
        if ending not in self.plan:
            raise InvalidRequest(f"a plan ends in .{', .'.join(self.plan)}, not in .{ending}", field="path")
        return self.plan[ending]


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One accepted request at its end; `status` and `location_accuracy` are the contract's."""

    id: UUID
    status: str
    seed: int
    areas: tuple[DesignedArea, ...]
    resolved_address: str | None = None
    location_accuracy: str | None = None


class YardaStudio:
    """Made by `open`. Designs are rows in the database: they outlive this process."""

    def __init__(self, studio: Studio, *, account: AccountId) -> None:
        self._studio = studio
        self._account = account

    async def add_photo(self, photo: str | Path | bytes) -> PhotoId:
        """Take a photo in. Raises the `PhotoUnreadable` family, or `OSError` when the file cannot be read."""
        raw = photo if isinstance(photo, bytes) else await asyncio.to_thread(Path(photo).read_bytes)
        return (await self._studio.add_photo(raw, account=self._account)).id

    async def find_place(
        self, address: str, *, heading: float | None = None, pitch: float = 0.0, fov: float = 80.0
    ) -> Place:
        """Look an address up, which costs nothing: where it is, how surely, and what pictures there are of it.

        Raises `AddressNotFound`, `AddressLookupUnavailable`, `ServiceUnavailableError`.
        """
        return await self._studio.find_place(address, view=_view(heading, pitch, fov))

    async def design(
        self,
        *,
        areas: Mapping[str, str],
        photo: str | Path | bytes | None = None,
        address: str | None = None,
        address_confirmed: bool = False,
        heading: float | None = None,
        pitch: float = 0.0,
        fov: float = 80.0,
        custom_prompt: str = "",
        preservation_strength: float = 0.5,
        season: str = Season.SUMMER,
        growth: str = Growth.MATURE,
        provider: str = AUTO,
        guided: bool = False,
        seed: int | None = None,
    ) -> Generation:
        """Design areas of one photo or one address, `{area: style}`, and wait until each has a verdict.

        An address that is found only roughly is not drawn by a provider that costs credits until a person has
        looked (`find_place`) and `address_confirmed` says so; `heading`, `pitch` and `fov` turn the street camera.
        `guided`: a photoreal design follows the painter's, and comes with its `plan`.
        Raises `InvalidRequest` and the other `RequestError`s; a failed area is no exception but data.
        """
        photo_id = None if photo is None else await self.add_photo(photo)
        request = DesignRequest(
            areas=tuple(
                AreaRequest(
                    area=_one_of(AreaName, area, field="area"),
                    style=_one_of(StyleName, style, field="style"),
                    custom_prompt=custom_prompt,
                    preservation_strength=preservation_strength,
                    season=_one_of(Season, season, field="season"),
                    growth=_one_of(Growth, growth, field="growth"),
                )
                for area, style in areas.items()
            ),
            photo_id=photo_id,
            address=address,
            address_confirmed=address_confirmed,
            view=_view(heading, pitch, fov),
            provider=provider,
            guided=guided,
            seed=seed,
        )
        accepted = await self._studio.accept(request, account=self._account)
        return await self.wait_for(accepted.id)

    async def wait_for(self, generation: UUID) -> Generation:
        """The generation once it is terminal. Raises `GenerationNotFound`."""
        generation_id = GenerationId(generation)
        async for _ in self._studio.watch(generation_id, account=self._account):
            pass
        view = await self._studio.get_generation(generation_id, account=self._account)
        return Generation(
            id=generation,
            status=view["status"],
            seed=view["seed"],
            areas=tuple([await self._designed(area, generation_id) for area in view["areas"]]),
            resolved_address=view["resolved_address"],
            location_accuracy=view["location_accuracy"],
        )

    async def draw_yard(self, generation: UUID) -> DesignedPicture:
        """All areas of one photo in one picture. The first call draws it, which takes as long as a design.

        Raises `NoYard` unless two or more areas of a photo are drawn as concepts, `GenerationNotFound`.
        """
        return await self._fetch(await self._studio.get_yard(GenerationId(generation), account=self._account))

    async def _designed(self, view: dict[str, Any], generation: GenerationId) -> DesignedArea:
        error, imagery = view["error"] or {}, view["imagery"] or {}
        return DesignedArea(
            id=UUID(view["id"]),
            area=view["area"],
            style=view["style"],
            status=view["status"],
            provider=view["provider"],
            image=await self._picture(view["image_url"]),
            edit_mask=await self._picture(view["edit_mask_url"]),
            error=error.get("message"),
            error_code=error.get("code"),
            unmet=tuple(view["unmet"]),
            plan=await self._plan(view, generation),
            attribution=imagery.get("attribution"),
            captured=imagery.get("captured"),
            house_preserved=view["house_preserved"],
        )

    async def _plan(self, view: dict[str, Any], generation: GenerationId) -> dict[str, bytes] | None:
        if view["plan_url"] is None:
            return None
        area = AreaId(UUID(view["id"]))
        return {
            form.value.rsplit(".", 1)[-1]: (
                await self._studio.get_plan(generation, area, account=self._account, form=form)
            ).data
            for form in PlanForm
        }

    async def _picture(self, url: str | None) -> DesignedPicture | None:
        return None if url is None else await self._fetch(ImageId(UUID(url.rsplit("/", 1)[-1])))

    async def _fetch(self, image: ImageId) -> DesignedPicture:
        picture = await self._studio.get_picture(image, account=self._account, size=PictureSize.FULL)
        return DesignedPicture(data=picture.data, media_type=picture.media_type)


@asynccontextmanager
async def open(
    *, database_url: str | None = None, data_dir: str | Path | None = None
) -> AsyncIterator[YardaStudio]:
    """A studio that also does the work, on the embedded database or the one named.

    Without arguments it is set up by the YARDA_* settings. Raises `SetupError`, `DatabaseUnavailable`.
    """
    settings = read_settings(database_url=database_url, data_dir=data_dir)
    async with start(settings) as running, working(running, concurrency=settings.worker_concurrency):
        await running.grant_trial()
        yield YardaStudio(running.studio, account=await running.studio.owner())


@asynccontextmanager
async def working(running: Running, *, concurrency: int) -> AsyncIterator[None]:
    """Work in the background of this process until the block ends; unfinished areas are handed back."""
    stopping = asyncio.Event()
    worker = asyncio.create_task(work(running, concurrency=concurrency, stopping=stopping))
    try:
        yield
    finally:
        stopping.set()
        await worker


def _view(heading: float | None, pitch: float, fov: float) -> CameraView:
    view = CameraView(heading=heading, pitch=pitch, fov=fov)
    view.check()
    return view


def _one_of(kind: type[_Name], name: str, *, field: str) -> _Name:
    try:
        return kind(name)
    except ValueError:
        raise InvalidRequest(f"{field}: {name!r} is none of {', '.join(kind)}", field=field) from None
