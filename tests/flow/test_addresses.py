"""Designs from an address, from the request to the picture: real services on loopback, real rows, real objects."""

from pathlib import Path
from uuid import UUID

import pytest
import structlog

from tests.contract.pictures import decode
from tests.emulators.gemini import KEY as GEMINI_KEY
from tests.emulators.gemini import GeminiEmulator
from tests.emulators.maps import ADDRESS, KEY, MapsEmulator
from tests.flow.scene import Scene, area_of
from yarda.api import YardaStudio
from yarda.bootstrap import start
from yarda.domain.catalog import AreaName, StyleName
from yarda.domain.photo import ImageId
from yarda.domain.place import CameraView
from yarda.domain.request import AreaRequest, DesignRequest
from yarda.errors import PhotoNeeded
from yarda.imagery.nominatim import NominatimGeocoder
from yarda.pipeline import run
from yarda.pipeline.look import take_turn
from yarda.pipeline.pictures import PictureSize
from yarda.settings import Settings, read_settings


@pytest.fixture
def settings(migrated: str, gemini: GeminiEmulator, maps: MapsEmulator, tmp_path: Path) -> Settings:
    """Google Maps is the loopback emulator, and its terms are accepted."""
    return read_settings(
        database_url=migrated,
        data_dir=tmp_path / "data",
        gemini_api_key=GEMINI_KEY,
        gemini_base_url=gemini.base_url,
        google_maps_api_key=KEY,
        google_maps_base_url=maps.base_url,
        google_maps_terms_accepted=True,
        nominatim_base_url=maps.base_url,
        panoramax_base_url=maps.base_url,
        lease_seconds=3,
    )


def at_address(*areas: AreaName, provider: str = "gemini", **changes: object) -> DesignRequest:
    return DesignRequest(
        areas=tuple(AreaRequest(area=area, style=StyleName.MEDITERRANEAN) for area in areas),
        address="21125 Seven Springs Dr, Cupertino",
        provider=provider,
        **changes,  # type: ignore[arg-type]
    )


async def run_request(scene: Scene, request: DesignRequest) -> dict[str, object]:
    accepted = await scene.studio.accept(request, account=scene.account)
    async with scene.working():
        return await scene.finished(accepted.id)


async def test_five_areas_of_an_address_are_drawn_from_two_pictures(
    scene: Scene, maps: MapsEmulator, gemini: GeminiEmulator
) -> None:
    view = await run_request(scene, at_address(*AreaName))

    assert view["status"] == "completed"
    assert (view["resolved_address"], view["location_accuracy"]) == (ADDRESS, "ROOFTOP")
    counts = [maps.count(service) for service in ("geocode", "metadata", "streetview", "staticmap")]
    assert counts == [1, 1, 1, 1]
    imagery = {area["area"]: (area["imagery"], area["source_url"]) for area in view["areas"]}
    street = {"source": "google_street_view", "captured": "2022-08", "attribution": "© Google"}
    assert imagery["front_yard"] == imagery["walkway"] == (street, None)
    above = {"source": "google_satellite", "captured": None, "attribution": "© Google"}
    assert imagery["backyard"] == imagery["patio"] == imagery["pool_area"] == (above, None)
    assert len(gemini.calls) == 5


async def test_googles_pictures_are_kept_nowhere_and_named_on_what_is_made_of_them(
    scene: Scene, maps: MapsEmulator
) -> None:
    view = await run_request(scene, at_address(AreaName.FRONT_YARD))

    assert await scene.rows("SELECT 1 FROM passing_pictures") == []
    kinds = await scene.rows("SELECT kind FROM images WHERE generation_id IS NOT NULL ORDER BY kind")
    assert [row[0] for row in kinds] == ["design", "edit_mask"]
    area = view["areas"][0]
    image = ImageId(UUID(area["image_url"].rsplit("/", 1)[-1]))
    for size in PictureSize:
        picture = await scene.studio.get_picture(image, account=scene.account, size=size)
        assert "© Google, 2022-08" in decode(picture.data).info["xmp"].decode()
    assert await scene.studio.audit() == []


async def test_the_log_tells_each_step_and_neither_the_address_nor_a_key(scene: Scene, maps: MapsEmulator) -> None:
    with structlog.testing.capture_logs() as events:
        view = await run_request(scene, at_address(AreaName.FRONT_YARD))

    told = [event for event in events if event.get("generation_id") == str(view["id"])]
    assert list(dict.fromkeys(event["event"] for event in told)) == [
        "generation_accepted",
        "background_generation_started",
        "area_stage",
        "provider_call",
        "area_completed",
        "background_generation_completed",
    ]
    assert not any(secret in str(events) for secret in ("Seven Springs", KEY, GEMINI_KEY))


async def test_panoramax_may_be_kept_and_is_shown_beside_the_design(scene: Scene, maps: MapsEmulator) -> None:
    maps.script["metadata"].append("ZERO_RESULTS")

    view = await run_request(scene, at_address(AreaName.FRONT_YARD, AreaName.WALKWAY))

    assert view["status"] == "completed"
    sources = {area["source_url"] for area in view["areas"]}
    assert len(sources) == 1
    image = ImageId(UUID(str(sources.pop()).rsplit("/", 1)[-1]))
    source = await scene.studio.get_picture(image, account=scene.account, size=PictureSize.FULL)
    assert decode(source.data).size == (1024, 768)
    assert view["areas"][0]["imagery"]["attribution"] == "© Ville de Test, Panoramax, CC BY-SA 4.0"


@pytest.mark.parametrize("accuracy", ["RANGE_INTERPOLATED", "GEOMETRIC_CENTER", "APPROXIMATE"])
async def test_a_rough_match_is_told_before_it_costs_anything_and_running_it_again_confirms_it(
    accuracy: str, scene: Scene, maps: MapsEmulator, gemini: GeminiEmulator
) -> None:
    maps.accuracy = accuracy

    view = await run_request(scene, at_address(AreaName.FRONT_YARD))

    area = view["areas"][0]
    assert (view["status"], area["error"]["code"], area["error"]["retryable"]) == (
        "failed",
        "address_inexact",
        True,
    )
    assert ADDRESS in area["error"]["message"]
    assert (view["resolved_address"], view["location_accuracy"]) == (ADDRESS, accuracy)
    assert len(gemini.calls) == maps.count("streetview") == 0
    balance = await scene.studio.balance(scene.account)
    assert (balance.held, balance.available) == (0, 1)

    await scene.studio.retry(view["id"], area_of(view), account=scene.account)
    async with scene.working():
        again = await scene.finished(view["id"])
    assert again["status"] == "completed"
    assert (await scene.studio.balance(scene.account)).balance == 0


async def test_a_rough_match_that_a_person_has_seen_is_drawn(scene: Scene, maps: MapsEmulator) -> None:
    maps.accuracy = "APPROXIMATE"

    view = await run_request(scene, at_address(AreaName.FRONT_YARD, address_confirmed=True))

    assert view["status"] == "completed"


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ({"geocode": ["ZERO_RESULTS"]}, "address_not_found"),
        ({"metadata": ["ZERO_RESULTS"], "panoramax": ["status:200"]}, "imagery_unavailable"),
        ({"geocode": ["REQUEST_DENIED"]}, "imagery_misconfigured"),
        ({"geocode": ["INVALID_REQUEST"]}, "imagery_misconfigured"),
        ({"geocode": ["OVER_QUERY_LIMIT"]}, "imagery_unavailable"),
        ({"geocode": ["UNKNOWN_ERROR"]}, "imagery_unavailable"),
        ({"geocode": ["redirect:http://127.0.0.1:1/"]}, "imagery_unavailable"),
        ({"metadata": ["REQUEST_DENIED"]}, "imagery_misconfigured"),
        ({"metadata": ["OVER_QUERY_LIMIT"]}, "imagery_unavailable"),
        ({"metadata": ["far"], "panoramax": ["status:500"]}, "imagery_unavailable"),
        ({"streetview": ["text:403"]}, "imagery_misconfigured"),
        ({"streetview": ["nothing"]}, "no_imagery"),
        ({"streetview": ["notice:200"]}, "no_imagery"),
        ({"streetview": ["notice:403"]}, "imagery_misconfigured"),
        ({"streetview": ["status:429"]}, "imagery_unavailable"),
        ({"streetview": ["redirect:http://127.0.0.1:1/"]}, "imagery_unavailable"),
        ({"streetview": ["html"]}, "imagery_unavailable"),
        ({"streetview": ["truncated"]}, "imagery_unavailable"),
    ],
)
async def test_without_a_picture_the_area_fails_with_words_and_its_credit_is_back(
    script: dict[str, list[str]],
    code: str,
    scene: Scene,
    maps: MapsEmulator,
    gemini: GeminiEmulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for service, behaviours in script.items():
        maps.script[service].extend(behaviours * 3)
    monkeypatch.setattr(run, "PATIENCE", -run.PATIENCE)

    view = await run_request(scene, at_address(AreaName.FRONT_YARD))

    error = view["areas"][0]["error"]
    assert (view["status"], error["code"]) == ("failed", code)
    assert "photo" in error["message"]
    assert KEY not in error["message"]
    balance = await scene.studio.balance(scene.account)
    assert (balance.held, balance.available) == (0, 1)
    assert await scene.calls() == []
    assert len(gemini.calls) == 0
    assert await scene.rows("SELECT 1 FROM passing_pictures") == []


async def test_an_outage_of_the_map_service_is_waited_out(
    scene: Scene, maps: MapsEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "IMAGERY_AGAIN", 0.2)
    maps.script["geocode"].extend(["status:500", "OVER_QUERY_LIMIT"])
    maps.script["streetview"].extend(["status:500", "truncated"])

    view = await run_request(scene, at_address(AreaName.FRONT_YARD, AreaName.WALKWAY))

    assert view["status"] == "completed"
    assert maps.count("streetview") == 3


async def test_an_address_is_found_once_for_all_generations(scene: Scene, maps: MapsEmulator) -> None:
    await run_request(scene, at_address(AreaName.FRONT_YARD))
    await run_request(scene, at_address(AreaName.WALKWAY))

    assert maps.count("geocode") == 1
    assert maps.count("streetview") == 2


async def test_a_turned_camera_is_asked_for_and_a_wrong_turn_is_refused(scene: Scene, maps: MapsEmulator) -> None:
    view = CameraView(heading=30.0, pitch=-4.0, fov=60.0)

    await run_request(scene, at_address(AreaName.FRONT_YARD, view=view))

    asked = next(query for service, query in maps.asked if service == "streetview")
    assert (asked["heading"], asked["pitch"], asked["fov"]) == ("30.00", "-4", "60")


async def test_what_cannot_be_drawn_from_an_address_is_refused_at_once(scene: Scene) -> None:
    with pytest.raises(PhotoNeeded, match="satellite"):
        await scene.studio.accept(at_address(AreaName.PATIO, provider="concept"), account=scene.account)


async def test_without_google_only_the_street_is_seen(migrated: str, maps: MapsEmulator, tmp_path: Path) -> None:
    settings = read_settings(
        database_url=migrated,
        data_dir=tmp_path / "free",
        nominatim_base_url=maps.base_url,
        panoramax_base_url=maps.base_url,
    )
    async with start(settings) as running:
        studio, account = running.studio, await running.studio.owner()
        place = await studio.find_place("21125 Seven Springs Dr, Cupertino")
        with pytest.raises(PhotoNeeded, match="street"):
            await studio.accept(at_address(AreaName.BACKYARD, provider="auto"), account=account)

    assert [sight.source for sight in place.sights] == ["panoramax"]
    assert place.location.is_exact
    assert maps.count("geocode") == maps.count("metadata") == 0


async def test_nominatim_is_asked_in_turns_that_all_processes_share(
    settings: Settings, maps: MapsEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NominatimGeocoder, "pause_seconds", 60.0)
    free = settings.model_copy(update={"google_maps_terms_accepted": False})
    async with start(free) as one, start(free) as other:
        await one.studio.find_place("21125 Seven Springs Dr, Cupertino")

        wait = await take_turn(other.tools.lookup.geocoders[0], tools=other.tools)

    assert maps.count("nominatim") == 1
    assert 30 < wait <= 60


async def test_python_looks_first_and_gets_the_attribution_with_the_design(
    scene: Scene, maps: MapsEmulator
) -> None:
    studio = YardaStudio(scene.studio, account=scene.account)

    place = await studio.find_place("21125 Seven Springs Dr, Cupertino")
    async with scene.working():
        made = await studio.design(
            address=place.address, areas={"front_yard": "mediterranean"}, provider="gemini", heading=15
        )

    assert place.location.is_exact
    assert (made.status, made.resolved_address, made.location_accuracy) == ("completed", ADDRESS, "ROOFTOP")
    area = made.areas[0]
    assert (area.attribution, area.captured) == ("© Google", "2022-08")
    assert area.house_preserved is not None
    asked = next(query for service, query in maps.asked if service == "streetview")
    assert asked["heading"] == "15.00"
