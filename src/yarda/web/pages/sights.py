"""A place in words: how surely it was found, and what can be seen of it."""

from datetime import UTC, datetime
from types import SimpleNamespace

from yarda.domain.catalog import AREAS, AreaName
from yarda.domain.place import KINDS, SourceKind
from yarda.pipeline.look import Place
from yarda.web.pages.addresses import AddressForm
from yarda.web.schemas.places import PlaceRead, SightRead
from yarda.web.texts import read_texts

WINDS = ("north", "north_east", "east", "south_east", "south", "south_west", "west", "north_west")


def place_view(place: Place, asked: AddressForm) -> SimpleNamespace:
    """A place as its pages show it; `camera` has the fields of the view that the pictures have."""
    t = read_texts()["place"]
    found = PlaceRead.of(place)
    sights = {sight.kind: sight for sight in found.sights}
    street, above = sights.get(SourceKind.STREET), sights.get(SourceKind.SATELLITE)
    camera = AddressForm.read({**street.model_dump(), "address": asked.address} if street else {})
    return SimpleNamespace(
        address=asked.address,
        resolved=found.resolved_address,
        attribution=found.attribution,
        is_exact=found.is_exact,
        sure=" ".join(
            [
                read_texts()["accuracy"][found.location_accuracy.lower()],
                *([t["partial"]] if found.is_partial_match else []),
            ]
        ),
        confirmed=asked.confirmed,
        street=street and _picture(street, alt=t["street_alt"]),
        above=above and _picture(above, alt=t["above_alt"]),
        camera=camera.camera if street else asked.camera,
        stops=camera.stops(),
        can_turn=any(sight.kind is SourceKind.STREET and sight.can_turn for sight in place.sights),
        looking=_looking(street) if street else "",
        query=AddressForm(address=asked.address, view=camera.view, confirmed=asked.confirmed).query,
    )


def area_needs(place: Place) -> dict[str, str]:
    """What stands in an area's way, where it is drawn from this place: "above", "photo", or nothing."""
    kinds = {sight.kind for sight in place.sights}
    needs = {}
    for name in AREAS:
        kind = KINDS[AreaName(name)]
        if kind not in kinds:
            needs[str(name)] = "photo"
        elif kind is SourceKind.SATELLITE:
            needs[str(name)] = "above"
    return needs


def credit_words(imagery: dict[str, str | None] | None) -> str:
    """Whose a picture is and when it was taken, for a caption; empty where nobody has to be named."""
    if not imagery or not imagery["attribution"]:
        return ""
    return ", ".join(filter(None, (imagery["attribution"], when_taken(imagery["captured"]))))


def when_taken(captured: str | None) -> str:
    """ "2022-08" as August 2022, "2025-06-01" as 1 June 2025."""
    for known, shown in (("%Y-%m-%d", "%-d %B %Y"), ("%Y-%m", "%B %Y")):
        try:
            return datetime.strptime(captured or "", known).replace(tzinfo=UTC).strftime(shown)
        except ValueError:
            continue
    return captured or ""


def _picture(sight: SightRead, *, alt: str) -> SimpleNamespace:
    return SimpleNamespace(url=sight.picture_url, alt=alt, credit=credit_words(sight.model_dump()))


def _looking(sight: SightRead) -> str:
    """Which way, how high and how wide the camera looks."""
    t = read_texts()["place"]
    wind = t[WINDS[round(sight.heading / 45) % 8]]
    height = t["tilt_up"] if sight.pitch > 0 else t["tilt_down"] if sight.pitch < 0 else t["tilt_level"]
    return t["looking"].format(
        wind=wind,
        heading=round(sight.heading) % 360,
        height=height.format(degrees=f"{abs(sight.pitch):g}"),
        fov=f"{sight.fov:g}",
    )
