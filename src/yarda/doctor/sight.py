"""The imagery: a photo through the upload gate, and pictures of an address."""

from dataclasses import dataclass

from yarda.bootstrap import Running
from yarda.doctor.findings import Finding, Remedies, Seen, examine, kilobytes, not_set_up, not_tried
from yarda.domain.generation import Provenance
from yarda.domain.place import FACING_THE_HOUSE, Location, SourceKind
from yarda.errors import (
    AddressNotFound,
    ImageryMisconfigured,
    ImageryUnavailable,
    NoImagery,
    RequestError,
)
from yarda.pipeline.gather import Imagery, open_passing
from yarda.pipeline.look import fetch_sight, find_sight
from yarda.pipeline.picture_ports import CleanPicture, PositionPolicy
from yarda.pipeline.places import Sight
from yarda.pipeline.ports import PassingPicture
from yarda.pipeline.tools import Tools
from yarda.sample import sample_photo
from yarda.settings import Settings

PART = "imagery"
WITH_GOOGLE = (
    "Street View, and satellite pictures for backyards: set YARDA_GOOGLE_MAPS_API_KEY, and "
    "YARDA_GOOGLE_MAPS_TERMS_ACCEPTED=true once you accept Google's terms"
)
PHOTO_REMEDIES: Remedies = {RequestError: "give another photo with --photo"}
REMEDIES: Remedies = {
    ImageryMisconfigured: "in Google's console allow the API, lift the key's restrictions and turn billing on",
    ImageryUnavailable: "check the network and the proxy, then try again; a photo needs no map service",
    AddressNotFound: "write street, number and town",
    NoImagery: "use a photo of this yard: `yarda doctor --photo FILE`",
    TimeoutError: "check the network and the proxy",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What there is to draw into, if anything, and where it comes from."""

    findings: tuple[Finding, ...]
    imagery: Imagery | None


async def examine_photo(photo: bytes | None, running: Running) -> Looked:
    """The given photo, else the sample yard; the sample stands in for a photo that is refused."""
    given, imagery = await examine(
        PART, _take(photo or sample_photo(), running.tools), about="photo", remedies=PHOTO_REMEDIES
    )
    if imagery is None and photo is not None:
        _, imagery = await examine(PART, _take(sample_photo(), running.tools), remedies={})
    return Looked(findings=(given,), imagery=imagery)


async def examine_address(address: str | None, settings: Settings, running: Running) -> Looked:
    """Where it is, what the street sees and what a satellite sees, each by itself; nothing is kept."""
    without_google = () if settings.google_maps_on else (not_set_up(PART, WITH_GOOGLE, about="satellite"),)
    if address is None:
        asked = not_tried(PART, "give one with --address", about="address")
        return Looked(findings=(asked, *without_google), imagery=None)
    found, location = await examine(PART, _locate(address, running.tools), about="address", remedies=REMEDIES)
    if location is None:
        rest = without_google or (not_tried(PART, "needs the address", about="satellite"),)
        return Looked(findings=(found, not_tried(PART, "needs the address", about="street"), *rest), imagery=None)
    street, imagery = await examine(PART, _see(location, running.tools), about="street", remedies=REMEDIES)
    if without_google:
        return Looked(findings=(found, street, *without_google), imagery=imagery)
    above, _ = await examine(PART, _see_above(location, running.tools), about="satellite", remedies=REMEDIES)
    return Looked(findings=(found, street, above), imagery=imagery)


async def _take(raw: bytes, tools: Tools) -> Seen[Imagery]:
    clean = await tools.gate.clean(raw, position=PositionPolicy.DROP)
    proposal = await tools.proposer.propose(clean.image)
    captured = clean.captured_at.date().isoformat() if clean.captured_at else None
    imagery = Imagery(
        picture=clean.image,
        media_type=clean.media_type,
        width=clean.width,
        height=clean.height,
        image=None,
        provenance=Provenance(source="photo", captured=captured),
        ground=proposal.ground.polygons,
        horizon_y=proposal.horizon.y,
        focal_length_35mm=clean.focal_length_35mm,
        captured_at=clean.captured_at,
    )
    corners = sum(len(polygon) for polygon in proposal.ground.polygons)
    facts = _size(clean) | {
        "ground": f"{corners} corners ({proposal.ground.confidence:.0%} sure)",
        "eye_level": f"row {proposal.horizon.y:.0f} ({proposal.horizon.confidence:.0%} sure)",
    }
    return Seen(facts=facts | ({"taken": captured} if captured else {}), made=imagery)


async def _locate(address: str, tools: Tools) -> Seen[Location]:
    """Asks the service itself; an answer that was kept would prove nothing."""
    location = await tools.lookup.geocoders[0].find(address)
    facts = {"address": location.resolved_address, "found": location.accuracy.value, "by": location.source}
    said = (
        "" if location.is_exact else "found only roughly: nothing paid is drawn of it before somebody confirms it"
    )
    return Seen(facts=facts, made=location, said=said)


async def _see(location: Location, tools: Tools) -> Seen[Imagery]:
    sight, clean = await _fetch(location, SourceKind.STREET, tools)
    ground = (await tools.proposer.propose(clean.image)).ground.polygons
    facts = {"width": clean.width, "height": clean.height, "media_type": clean.media_type, "ground": ground}
    imagery = open_passing(PassingPicture(sight=sight, picture=clean.image, facts=facts))
    seen = {"by": sight.source, "picture": sight.picture, "taken": sight.captured or "?"}
    return Seen(facts=seen | {"heading": f"{sight.heading:.0f}°"} | _size(clean), made=imagery)


async def _see_above(location: Location, tools: Tools) -> Seen[None]:
    sight, clean = await _fetch(location, SourceKind.SATELLITE, tools)
    return Seen(facts={"by": sight.source} | _size(clean), made=None)


async def _fetch(location: Location, kind: SourceKind, tools: Tools) -> tuple[Sight, CleanPicture]:
    source, sight = await find_sight(location, kind=kind, view=FACING_THE_HOUSE, tools=tools)
    return sight, await fetch_sight(source, sight, tools=tools)


def _size(clean: CleanPicture) -> dict[str, str | int | float]:
    return {"size": f"{clean.width} × {clean.height}, {kilobytes(clean.image)}"}
