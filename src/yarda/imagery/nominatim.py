"""Addresses from OpenStreetMap through Nominatim, as its usage policy asks: named, and one question a second."""

import asyncio
import re
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

from geopy.adapters import URLLibAdapter
from geopy.exc import GeocoderServiceError
from geopy.geocoders import Nominatim

from yarda.domain.place import Accuracy, Location
from yarda.errors import AddressNotFound, ImageryUnavailable

ATTRIBUTION = "© OpenStreetMap contributors"
AWAY = "OpenStreetMap's address search did not answer; try again in a while, or add a photo of the yard"
SECONDS = 10
HOUSE_RANK, STREET_RANK = 30, 26
"""Nominatim's place_rank of single buildings, and of streets."""


class NominatimGeocoder:
    """Plays the `Geocoder` port through geopy; each question is sent once."""

    name = "nominatim"
    pause_seconds = 1.0

    def __init__(self, *, base_url: str, contact: str | None = None) -> None:
        """`contact` goes into the User-Agent: where the operator of a public service can find us."""
        url = urlsplit(base_url)
        self._geocoder = Nominatim(
            domain=url.netloc + url.path,
            scheme=url.scheme,
            user_agent=f"yarda/{version('yarda')}" + (f" (+{contact})" if contact else ""),
            timeout=SECONDS,
            adapter_factory=URLLibAdapter,  # the one it would choose where requests is installed asks three times
        )

    async def find(self, address: str) -> Location:
        try:
            found = await asyncio.to_thread(self._geocoder.geocode, address, addressdetails=True, language="en")
        except (GeocoderServiceError, ValueError, AttributeError, TypeError, KeyError):
            raise ImageryUnavailable(AWAY) from None
        if found is None:
            raise AddressNotFound(
                f"no place is known for “{address}”; write street, number and town, or add a photo of the yard"
            )
        return _location(address, found.raw, position=(found.latitude, found.longitude))

    async def close(self) -> None:
        """Nothing is kept open."""


def _location(asked: str, found: dict[str, Any], *, position: tuple[float, float]) -> Location:
    details = found.get("address") or {}
    house_number = str(details.get("house_number", ""))
    return Location(
        position=position,
        resolved_address=str(found.get("display_name", "")),
        accuracy=_accuracy(found, house_number=house_number),
        is_partial=_misses_number(asked, house_number=house_number, postcode=str(details.get("postcode", ""))),
        source=NominatimGeocoder.name,
        place_id=str(found.get("place_id", "")) or None,
        attribution=ATTRIBUTION,
    )


def _accuracy(found: dict[str, Any], *, house_number: str) -> Accuracy:
    """A numbered house is a rooftop, unless OpenStreetMap only knows the range of numbers along its street."""
    rank = int(found.get("place_rank") or 0)
    if rank >= HOUSE_RANK and house_number:
        is_interpolated = found.get("osm_type") == "way" and found.get("class") == "place"
        return Accuracy.RANGE_INTERPOLATED if is_interpolated else Accuracy.ROOFTOP
    return Accuracy.GEOMETRIC_CENTER if rank >= STREET_RANK else Accuracy.APPROXIMATE


def _misses_number(asked: str, *, house_number: str, postcode: str) -> bool:
    """Whether a number was asked for that the result does not have."""
    numbers = {number.lower() for number in re.findall(r"\b\d+[A-Za-z]?\b", asked)}
    known = {word.lower() for word in re.findall(r"\w+", f"{house_number} {postcode}")}
    return bool(numbers - known) and house_number.lower() not in numbers
