"""Says what was found for an address, and asks where that is not surely the house."""

import asyncio
import sys
from dataclasses import replace

from rich.console import Console
from rich.markup import escape
from rich.prompt import Confirm

from yarda.core import Studio
from yarda.domain.place import Accuracy, Location
from yarda.domain.request import DesignRequest
from yarda.errors import AddressInexact

HOW_WELL = {
    Accuracy.ROOFTOP: "this house",
    Accuracy.RANGE_INTERPOLATED: "roughly: along this stretch of the street, between two known numbers",
    Accuracy.GEOMETRIC_CENTER: "roughly: the middle of the street or the area, not one house",
    Accuracy.APPROXIMATE: "roughly: the neighbourhood only",
}


async def confirm_place(request: DesignRequest, *, studio: Studio, console: Console) -> DesignRequest:
    """The request, confirmed where its address is found only roughly and a person says that it is the place.

    Raises `AddressInexact` where nobody does, and as `Studio.find_place_of`.
    """
    place = await studio.find_place_of(request)
    if place is None:
        return request
    found = place.location
    console.print(f"found: {escape(found.resolved_address)} ({_how_well(found)})", soft_wrap=True)
    for sight in place.sights:
        credit = ", ".join(filter(None, (sight.attribution, sight.captured)))
        console.print(f"picture: {sight.source}, {escape(credit)}", soft_wrap=True)
    if found.is_exact or request.address_confirmed:
        return request
    if sys.stdin.isatty() and await asyncio.to_thread(_ask, console):
        return replace(request, address_confirmed=True)
    raise AddressInexact(
        f"the address was found only roughly, as {found.resolved_address}; if that is the place, add "
        "--confirm-address, else write the address in full or give a photo"
    )


def _ask(console: Console) -> bool:
    return Confirm.ask("Is this the place?", console=console, default=False)


def _how_well(found: Location) -> str:
    words = HOW_WELL[found.accuracy]
    return f"{words}; only a part of what you wrote was found" if found.is_partial else words
