"""Plays the map services on 127.0.0.1: Google's geocoding, Street View and satellite, Nominatim, Panoramax.

    python -m tests.emulators.maps --port 8902 --geocode RANGE_INTERPOLATED --script metadata=ZERO_RESULTS

A script has behaviours by service (geocode, metadata, streetview, staticmap, nominatim, panoramax, picture), one
per call; after its end a service answers as it should. A behaviour is a word, with its argument after a colon.
"""

import argparse
import asyncio
import io
import json
import math
import signal
from collections import defaultdict, deque
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from PIL import Image, ImageDraw

from tests.emulators.server import PIECE, EmulatedServer, Exchange

KEY = "maps-key-0123456789"
HOUSE = (37.3009, -122.0301)
CAMERA = (37.3007, -122.0301)
"""Twenty metres south of the house: the camera faces north to see it."""
ADDRESS = "21125 Seven Springs Dr, Cupertino, CA 95014, USA"
SERVICES = {
    "/maps/api/geocode/json": "geocode",
    "/maps/api/streetview/metadata": "metadata",
    "/maps/api/streetview": "streetview",
    "/maps/api/staticmap": "staticmap",
    "/search": "nominatim",
    "/api/search": "panoramax",
}


class MapsEmulator(EmulatedServer):
    """All services at one address. `asked` has the service and the query of every call, in order."""

    def __init__(self, *, port: int = 0, log: Path | None = None, accuracy: str = "ROOFTOP") -> None:
        super().__init__(self._answer, port=port, log=log)
        self.script: dict[str, deque[str]] = defaultdict(deque)
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.headers: list[dict[str, str]] = []
        self.accuracy = accuracy
        self.results: list[dict[str, Any]] | None = None
        self.features: list[dict[str, Any]] | None = None

    def count(self, service: str) -> int:
        return sum(name == service for name, _ in self.asked)

    async def _answer(self, exchange: Exchange) -> str:
        url = urlsplit(exchange.call.path)
        service = SERVICES.get(url.path, "picture")
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.asked.append((service, query))
        self.headers.append(exchange.headers)
        behaviour = self.script[service].popleft() if self.script[service] else "ok"
        if url.path.startswith("/maps/") and query.get("key") != KEY and behaviour == "ok":
            behaviour = "REQUEST_DENIED" if service in ("geocode", "metadata") else "text:403"
        if not await _break(behaviour, exchange):
            await self._play(service, behaviour, query, url.path, exchange)
        return f"{service} {behaviour}"

    async def _play(
        self, service: str, behaviour: str, query: dict[str, str], path: str, exchange: Exchange
    ) -> None:
        match service:
            case "geocode":
                await _send(exchange, self._geocode(behaviour))
            case "metadata":
                await _send(exchange, _metadata(behaviour, query))
            case "nominatim":
                await _send(exchange, [] if behaviour == "nothing" else self.results or [NUMBERED_HOUSE])
            case "panoramax":
                await _send(exchange, {"type": "FeatureCollection", "features": self._features(query)})
            case "streetview" if behaviour == "nothing" and "return_error_code" in query:
                await exchange.respond(404, grey(), [("content-type", "image/png")])
            case "streetview" if behaviour == "nothing":
                await exchange.respond(200, grey(), [("content-type", "image/png")])
            case _:
                picture = _picture(service, query, path)
                body = picture[: len(picture) // 2] if behaviour == "truncated" else picture
                await exchange.respond(200, body, [("content-type", "image/jpeg")])

    def _geocode(self, behaviour: str) -> dict[str, Any]:
        if behaviour != "ok":
            return {"status": behaviour, "results": [], "error_message": f"no, not with {KEY}"}
        return {"status": "OK", "results": self.results or [geocoded(self.accuracy)]}

    def _features(self, query: dict[str, str]) -> list[dict[str, Any]]:
        features = self.features if self.features is not None else [panorama(self.base_url)]
        wanted = query.get("ids")
        return [feature for feature in features if wanted is None or feature["id"] in wanted.split(",")]


NUMBERED_HOUSE = {
    "place_id": 123,
    "osm_type": "way",
    "class": "building",
    "type": "house",
    "addresstype": "building",
    "place_rank": 30,
    "lat": str(HOUSE[0]),
    "lon": str(HOUSE[1]),
    "display_name": "21125, Seven Springs Drive, Cupertino, California, 95014, United States",
    "address": {"house_number": "21125", "road": "Seven Springs Drive", "postcode": "95014"},
}


def geocoded(accuracy: str = "ROOFTOP", *, partial: bool = False, address: str = ADDRESS) -> dict[str, Any]:
    """One result of Google's geocoder."""
    location = {"lat": HOUSE[0], "lng": HOUSE[1]}
    result: dict[str, Any] = {
        "formatted_address": address,
        "place_id": "ChIJ-house",
        "geometry": {"location": location, "location_type": accuracy},
    }
    return result | ({"partial_match": True} if partial else {})


def panorama(base_url: str, **changes: Any) -> dict[str, Any]:
    """One picture of Panoramax's catalogue: all around, its middle looking east."""
    href = f"{base_url}/pictures/pano/hd.jpg"
    properties = {
        "datetime": "2025-06-01T10:00:00Z",
        "view:azimuth": 90,
        "pers:interior_orientation": {"field_of_view": 360},
        "license": "CC-BY-SA-4.0",
    }
    feature = {
        "id": "pano-1",
        "geometry": {"type": "Point", "coordinates": [CAMERA[1], CAMERA[0]]},
        "properties": properties,
        "providers": [{"name": "Ville de Test", "roles": ["producer"]}],
        "assets": {"hd": {"href": href, "type": "image/jpeg"}, "sd": {"href": href, "type": "image/jpeg"}},
    }
    return feature | changes


async def _break(behaviour: str, exchange: Exchange) -> bool:
    """Whether the behaviour was one that any service can have."""
    kind, _, argument = behaviour.partition(":")
    match kind:
        case "status":
            await exchange.respond(int(argument), b"<html>no</html>", [("content-type", "text/html")])
        case "text":
            await exchange.respond(
                int(argument), b"The provided API key is invalid.", [("content-type", "text/plain")]
            )
        case "notice":
            await exchange.respond(int(argument), notice(), [("content-type", "image/png")])
        case "redirect":
            await exchange.respond(302, b"", [("location", argument)])
        case "hang":
            await exchange.wait(None)
        case "reset":
            exchange.reset()
        case "huge":
            await exchange.begin(200, length=int(argument), headers=[("content-type", "image/jpeg")])
            for _ in range(int(argument) // PIECE):
                await exchange.send(b" " * PIECE)
        case "garbage":
            await exchange.respond(200, b"{not json", [("content-type", "application/json")])
        case "html":
            await exchange.respond(200, b"<html></html>", [("content-type", "text/html")])
        case _:
            return False
    return True


def _metadata(behaviour: str, query: dict[str, str]) -> dict[str, Any]:
    kind = behaviour.partition(":")[0]
    if kind not in ("ok", "private", "far"):
        return {"status": behaviour}
    return {
        "status": "OK",
        "pano_id": query.get("pano", "pano-house"),
        "location": {"lat": CAMERA[0] - (0.01 if kind == "far" else 0.0), "lng": CAMERA[1]},
        "date": "2022-08",
        "copyright": "© Jane Doe" if kind == "private" else "© Google",
    }


def _picture(service: str, query: dict[str, str], path: str) -> bytes:
    if service == "streetview":
        width, height = (int(side) for side in query["size"].split("x"))
        turned = (float(query.get(name, usual)) for name, usual in (("heading", 0), ("pitch", 0), ("fov", 90)))
        return street((width, height), *turned)
    if service == "staticmap":
        return satellite()
    return sphere() if "pano" in path else street((1024, 768), 0, 0, 70)


@lru_cache(maxsize=16)
def street(size: tuple[int, int], heading: float, pitch: float, fov: float) -> bytes:
    """Lawn, sky, and a house to the north: where it stands in the picture tells how the camera was turned."""
    width, height = size
    focal = width / 2 / math.tan(math.radians(fov) / 2)
    horizon = height / 2 + focal * math.tan(math.radians(pitch))
    picture = Image.new("RGB", size, (150, 190, 230))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, horizon, width, height), (92, 128, 62))
    aside = (-heading + 180) % 360 - 180
    if abs(aside) < 80:
        middle = width / 2 + focal * math.tan(math.radians(aside))
        half, top, foot = focal * 0.3, horizon - focal * 0.18, horizon + focal * 0.14
        draw.rectangle((middle - half, top, middle + half, foot), (200, 190, 175))
        roof = (middle, top - focal * 0.12)
        draw.polygon([(middle - half, top), roof, (middle + half, top)], (120, 80, 70))
        for at in (-0.6, 0.45):
            left = middle + at * half
            draw.rectangle((left, top + focal * 0.06, left + half * 0.25, top + focal * 0.16), (60, 70, 90))
        draw.rectangle((middle - half * 0.1, foot - focal * 0.2, middle + half * 0.1, foot), (130, 40, 40))
    noise = Image.merge("RGB", [Image.effect_noise(size, 30)] * 3)
    return _jpeg(Image.blend(picture, noise, 0.12))


@lru_cache(maxsize=1)
def satellite() -> bytes:
    picture = Image.new("RGB", (1280, 1280), (90, 120, 70))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((420, 420, 860, 760), (130, 90, 80))
    draw.rectangle((0, 1100, 1280, 1280), (110, 110, 115))
    return _jpeg(Image.blend(picture, Image.merge("RGB", [Image.effect_noise((1280, 1280), 30)] * 3), 0.1))


@lru_cache(maxsize=1)
def sphere() -> bytes:
    """All around, 2048 pixels wide: its column says the direction in red, its row the height in green."""
    across = Image.linear_gradient("L").rotate(90).resize((2048, 1024))
    down = Image.linear_gradient("L").resize((2048, 1024))
    return _jpeg(Image.merge("RGB", (across, down, Image.new("L", (2048, 1024), 128))))


@lru_cache(maxsize=1)
def grey() -> bytes:
    """What Google sends where it has nothing."""
    out = io.BytesIO()
    Image.new("RGB", (640, 480), (228, 227, 223)).save(out, "PNG")
    return out.getvalue()


@lru_cache(maxsize=1)
def notice() -> bytes:
    """A picture that says why there is none, as maps draw it: words on grey."""
    out = io.BytesIO()
    picture = Image.new("RGB", (640, 480), (228, 227, 223))
    words = "The Google Maps Platform server rejected your request.\nYou have exceeded your quota for this API."
    ImageDraw.Draw(picture).multiline_text((320, 240), words, fill=(90, 90, 90), anchor="mm", align="center")
    picture.save(out, "PNG")
    return out.getvalue()


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()


async def _send(exchange: Exchange, document: object) -> None:
    await exchange.respond(200, json.dumps(document).encode(), [("content-type", "application/json")])


async def _run(arguments: argparse.Namespace) -> None:
    emulator = MapsEmulator(port=arguments.port, log=arguments.log, accuracy=arguments.geocode)
    for entry in filter(None, arguments.script.split(",")):
        service, _, behaviour = entry.partition("=")
        emulator.script[service].append(behaviour)
    async with emulator:
        print(emulator.base_url, flush=True)  # noqa: T201
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await stop.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Plays Google Maps, Nominatim and Panoramax.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path, help="a file that gets a JSON line per event")
    parser.add_argument("--geocode", default="ROOFTOP", help="how well addresses are found")
    parser.add_argument("--script", default="", help="service=behaviour, separated by commas")
    asyncio.run(_run(parser.parse_args()))
