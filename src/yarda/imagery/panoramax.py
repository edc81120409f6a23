"""Free street pictures from Panoramax, mostly of France: flat ones facing the house, and cuts of panoramas."""

import asyncio
import math
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from yarda.domain.place import CameraView, Location, Position, SourceKind, bearing, distance_m
from yarda.errors import ImageryMisconfigured, NoImagery, PhotoTooManyPixels
from yarda.imagery._http import MapClient
from yarda.imagery.panorama import cut_view
from yarda.imagery.photo import PhotoGate
from yarda.pipeline.places import Sight

FARTHEST_M = 40.0
MOST = 100
USUAL_VIEW = 70.0
LICENCES = {"etalab-2.0": "Etalab 2.0", "CC-BY-SA-4.0": "CC BY-SA 4.0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Picture:
    """One picture as the catalogue has it."""

    id: str
    position: Position
    azimuth: float
    fov: float
    captured: str | None
    attribution: str
    assets: dict[str, str]

    @property
    def is_panorama(self) -> bool:
        return self.fov >= 360

    @classmethod
    def of(cls, feature: dict[str, Any]) -> Self | None:
        """None for a picture that does not say which way it looks."""
        try:
            properties, (longitude, latitude) = feature["properties"], feature["geometry"]["coordinates"][:2]
            lens = properties.get("pers:interior_orientation") or {}
            return cls(
                id=str(feature["id"]),
                position=(float(latitude), float(longitude)),
                azimuth=float(properties["view:azimuth"]) % 360,
                fov=float(lens.get("field_of_view") or USUAL_VIEW),
                captured=str(properties["datetime"])[:10] if properties.get("datetime") else None,
                attribution=_attribution(feature),
                assets={name: str(asset["href"]) for name, asset in feature["assets"].items()},
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            return None


class PanoramaxViews:
    """Plays the `ViewSource` port. Its licences let pictures be kept, with their authors' names."""

    name = "panoramax"
    kind = SourceKind.STREET

    def __init__(self, *, base_url: str, gate: PhotoGate) -> None:
        self._base = base_url
        self._gate = gate
        self._client = MapClient("Panoramax")

    async def look(self, location: Location, view: CameraView) -> Sight:
        """The nearest picture within 40 m that shows the house; a flat one cannot be turned."""
        if location.position is None:
            raise ValueError("this location's position was forgotten; find the address anew")
        house = location.position
        if view.picture:
            found = await self._search(ids=view.picture)
        else:
            near = await self._search(bbox=_box(house), limit=MOST)
            found = [picture for picture in near if _shows(picture, house)]
        if not found:
            raise NoImagery(f"Panoramax has no picture of {location.resolved_address}; add a photo of the yard")
        picture = min(found, key=lambda one: distance_m(one.position, house))
        turned = bearing(picture.position, house) if view.heading is None else view.heading
        return Sight(
            source=self.name,
            kind=self.kind,
            picture=picture.id,
            position=picture.position,
            heading=turned if picture.is_panorama else picture.azimuth,
            pitch=view.pitch if picture.is_panorama else 0.0,
            fov=view.fov if picture.is_panorama else picture.fov,
            captured=picture.captured,
            attribution=picture.attribution,
            may_keep=True,
            can_turn=picture.is_panorama,
        )

    async def fetch(self, sight: Sight) -> bytes:
        found = await self._search(ids=sight.picture)
        if not found:
            raise NoImagery("this street picture is gone; look the address up again, or add a photo of the yard")
        picture = found[0]
        if not picture.is_panorama:
            return await self._file(picture, "sd", "hd")
        try:
            whole = await self._gate.clean(await self._file(picture, "hd", "sd"))
        except PhotoTooManyPixels:
            whole = await self._gate.clean(await self._file(picture, "sd"))
        turned = {"heading": sight.heading, "pitch": sight.pitch, "fov": sight.fov}
        return await asyncio.to_thread(cut_view, whole.image, azimuth=picture.azimuth, **turned)

    async def close(self) -> None:
        await self._client.close()

    async def _search(self, **query: Any) -> list[_Picture]:
        answer = await self._client.get(f"{self._base}/api/search", query)
        features = answer.document.get("features")
        if answer.status == 200 and isinstance(features, list):
            return [picture for feature in features if (picture := _Picture.of(feature)) is not None]
        if 400 <= answer.status < 500 and answer.status != 429:
            raise ImageryMisconfigured("Panoramax does not take our question; check YARDA_PANORAMAX_BASE_URL")
        raise self._client.away("failed")

    async def _file(self, picture: _Picture, *sizes: str) -> bytes:
        url = next((picture.assets[size] for size in sizes if size in picture.assets), "")
        if urlsplit(url).scheme != "https" and not url.startswith(f"{self._base}/"):
            raise self._client.away("named no file that can be fetched")
        answer = await self._client.get(url)
        if answer.status == 200 and answer.media_type.startswith("image/"):
            return answer.body
        raise self._client.away("sent something else than a picture")


def _shows(picture: _Picture, house: Position) -> bool:
    if distance_m(picture.position, house) > FARTHEST_M:
        return False
    aside = abs((bearing(picture.position, house) - picture.azimuth + 180) % 360 - 180)
    return picture.is_panorama or aside <= picture.fov / 2


def _box(house: Position) -> str:
    latitude, longitude = house
    north = math.degrees(FARTHEST_M / 6_371_008.8)
    east = north / max(math.cos(math.radians(latitude)), 0.01)
    edges = (longitude - east, latitude - north, longitude + east, latitude + north)
    return ",".join(f"{edge:.7f}" for edge in edges)


def _attribution(feature: dict[str, Any]) -> str:
    licence = str(feature["properties"].get("license") or "")
    names = [str(provider["name"]) for provider in feature.get("providers") or [] if provider.get("name")]
    words = [f"© {names[0]}" if names else "", "Panoramax", LICENCES.get(licence, licence)]
    return ", ".join(word for word in words if word)
