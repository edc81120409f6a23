"""From an address to a place, and from a place to a picture of it."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

from yarda.domain.place import CameraView, Location, SourceKind
from yarda.errors import (
    AddressLookupUnavailable,
    AddressNotFound,
    ImageryUnavailable,
    NoImagery,
    PhotoTooLarge,
    PhotoTooManyPixels,
    PhotoTooSmall,
    PhotoTypeUnsupported,
    PhotoUnreadable,
)
from yarda.pipeline.picture_ports import CleanPicture, PositionPolicy
from yarda.pipeline.places import Geocoder, Sight, ViewSource
from yarda.pipeline.tools import Tools

_DAMAGED = (PhotoUnreadable, PhotoTooLarge, PhotoTooManyPixels, PhotoTooSmall, PhotoTypeUnsupported)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What was found for an address, for a person to say whether it is the right house.

    `sights` has one picture for each kind of source there is one of.
    """

    address: str
    location: Location
    sights: tuple[Sight, ...]


async def find_place(address: str, *, view: CameraView, tools: Tools) -> Place:
    """Costs nothing but free questions.

    Raises `AddressLookupUnavailable`, `AddressNotFound`, and `ServiceUnavailableError` while a service is away.
    """
    location = await find_location(address, tools=tools)
    sights = []
    for kind in (SourceKind.STREET, SourceKind.SATELLITE):
        try:
            sights.append((await find_sight(location, kind=kind, view=view, tools=tools))[1])
        except NoImagery:
            continue
    return Place(address=address, location=location, sights=tuple(sights))


async def show_place(address: str, *, kind: SourceKind, view: CameraView, tools: Tools) -> CleanPicture:
    """Fetch the picture to look at. It may cost the operator something, and is not kept.

    Raises as `find_place` does, and `NoImagery`.
    """
    location = await find_location(address, tools=tools)
    source, sight = await find_sight(location, kind=kind, view=view, tools=tools)
    return await fetch_sight(source, sight, tools=tools)


async def find_location(address: str, *, tools: Tools) -> Location:
    """From what is known already, else from the first geocoder that knows it; kept as its terms allow."""
    if not tools.lookup.geocoders:
        raise AddressLookupUnavailable(
            "this installation cannot look up addresses; add a photo of the yard instead"
        )
    async with tools.lookup.turn(address):
        *others, last = tools.lookup.geocoders
        for geocoder in others:
            try:
                return await _ask(geocoder, address, tools=tools)
            except AddressNotFound:
                continue
        return await _ask(last, address, tools=tools)


async def _ask(geocoder: Geocoder, address: str, *, tools: Tools) -> Location:
    async with tools.open_work() as work:
        known = await work.geocodes.find(address, geocoder=geocoder.name)
    if known is not None:
        return known
    await asyncio.sleep(await take_turn(geocoder, tools=tools))
    location = await geocoder.find(address)
    async with tools.open_work() as work:
        await work.geocodes.keep(address, location, geocoder=geocoder.name)
    return location


async def take_turn(geocoder: Geocoder, *, tools: Tools) -> float:
    """The seconds until it is this question's turn, among those of all processes."""
    if not geocoder.pause_seconds:
        return 0.0
    async with tools.open_work() as work:
        gate, now = await work.gates.lock(geocoder.name, provider=geocoder.name)
        turn = max(now, gate.next_turn or now)
        await work.gates.save(replace(gate, next_turn=turn + timedelta(seconds=geocoder.pause_seconds)))
    return (turn - now).total_seconds()


async def find_sight(
    location: Location, *, kind: SourceKind, view: CameraView, tools: Tools
) -> tuple[ViewSource, Sight]:
    """The picture of the first source that has one. Raises `NoImagery`."""
    for source in tools.lookup.sources_of(kind):
        try:
            return source, await source.look(location, view)
        except NoImagery:
            continue
    seen = "the street" if kind is SourceKind.STREET else "above"
    raise NoImagery(f"there is no picture of {location.resolved_address} from {seen}; add a photo of the yard")


async def fetch_sight(source: ViewSource, sight: Sight, *, tools: Tools) -> CleanPicture:
    """The picture, decoded in the gate. Raises `NoImagery`, `ImageryUnavailable`, `ImageryMisconfigured`."""
    try:
        clean = await tools.gate.clean(await source.fetch(sight), position=PositionPolicy.DROP)
    except _DAMAGED as error:
        raise ImageryUnavailable("the picture of the yard arrived damaged; try again") from error
    if not await tools.house.shows_place(clean.image):
        raise NoImagery("the map service sent a notice instead of a picture; add a photo of the yard")
    return clean
