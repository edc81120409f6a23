"""Google Maps: addresses, Street View and satellite pictures. Asked only where the operator accepted its terms."""

from typing import Any

from yarda.domain.place import Accuracy, CameraView, Location, Position, SourceKind, bearing, distance_m
from yarda.errors import AddressNotFound, ImageryMisconfigured, NoImagery, YardaError
from yarda.imagery._http import Answer, MapClient
from yarda.pipeline.places import Sight

BASE_URL = "https://maps.googleapis.com"
COPYRIGHT = "© Google"
EYE_HEIGHT = 2.5
"""Metres of the camera above the street, on the roof of a car."""
SIZE = (640, 480)
"""The widest picture that is sold, in the shape of a photo; a square one would add sky and asphalt."""
FARTHEST_M = 60.0
"""A camera farther from the house than that looks at another one."""
SATELLITE_ZOOM = 20
"""About 0.1 m a pixel at 45 degrees of latitude, with scale 2: a plot of 60 m."""


class GoogleMaps:
    """One key for the three services below, and what their answers mean."""

    def __init__(self, *, api_key: str, base_url: str | None = None) -> None:
        self.client = MapClient("Google Maps")
        self._key = api_key
        self._base = base_url or BASE_URL

    async def ask(self, path: str, **params: Any) -> Answer:
        return await self.client.get(f"{self._base}/maps/api/{path}", {**params, "key": self._key})

    async def ask_document(self, path: str, **params: Any) -> dict[str, Any]:
        """The JSON answer of a service that has its own status; OK, or nothing found.

        Raises `ImageryUnavailable`, `ImageryMisconfigured`.
        """
        answer = await self.ask(path, **params)
        document = answer.document
        match document.get("status"):
            case "OK" | "ZERO_RESULTS" | "NOT_FOUND":
                return document
            case "REQUEST_DENIED":
                raise self.denied()
            case "INVALID_REQUEST":
                raise ImageryMisconfigured("Google Maps does not understand our question; report this")
            case "OVER_QUERY_LIMIT" | "OVER_DAILY_LIMIT":
                raise self.client.away("has answered enough for now")
            case _ if answer.status in (401, 403):
                raise self.denied()
            case _:
                raise self.client.away("failed")

    async def ask_picture(self, path: str, **params: Any) -> bytes:
        """Raises `NoImagery` for a 404, and as `ask_document` does."""
        answer = await self.ask(path, **params)
        if answer.status == 200 and answer.media_type.startswith("image/"):
            return answer.body
        raise self._refusal(answer.status)

    def denied(self) -> ImageryMisconfigured:
        return ImageryMisconfigured(
            "Google Maps does not accept YARDA_GOOGLE_MAPS_API_KEY, or the key may not use this service: allow "
            "the Geocoding, Street View Static and Maps Static APIs, and check its billing"
        )

    def _refusal(self, status: int) -> YardaError:
        match status:
            case 404:
                return NoImagery("Google Maps has no picture of this place; add a photo of the yard")
            case 400 | 401 | 403:
                return self.denied()
            case 429:
                return self.client.away("has answered enough for now")
            case 200 | 301 | 302 | 303 | 307 | 308:
                return self.client.away("sent something else than a picture")
            case _:
                return self.client.away("failed")


class GoogleGeocoder:
    """Plays the `Geocoder` port."""

    name = "google"
    pause_seconds = 0.0

    def __init__(self, maps: GoogleMaps) -> None:
        self._maps = maps

    async def find(self, address: str) -> Location:
        """The exact one among several results, else Google's first."""
        document = await self._maps.ask_document("geocode/json", address=address)
        results = [_location(result) for result in document.get("results") or []]
        if not results:
            raise AddressNotFound(
                f"no place is known for “{address}”; write street, number and town, or add a photo of the yard"
            )
        return next((location for location in results if location.is_exact), results[0])

    async def close(self) -> None:
        await self._maps.client.close()


class GoogleStreetView:
    """Plays the `ViewSource` port. Asks the free metadata first; only `fetch` costs."""

    name = "google_street_view"
    kind = SourceKind.STREET

    def __init__(self, maps: GoogleMaps) -> None:
        self._maps = maps

    async def look(self, location: Location, view: CameraView) -> Sight:
        house = _position_of(location)
        where = {"pano": view.picture} if view.picture else {"location": _text(house), "source": "outdoor"}
        found = await self._maps.ask_document("streetview/metadata", **where)
        if found["status"] != "OK":
            raise NoImagery(f"Street View has no picture of {location.resolved_address}; add a photo of the yard")
        camera = _position(found["location"])
        if found.get("copyright") != COPYRIGHT or distance_m(camera, house) > FARTHEST_M:
            raise NoImagery(
                f"Street View has no picture from the street by {location.resolved_address}; "
                "add a photo of the yard"
            )
        return Sight(
            source=self.name,
            kind=self.kind,
            picture=found["pano_id"],
            position=camera,
            heading=bearing(camera, house) if view.heading is None else view.heading,
            pitch=view.pitch,
            fov=view.fov,
            eye_height=EYE_HEIGHT,
            captured=found.get("date"),
            attribution=COPYRIGHT,
            may_keep=False,
        )

    async def fetch(self, sight: Sight) -> bytes:
        return await self._maps.ask_picture(
            "streetview",
            pano=sight.picture,
            size="{}x{}".format(*SIZE),
            heading=f"{sight.heading:.2f}",
            pitch=f"{sight.pitch:g}",
            fov=f"{sight.fov:g}",
            return_error_code="true",
        )

    async def close(self) -> None:
        await self._maps.client.close()


class GoogleSatellite:
    """Plays the `ViewSource` port. The picture's own line of credits stays in it, uncut."""

    name = "google_satellite"
    kind = SourceKind.SATELLITE

    def __init__(self, maps: GoogleMaps) -> None:
        self._maps = maps

    async def look(self, location: Location, view: CameraView) -> Sight:
        house = _position_of(location)
        return Sight(
            source=self.name,
            kind=self.kind,
            picture=_text(house),
            position=house,
            attribution=COPYRIGHT,
            may_keep=False,
        )

    async def fetch(self, sight: Sight) -> bytes:
        return await self._maps.ask_picture(
            "staticmap",
            center=sight.picture,
            zoom=SATELLITE_ZOOM,
            size="640x640",
            scale=2,
            maptype="satellite",
        )

    async def close(self) -> None:
        await self._maps.client.close()


def _location(result: dict[str, Any]) -> Location:
    geometry = result["geometry"]
    return Location(
        position=_position(geometry["location"]),
        resolved_address=str(result["formatted_address"]),
        accuracy=_accuracy(geometry.get("location_type")),
        is_partial=bool(result.get("partial_match", False)),
        source=GoogleGeocoder.name,
        place_id=result.get("place_id"),
        attribution=COPYRIGHT,
    )


def _accuracy(said: object) -> Accuracy:
    return Accuracy(str(said)) if said in set(Accuracy) else Accuracy.APPROXIMATE


def _position(found: dict[str, Any]) -> Position:
    return float(found["lat"]), float(found["lng"])


def _position_of(location: Location) -> Position:
    if location.position is None:
        raise ValueError("this location's position was forgotten; find the address anew")
    return location.position


def _text(position: Position) -> str:
    return f"{position[0]:.7f},{position[1]:.7f}"
