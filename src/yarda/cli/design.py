"""`yarda design`: one request, carried through the durable pipeline, with live progress."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.markup import escape

from yarda.api import working
from yarda.bootstrap import start
from yarda.cli.place import confirm_place
from yarda.cli.progress import LiveProgress
from yarda.core import Studio
from yarda.domain.catalog import AreaName, Growth, Season, StyleName
from yarda.domain.credit import AccountId
from yarda.domain.generation import AreaId, GenerationId
from yarda.domain.photo import ImageId, PhotoId
from yarda.domain.place import CameraView
from yarda.domain.request import AUTO, AreaRequest, DesignRequest
from yarda.errors import InvalidRequest
from yarda.logs import set_up_logs
from yarda.pipeline.pictures import PictureSize
from yarda.pipeline.planner import PlanForm
from yarda.settings import Settings, read_settings

err = Console(stderr=True, highlight=False)


def command(
    photos: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PHOTO…", help="One photo for all areas, or one per area in the same order."),
    ] = None,
    area: Annotated[
        list[str] | None, typer.Option(metavar="AREA:STYLE", help="What to design; repeat for more areas.")
    ] = None,
    address: Annotated[str | None, typer.Option(help="A street address instead of a photo.")] = None,
    confirm_address: Annotated[
        bool, typer.Option("--confirm-address", help="Draw even where the address is found only roughly.")
    ] = False,
    heading: Annotated[
        float | None, typer.Option(help="Where the street camera looks, degrees from north; unset: at the house.")
    ] = None,
    pitch: Annotated[float, typer.Option(help="How far it looks up, degrees from -15 to 10.")] = 0.0,
    fov: Annotated[float, typer.Option(help="How wide it looks, degrees from 20 to 120.")] = 80.0,
    out: Annotated[Path, typer.Option(help="Where the pictures are written.")] = Path("yarda-out"),
    provider: Annotated[str, typer.Option(help="Who draws: auto, or a configured provider.")] = AUTO,
    guided: Annotated[
        bool, typer.Option("--guided", help="A photoreal design follows the painter's, with plan and plant list.")
    ] = False,
    wish: Annotated[str, typer.Option(help="Wishes in your own words, for every area.")] = "",
    keep: Annotated[float, typer.Option(help="How much of the planting to keep, 0 to 1.", min=0, max=1)] = 0.5,
    season: Annotated[Season, typer.Option(help="The time of the year in the picture.")] = Season.SUMMER,
    growth: Annotated[Growth, typer.Option(help="How long ago the garden was planted.")] = Growth.MATURE,
    seed: Annotated[int | None, typer.Option(help="The same seed draws the same design.", min=0)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable result.")] = False,
) -> None:
    """Design areas of a yard; exits 0 only when every area was drawn."""
    set_up_logs("error")
    wanted = [_area(text, wish=wish, keep=keep) for text in area or []]
    areas = tuple(replace(area, season=season, growth=growth) for area in wanted)
    request = DesignRequest(
        areas=areas,
        address=address,
        address_confirmed=confirm_address,
        view=CameraView(heading=heading, pitch=pitch, fov=fov),
        provider=provider,
        guided=guided,
        seed=seed,
    )
    result = asyncio.run(_design(photos or [], request, out=out, settings=read_settings()))
    if as_json:
        typer.echo(json.dumps(result))
    else:
        written = [item[kind] for item in result["areas"] for kind in ("file", "plan", "plants")]
        for path in filter(None, (*written, result["yard"])):
            typer.echo(path)
    raise typer.Exit(0 if result["status"] == "completed" else 1)


async def _design(photos: list[Path], request: DesignRequest, *, out: Path, settings: Settings) -> dict[str, Any]:
    _check_photos(photos, request)
    await asyncio.to_thread(_make, out)
    async with start(settings) as running:
        await running.grant_trial()
        studio = running.studio
        account = await studio.owner()
        if not photos:
            request = await confirm_place(request, studio=studio, console=err)
        request = await _with_photos(request, photos, studio=studio, account=account)
        accepted = await studio.accept(request, account=account)
        async with working(running, concurrency=settings.worker_concurrency):
            await _follow(accepted.id, studio=studio, account=account)
        view = await studio.get_generation(accepted.id, account=account)
        return await _write(view, out, studio=studio, account=account)


async def _follow(generation: GenerationId, *, studio: Studio, account: AccountId) -> None:
    """Show progress until the end; whoever interrupts cancels what is left."""
    try:
        with LiveProgress(err) as progress:
            async for event in studio.watch(generation, account=account, after=0):
                if event is not None:
                    progress.show(event.snapshot)
    except asyncio.CancelledError:
        await asyncio.shield(studio.cancel(generation, account=account))
        err.print("cancelled what was left")
        raise


async def _with_photos(
    request: DesignRequest, photos: list[Path], *, studio: Studio, account: AccountId
) -> DesignRequest:
    ids = [PhotoId((await studio.add_photo(_read(path), account=account)).id) for path in photos]
    if len(ids) <= 1:
        return replace(request, photo_id=ids[0] if ids else None)
    areas = tuple(replace(area, photo_id=photo_id) for area, photo_id in zip(request.areas, ids, strict=True))
    return replace(request, areas=areas)


async def _write(view: dict[str, Any], out: Path, *, studio: Studio, account: AccountId) -> dict[str, Any]:
    """Write what was drawn, and say what was not."""
    known = ("id", "status", "seed", "address", "resolved_address", "location_accuracy")
    result: dict[str, Any] = {key: view[key] for key in known} | {"areas": []}
    for area in view["areas"]:
        file = plan = plants = None
        if area["image_url"]:
            image = ImageId(area["image_url"].rsplit("/", 1)[-1])
            picture = await studio.get_picture(image, account=account, size=PictureSize.FULL)
            ending = "png" if picture.media_type == "image/png" else "jpg"
            file = out / f"{area['area']}_{area['style']}.{ending}"
            file.write_bytes(picture.data)
            if area["plan_url"]:
                plan, plants = await _write_plan(view, area, out, studio=studio, account=account)
        else:
            said = area["error"]["message"] if area["error"] else area["status"]
            err.print(f"[red]{area['area']} was not drawn:[/] {said}", soft_wrap=True)
        for wish in area["unmet"]:
            err.print(f"[yellow]{area['area']}, not done:[/] {escape(wish)}", soft_wrap=True)
        if area["image_url"] and area["imagery"] and area["imagery"]["attribution"]:
            credit = ", ".join(filter(None, (area["imagery"]["attribution"], area["imagery"]["captured"])))
            err.print(f"{area['area']} is made from a picture {escape(credit)}", soft_wrap=True)
        keys = ("id", "area", "style", "status", "provider", "error", "unmet", "imagery", "house_preserved")
        written = {"file": file, "plan": plan, "plants": plants}
        result["areas"].append(
            {key: area[key] for key in keys} | {key: str(path) if path else None for key, path in written.items()}
        )
    result["yard"] = await _write_yard(view, out, studio=studio, account=account)
    return result


async def _write_yard(view: dict[str, Any], out: Path, *, studio: Studio, account: AccountId) -> str | None:
    """All areas in one picture, where there is one."""
    if view["yard_url"] is None:
        return None
    err.print("drawing all areas together")
    image = await studio.get_yard(GenerationId(UUID(view["id"])), account=account)
    picture = await studio.get_picture(image, account=account, size=PictureSize.FULL)
    file = out / "whole_yard.png"
    file.write_bytes(picture.data)
    return str(file)


async def _write_plan(
    view: dict[str, Any], area: dict[str, Any], out: Path, *, studio: Studio, account: AccountId
) -> tuple[Path, Path]:
    """The planting plan and the plant list."""
    paths = []
    for form in (PlanForm.PDF, PlanForm.CSV):
        ids = GenerationId(UUID(view["id"])), AreaId(UUID(area["id"]))
        document = await studio.get_plan(*ids, account=account, form=form)
        paths.append(out / document.file_name)
        paths[-1].write_bytes(document.data)
    return paths[0], paths[1]


def _area(text: str, *, wish: str, keep: float) -> AreaRequest:
    area, _, style = text.partition(":")
    if area not in list(AreaName) or style not in list(StyleName):
        raise InvalidRequest(
            f"--area {text}: write AREA:STYLE with an area of {', '.join(AreaName)} "
            f"and a style of {', '.join(StyleName)}"
        )
    return AreaRequest(area=AreaName(area), style=StyleName(style), custom_prompt=wish, preservation_strength=keep)


def _check_photos(photos: list[Path], request: DesignRequest) -> None:
    if len(photos) > 1 and len(photos) != len(request.areas):
        raise InvalidRequest(
            f"{len(photos)} photos for {len(request.areas)} areas: "
            "give one photo for all, or one per area in order"
        )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidRequest(f"{path}: {error.strerror or 'cannot be read'}") from error


def _make(out: Path) -> None:
    """Before anything is accepted: what is drawn must have a place."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidRequest(f"--out {out}: {error.strerror or 'cannot be made'}") from error
