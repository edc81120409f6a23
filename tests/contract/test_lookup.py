"""The map services through their adapters, over a real connection: what is asked, found, and said of failures."""

import math
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import numpy as np
import psutil
import pytest

from tests.contract.pictures import decode
from tests.emulators.maps import CAMERA, HOUSE, KEY, NUMBERED_HOUSE, MapsEmulator, geocoded, panorama, sphere
from yarda.domain.place import FACING_THE_HOUSE, Accuracy, CameraView, Location, SourceKind, bearing, distance_m
from yarda.errors import AddressNotFound, ImageryMisconfigured, ImageryUnavailable, NoImagery
from yarda.imagery.google import GoogleGeocoder, GoogleMaps, GoogleSatellite, GoogleStreetView
from yarda.imagery.nominatim import NominatimGeocoder
from yarda.imagery.panorama import cut_view
from yarda.imagery.panoramax import PanoramaxViews
from yarda.imagery.photo import PhotoGate
from yarda.pipeline.places import Geocoder, ViewSource

ADDRESS = "21125 Seven Springs Dr, Cupertino"
PLACE = Location(
    position=HOUSE, resolved_address="the house", accuracy=Accuracy.ROOFTOP, source="google", place_id="ChIJ"
)


@pytest.fixture
async def maps() -> AsyncIterator[MapsEmulator]:
    async with MapsEmulator() as emulator:
        yield emulator


@pytest.fixture
async def google(maps: MapsEmulator) -> AsyncIterator[GoogleMaps]:
    google = GoogleMaps(api_key=KEY, base_url=maps.base_url)
    google.client._seconds = 0.6
    yield google
    await google.client.close()


@pytest.fixture
async def panoramax(maps: MapsEmulator) -> AsyncIterator[PanoramaxViews]:
    views = PanoramaxViews(base_url=maps.base_url, gate=PhotoGate())
    views._client._seconds = 0.6
    yield views
    await views.close()


@pytest.fixture
def nominatim(maps: MapsEmulator) -> NominatimGeocoder:
    return NominatimGeocoder(base_url=maps.base_url, contact="https://yarda.example")


# --- what every geocoder promises ---


@pytest.fixture(params=["google", "nominatim"])
def geocoder(request: pytest.FixtureRequest, google: GoogleMaps, nominatim: NominatimGeocoder) -> Geocoder:
    return GoogleGeocoder(google) if request.param == "google" else nominatim


async def test_a_house_is_found_exactly_with_one_question(geocoder: Geocoder, maps: MapsEmulator) -> None:
    location = await geocoder.find(ADDRESS)

    assert location.position == pytest.approx(HOUSE)
    assert location.is_exact
    assert location.source == geocoder.name
    assert location.attribution
    assert location.place_id
    assert len(maps.calls) == 1


@pytest.mark.parametrize("behaviour", ["status:500", "status:502", "status:429", "reset", "garbage", "html"])
async def test_a_geocoder_that_fails_is_away_and_is_asked_once(
    behaviour: str, geocoder: Geocoder, maps: MapsEmulator
) -> None:
    for service in ("geocode", "nominatim"):
        maps.script[service].append(behaviour)

    with pytest.raises(ImageryUnavailable, match="add a photo"):
        await geocoder.find(ADDRESS)

    assert len(maps.calls) == 1


# --- Google ---


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("ZERO_RESULTS", AddressNotFound),
        ("REQUEST_DENIED", ImageryMisconfigured),
        ("INVALID_REQUEST", ImageryMisconfigured),
        ("OVER_QUERY_LIMIT", ImageryUnavailable),
        ("UNKNOWN_ERROR", ImageryUnavailable),
        ("text:403", ImageryMisconfigured),
        ("hang", ImageryUnavailable),
        ("redirect:http://127.0.0.1:1/", ImageryUnavailable),
    ],
)
async def test_each_status_of_googles_geocoder_has_its_error_and_the_key_is_in_none(
    status: str, error: type[Exception], google: GoogleMaps, maps: MapsEmulator
) -> None:
    maps.script["geocode"].append(status)

    with pytest.raises(error) as caught:
        await GoogleGeocoder(google).find(ADDRESS)

    assert KEY not in str(caught.value)
    assert caught.value.__cause__ is None
    assert len(maps.calls) == 1


async def test_the_exact_one_of_several_results_is_taken(google: GoogleMaps, maps: MapsEmulator) -> None:
    maps.results = [geocoded("APPROXIMATE"), geocoded(partial=True), geocoded(address="the one")]

    assert (await GoogleGeocoder(google).find(ADDRESS)).resolved_address == "the one"


@pytest.mark.parametrize("accuracy", ["RANGE_INTERPOLATED", "GEOMETRIC_CENTER", "APPROXIMATE"])
async def test_a_rough_match_says_how_rough(accuracy: str, google: GoogleMaps, maps: MapsEmulator) -> None:
    maps.accuracy = accuracy

    location = await GoogleGeocoder(google).find(ADDRESS)

    assert location.accuracy == accuracy
    assert not location.is_exact


async def test_street_view_asks_for_free_first_and_faces_the_house(google: GoogleMaps, maps: MapsEmulator) -> None:
    views = GoogleStreetView(google)

    sight = await views.look(PLACE, FACING_THE_HOUSE)

    assert [service for service, _ in maps.asked] == ["metadata"]
    assert (sight.picture, sight.captured, sight.attribution) == ("pano-house", "2022-08", "© Google")
    assert (sight.position, sight.eye_height, sight.may_keep) == (CAMERA, 2.5, False)
    assert min(sight.heading, 360 - sight.heading) < 0.01
    picture = decode(await views.fetch(sight))
    assert picture.size == (640, 480)
    assert maps.asked[-1] == (
        "streetview",
        {
            "pano": "pano-house",
            "size": "640x480",
            "heading": f"{sight.heading:.2f}",
            "pitch": "0",
            "fov": "80",
            "return_error_code": "true",
            "key": KEY,
        },
    )


async def test_a_turned_camera_and_a_chosen_picture_are_passed_on(google: GoogleMaps, maps: MapsEmulator) -> None:
    view = CameraView(heading=75.0, pitch=-5.0, fov=60.0, picture="pano-2")

    sight = await GoogleStreetView(google).look(PLACE, view)

    assert (sight.heading, sight.pitch, sight.fov, sight.picture) == (75.0, -5.0, 60.0, "pano-2")


@pytest.mark.parametrize("behaviour", ["ZERO_RESULTS", "NOT_FOUND", "private", "far"])
async def test_no_picture_of_the_street_is_said_before_anything_is_paid(
    behaviour: str, google: GoogleMaps, maps: MapsEmulator
) -> None:
    maps.script["metadata"].append(behaviour)

    with pytest.raises(NoImagery, match="add a photo"):
        await GoogleStreetView(google).look(PLACE, FACING_THE_HOUSE)

    assert maps.count("streetview") == 0


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        ("nothing", NoImagery),
        ("text:403", ImageryMisconfigured),
        ("notice:403", ImageryMisconfigured),
        ("notice:429", ImageryUnavailable),
        ("status:429", ImageryUnavailable),
        ("status:500", ImageryUnavailable),
        ("redirect:http://127.0.0.1:1/", ImageryUnavailable),
        ("html", ImageryUnavailable),
        ("hang", ImageryUnavailable),
        ("reset", ImageryUnavailable),
    ],
)
async def test_what_is_no_picture_is_an_error_and_is_asked_for_once(
    behaviour: str, error: type[Exception], google: GoogleMaps, maps: MapsEmulator
) -> None:
    for source, service in ((GoogleStreetView(google), "streetview"), (GoogleSatellite(google), "staticmap")):
        sight = await source.look(PLACE, FACING_THE_HOUSE)
        if (behaviour, service) == ("nothing", "staticmap"):
            continue
        maps.script[service].append(behaviour)

        with pytest.raises(error):
            await source.fetch(sight)

        assert maps.count(service) == 1


async def test_a_body_without_end_is_cut(google: GoogleMaps, maps: MapsEmulator) -> None:
    google.client._seconds = 20
    maps.script["staticmap"].append(f"huge:{200 * 2**20}")
    satellite = GoogleSatellite(google)
    before = psutil.Process().memory_info().rss

    with pytest.raises(ImageryUnavailable, match="more than a picture"):
        await satellite.fetch(await satellite.look(PLACE, FACING_THE_HOUSE))

    assert psutil.Process().memory_info().rss - before < 60 * 2**20


async def test_the_satellites_picture_is_of_the_house(google: GoogleMaps, maps: MapsEmulator) -> None:
    satellite = GoogleSatellite(google)

    sight = await satellite.look(PLACE, FACING_THE_HOUSE)

    assert maps.asked == []
    assert (sight.kind, sight.may_keep, sight.attribution) == (SourceKind.SATELLITE, False, "© Google")
    assert decode(await satellite.fetch(sight)).size == (1280, 1280)
    query = maps.asked[0][1]
    assert tuple(map(float, query["center"].split(","))) == HOUSE
    assert (query["maptype"], query["zoom"], query["scale"]) == ("satellite", "20", "2")


async def test_a_forgotten_position_is_a_mistake_of_the_caller(
    google: GoogleMaps, panoramax: PanoramaxViews
) -> None:
    sources: list[ViewSource] = [GoogleStreetView(google), GoogleSatellite(google), panoramax]
    for source in sources:
        with pytest.raises(ValueError, match="forgotten"):
            await source.look(replace(PLACE, position=None), FACING_THE_HOUSE)


# --- Nominatim ---


async def test_nominatim_is_told_who_asks(nominatim: NominatimGeocoder, maps: MapsEmulator) -> None:
    await nominatim.find(ADDRESS)

    assert maps.headers[0]["user-agent"].startswith("yarda/")
    assert "https://yarda.example" in maps.headers[0]["user-agent"]


async def test_nominatim_knows_nothing(nominatim: NominatimGeocoder, maps: MapsEmulator) -> None:
    maps.script["nominatim"].append("nothing")

    with pytest.raises(AddressNotFound, match="street, number and town"):
        await nominatim.find(ADDRESS)


@pytest.mark.parametrize(
    ("changes", "accuracy", "is_partial"),
    [
        ({}, Accuracy.ROOFTOP, False),
        ({"osm_type": "way", "class": "place"}, Accuracy.RANGE_INTERPOLATED, False),
        ({"place_rank": 26, "address": {"road": "Seven Springs Drive"}}, Accuracy.GEOMETRIC_CENTER, True),
        ({"place_rank": 16, "address": {}}, Accuracy.APPROXIMATE, True),
        ({"address": {"house_number": "21127", "postcode": "95014"}}, Accuracy.ROOFTOP, True),
    ],
)
async def test_what_openstreetmap_has_says_how_exact_it_is(
    changes: dict[str, Any],
    accuracy: Accuracy,
    is_partial: bool,
    nominatim: NominatimGeocoder,
    maps: MapsEmulator,
) -> None:
    maps.results = [NUMBERED_HOUSE | changes]

    location = await nominatim.find(ADDRESS)

    assert (location.accuracy, location.is_partial) == (accuracy, is_partial)


async def test_a_postcode_is_no_house_number(nominatim: NominatimGeocoder, maps: MapsEmulator) -> None:
    maps.results = [NUMBERED_HOUSE | {"address": {"postcode": "95014"}, "place_rank": 26}]

    assert not (await nominatim.find("Seven Springs Drive, 95014 Cupertino")).is_partial


# --- Panoramax ---


async def test_a_panorama_is_cut_to_the_view_of_the_house(panoramax: PanoramaxViews, maps: MapsEmulator) -> None:
    sight = await panoramax.look(PLACE, FACING_THE_HOUSE)
    picture = np.asarray(decode(await panoramax.fetch(sight)), float)

    assert (sight.captured, sight.may_keep) == ("2025-06-01", True)
    assert sight.attribution == "© Ville de Test, Panoramax, CC BY-SA 4.0"
    assert picture.shape == (768, 1024, 3)
    # The middle of the sphere looks east, so north is a quarter of it to the left: 63 of 255 in red.
    assert picture[384, 512, 0] == pytest.approx(0.25 * 255, abs=3)
    assert picture[384, 512, 1] == pytest.approx(0.5 * 255, abs=3)


@pytest.mark.parametrize(("heading", "pitch", "fov"), [(90, 0, 80), (0, -10, 60), (179, 8, 100), (275, -15, 40)])
def test_a_cut_shows_each_direction_where_a_pinhole_camera_would(heading: float, pitch: float, fov: float) -> None:
    view = np.asarray(decode(cut_view(sphere(), azimuth=90, heading=heading, pitch=pitch, fov=fov)), float)
    focal = 512 / math.tan(math.radians(fov / 2))

    for column in (100, 512, 900):
        ahead = heading + math.degrees(math.atan2(column + 0.5 - 512, focal * math.cos(math.radians(pitch))))
        row = 384 + focal * math.tan(math.radians(pitch))
        if not 5 < row < 760:
            continue
        seen = view[round(row), column]
        assert seen[0] == pytest.approx(((ahead - 90) / 360 + 0.5) % 1 * 255, abs=3)
        assert seen[1] == pytest.approx(127, abs=3)


async def test_a_flat_picture_that_looks_elsewhere_is_not_taken(
    panoramax: PanoramaxViews, maps: MapsEmulator
) -> None:
    properties = panorama(maps.base_url)["properties"] | {"pers:interior_orientation": {"field_of_view": 70}}
    flat = {"assets": {"sd": {"href": f"{maps.base_url}/pictures/flat/sd.jpg"}}}
    away = panorama(maps.base_url, id="away", properties=properties | {"view:azimuth": 180}, **flat)
    facing = panorama(maps.base_url, id="facing", properties=properties | {"view:azimuth": 20}, **flat)
    maps.features = [away, facing, {"id": "broken"}]

    sight = await panoramax.look(PLACE, CameraView(heading=123.0))

    assert (sight.picture, sight.heading, sight.fov) == ("facing", 20.0, 70.0)
    assert decode(await panoramax.fetch(sight)).size == (1024, 768)
    maps.features = [away]
    with pytest.raises(NoImagery, match="add a photo"):
        await panoramax.look(PLACE, FACING_THE_HOUSE)


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [("status:500", ImageryUnavailable), ("status:400", ImageryMisconfigured), ("hang", ImageryUnavailable)],
)
async def test_a_panoramax_that_fails_says_so(
    behaviour: str, error: type[Exception], panoramax: PanoramaxViews, maps: MapsEmulator
) -> None:
    maps.script["panoramax"].append(behaviour)

    with pytest.raises(error):
        await panoramax.look(PLACE, FACING_THE_HOUSE)


@pytest.mark.parametrize("href", ["file:///etc/passwd", "http://169.254.169.254/latest", "ftp://host/a.jpg"])
async def test_a_catalogue_cannot_send_us_anywhere(
    href: str, panoramax: PanoramaxViews, maps: MapsEmulator
) -> None:
    maps.features = [panorama(maps.base_url, assets={"hd": {"href": href}})]
    sight = await panoramax.look(PLACE, FACING_THE_HOUSE)

    with pytest.raises(ImageryUnavailable, match="no file that can be fetched"):
        await panoramax.fetch(sight)


def test_bearings_and_distances_agree_with_known_ones() -> None:
    assert bearing((0, 0), (0, 1)) == pytest.approx(90)
    assert bearing((0, 0), (-1, 0)) == pytest.approx(180)
    assert bearing((50.066389, -5.714722), (58.643889, -3.07)) == pytest.approx(9.1198, abs=0.001)
    assert distance_m((0, 0), (0, 1)) == pytest.approx(111_195, rel=1e-4)
    assert distance_m(CAMERA, HOUSE) == pytest.approx(22.2, abs=0.1)
