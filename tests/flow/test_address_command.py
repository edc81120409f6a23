"""`yarda design --address`: what is said of a place before anything is drawn, and who has to confirm it."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from tests.emulators.gemini import KEY as GEMINI_KEY
from tests.emulators.gemini import GeminiEmulator
from tests.emulators.maps import ADDRESS, KEY, MapsEmulator
from tests.flow.shell import Shell, in_thread

FRONT = ("design", "--address", "21125 Seven Springs Dr, Cupertino", "--area", "front_yard:mediterranean")


@pytest.fixture
def yarda(migrated: str, gemini: GeminiEmulator, maps: MapsEmulator, tmp_path: Path) -> Shell:
    """Google Maps and Gemini are emulators, and the address is found only roughly."""
    maps.accuracy = "RANGE_INTERPOLATED"
    return Shell(
        tmp_path,
        DATABASE_URL=migrated,
        DATA_DIR=str(tmp_path / "data"),
        GEMINI_API_KEY=GEMINI_KEY,
        GEMINI_BASE_URL=gemini.base_url,
        GOOGLE_MAPS_API_KEY=KEY,
        GOOGLE_MAPS_BASE_URL=maps.base_url,
        GOOGLE_MAPS_TERMS_ACCEPTED="true",
        PANORAMAX_BASE_URL=maps.base_url,
    )


async def test_a_rough_match_is_shown_and_not_accepted_unless_somebody_confirms_it(
    yarda: Shell, migrated: str, maps: MapsEmulator, gemini: GeminiEmulator
) -> None:
    unattended = await in_thread(yarda, *FRONT)
    with terminal("n\n") as stdin:
        refused = await in_thread(yarda, *FRONT, stdin=stdin)

    for done in (unattended, refused):
        assert (done.returncode, done.stdout) == (2, "")
        assert ADDRESS in done.stderr
        assert "roughly: along this stretch of the street" in done.stderr
        assert "google_street_view, © Google, 2022-08" in done.stderr
        assert "--confirm-address" in done.stderr
    assert "Is this the place?" in refused.stderr
    assert "Is this the place?" not in unattended.stderr
    connection = await asyncpg.connect(migrated)
    assert await connection.fetchval("SELECT count(*) FROM generations") == 0
    await connection.close()
    assert len(gemini.calls) == maps.count("streetview") == 0


async def test_a_confirmed_address_is_drawn_as_the_camera_was_turned_and_credited(
    yarda: Shell, maps: MapsEmulator
) -> None:
    camera = ("--heading", "15", "--pitch", "-5", "--fov", "65")
    done = await in_thread(yarda, *FRONT, "--confirm-address", *camera, "--json")

    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert (result["resolved_address"], result["location_accuracy"]) == (ADDRESS, "RANGE_INTERPOLATED")
    (area,) = result["areas"]
    assert area["imagery"] == {"source": "google_street_view", "captured": "2022-08", "attribution": "© Google"}
    assert 0 < area["house_preserved"] <= 1
    assert "front_yard is made from a picture © Google, 2022-08" in done.stderr
    asked = next(query for service, query in maps.asked if service == "streetview")
    assert (asked["heading"], asked["pitch"], asked["fov"]) == ("15.00", "-5", "65")


async def test_yes_at_the_terminal_confirms(yarda: Shell) -> None:
    with terminal("y\n") as stdin:
        done = await in_thread(yarda, *FRONT, stdin=stdin)

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith(".png")


@contextmanager
def terminal(typed: str) -> Iterator[int]:
    """A terminal at which somebody has typed that."""
    keyboard, end = os.openpty()
    try:
        os.write(keyboard, typed.encode())
        yield end
    finally:
        os.close(keyboard)
        os.close(end)
