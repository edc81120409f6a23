"""`yarda doctor` as a process, against real services on loopback: what it finds, leaves and pays for."""

import json
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from PIL import Image
from pydantic import SecretStr

from tests.emulators.gemini import KEY as GEMINI_KEY
from tests.emulators.gemini import GeminiEmulator
from tests.emulators.maps import ADDRESS, KEY, MapsEmulator
from tests.flow.scene import Scene
from tests.flow.shell import Shell, in_thread
from yarda.bootstrap import start
from yarda.doctor.database import open_installation
from yarda.doctor.drawing import examine_prompt
from yarda.doctor.findings import Finding, Verdict
from yarda.doctor.paid import examine_live, examine_paid
from yarda.doctor.queue import examine_queue
from yarda.doctor.sight import examine_address, examine_photo
from yarda.settings import Settings, read_settings

FIVE = ["01_photo.jpg", "02_prompt.txt", "03_generated.png", "03_metadata.json", "04_thumbnail.png"]
ASKED = ("--address", "21125 Seven Springs Dr, Cupertino")


@pytest.fixture
async def maps() -> AsyncIterator[MapsEmulator]:
    async with MapsEmulator() as emulator:
        yield emulator


@pytest.fixture
def here(tmp_path: Path, photo: bytes) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "yard.jpg").write_bytes(photo)
    (folder / "note.txt").write_text("no picture")
    return folder


@pytest.fixture
def yarda(here: Path, migrated: str, gemini: GeminiEmulator, maps: MapsEmulator, tmp_path: Path) -> Shell:
    """Everything is set up: the migrated database, the emulated Gemini and Google Maps."""
    return Shell(
        here,
        DATABASE_URL=migrated,
        DATA_DIR=str(tmp_path / "data"),
        GEMINI_API_KEY=GEMINI_KEY,
        GEMINI_BASE_URL=gemini.base_url,
        GOOGLE_MAPS_API_KEY=KEY,
        GOOGLE_MAPS_BASE_URL=maps.base_url,
        GOOGLE_MAPS_TERMS_ACCEPTED="true",
        NOMINATIM_BASE_URL=maps.base_url,
        PANORAMAX_BASE_URL=maps.base_url,
    )


def parts(done: "subprocess.CompletedProcess[str]") -> dict[str, dict[str, Any]]:
    """The findings by part and what tells them apart."""
    return {f"{part['part']} {part['about']}".strip(): part for part in json.loads(done.stdout)["parts"]}


def verdicts(done: "subprocess.CompletedProcess[str]") -> dict[str, str]:
    return {name: part["verdict"] for name, part in parts(done).items()}


def failures(done: "subprocess.CompletedProcess[str]") -> dict[str, dict[str, Any]]:
    return {name: part for name, part in parts(done).items() if part["verdict"] == "failed"}


def paid_calls(gemini: GeminiEmulator) -> int:
    return sum(call.method == "POST" for call in gemini.calls)


async def left_in(database: str) -> dict[str, int]:
    """Rows by table, where there are any."""
    connection = await asyncpg.connect(database)
    try:
        tables = await connection.fetch(
            "SELECT relname FROM pg_stat_user_tables WHERE relname <> 'alembic_version'"
        )
        counts = {name: await connection.fetchval(f'SELECT count(*) FROM "{name}"') for (name,) in tables}
    finally:
        await connection.close()
    return {name: count for name, count in counts.items() if count}


async def test_out_of_the_box_all_is_well_and_each_row_says_what_a_key_would_change(
    here: Path, reachable: Path
) -> None:
    done = await in_thread(Shell(here, DATA_DIR=str(reachable)), "doctor", "--photo", "yard.jpg")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "✗" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    for said in (
        "✓ ok",
        "○ not set up",
        "YARDA_GEMINI_API_KEY",
        "YARDA_GOOGLE_MAPS_TERMS_ACCEPTED=true",
        "embedded",
    ):
        assert said in done.stdout
    out = here / "yarda-doctor"
    assert sorted(path.name for path in out.iterdir()) == FIVE
    sizes = [_size(out / name) for name in ("01_photo.jpg", "03_generated.png", "04_thumbnail.png")]
    assert sizes == [(480, 320), (480, 320), (400, 267)]
    metadata = json.loads((out / "03_metadata.json").read_text())
    assert metadata["picture"]["provider"] == "concept"
    assert metadata["prompt"]["characters"] == len((out / "02_prompt.txt").read_text())
    assert not list((reachable / "objects").rglob("*.*"))


async def test_without_a_photo_the_sample_yard_is_taken_in(scene: Scene) -> None:
    looked = await examine_photo(None, scene.running)

    (finding,) = looked.findings
    assert (finding.verdict, str(finding.seen["size"])[:11]) == (Verdict.OK, "1536 × 1024")
    assert looked.imagery is not None
    assert looked.imagery.ground


async def test_a_live_call_is_made_once_checked_and_on_record_and_nothing_else_is_left(
    yarda: Shell, here: Path, migrated: str, gemini: GeminiEmulator, tmp_path: Path
) -> None:
    before = await left_in(migrated)

    done = await in_thread(yarda, "doctor", *ASKED, "--photo", "yard.jpg", "--live", "--yes", "--json")

    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert {"not set up", "ok"} == set(verdicts(done).values())
    assert report["settings"]["YARDA_GEMINI_API_KEY"] == "set"
    assert not any(secret in done.stdout + done.stderr for secret in (GEMINI_KEY, KEY))
    assert paid_calls(gemini) == 1
    out = here / "yarda-doctor"
    assert {path.name for path in out.iterdir()} == {"01_street_view.jpg", *FIVE[1:]}
    with Image.open(out / "01_street_view.jpg") as street:
        assert "© Google, 2022-08" in street.info["xmp"].decode()
    with Image.open(out / "04_thumbnail.png") as thumb:
        assert "© Google, 2022-08" in thumb.info["xmp"].decode()
    picture = json.loads((out / "03_metadata.json").read_text())["picture"]
    assert (picture["provider"], picture["provider_reference"]) == ("gemini", "r-0001")
    seen = parts(done)["imagery address"]["seen"]
    assert (seen["address"], seen["found"]) == (ADDRESS, "ROOFTOP")
    after = await left_in(migrated)
    assert after == before | {"accounts": 1, "attempts": 1, "provider_gates": 1}
    assert not any((tmp_path / "data" / "spool").iterdir())


async def test_five_failures_do_not_hide_each_other_or_what_works(
    yarda: Shell, here: Path, maps: MapsEmulator, gemini: GeminiEmulator
) -> None:
    maps.script["staticmap"].append("text:403")
    broken = {
        "DATABASE_URL": "postgresql://yarda:planted@127.0.0.1:9/yarda",
        "STORAGE_URL": "file:///dev/null/objects",
        "GEMINI_API_KEY": "planted-key",
    }

    done = await in_thread(yarda, "doctor", *ASKED, "--photo", "note.txt", "--live", "--yes", "--json", **broken)

    assert done.returncode == 1
    failed = failures(done)
    assert set(failed) == {
        "database",
        "storage",
        "imagery photo",
        "imagery satellite",
        "image provider gemini",
    }
    for name, setting in (
        ("database", "DATABASE"),
        ("storage", "STORAGE"),
        ("image provider gemini", "GEMINI_API"),
    ):
        assert f"YARDA_{setting}_" in failed[name]["remedy"]
    assert "--photo" in failed["imagery photo"]["remedy"]
    found = verdicts(done)
    assert found["queue"] == found["image provider live call"] == "not tried"
    assert found["imagery street"] == found["image provider concept"] == found["display web"] == "ok"
    assert (here / "yarda-doctor" / "01_street_view.jpg").exists()
    assert "planted" not in done.stdout + done.stderr
    assert paid_calls(gemini) == 0


async def test_a_denied_map_key_is_told_and_what_needs_the_address_is_not_tried(
    settings: Settings, maps: MapsEmulator
) -> None:
    maps.script["geocode"].append("REQUEST_DENIED")
    google = {
        "google_maps_api_key": SecretStr(KEY),
        "google_maps_base_url": maps.base_url,
        "google_maps_terms_accepted": True,
    }

    async with start(settings.model_copy(update=google)) as running:
        looked = await examine_address(ADDRESS, running.settings, running)

    address, *rest = looked.findings
    assert (address.verdict, "YARDA_GOOGLE_MAPS_API_KEY" in address.said) == (Verdict.FAILED, True)
    assert "billing" in address.remedy
    assert [(finding.about, finding.verdict) for finding in rest] == [
        ("street", Verdict.NOT_TRIED),
        ("satellite", Verdict.NOT_TRIED),
    ]


async def test_a_reply_without_a_usable_picture_is_kept_and_its_place_told(
    scene: Scene, photo: bytes, gemini: GeminiEmulator
) -> None:
    gemini.script.append("corrupt")
    running = scene.running
    imagery = (await examine_photo(photo, running)).imagery
    assert imagery is not None
    _, task = await examine_prompt(imagery)

    async with AsyncExitStack() as stack:
        providers = await examine_paid(running.settings, stack)
        finding, picture = await examine_live(providers, task, running.settings, running)

    (kept,) = (running.settings.data_dir / "spool").iterdir()
    assert (finding.verdict, picture, str(kept) in finding.said) == (Verdict.FAILED, None, True)
    assert await scene.calls() == [("failed", True)]
    assert paid_calls(gemini) == 1


def test_a_wrong_setting_is_a_row_with_its_name_and_nothing_else_is_tried(yarda: Shell) -> None:
    done = yarda("doctor", "--json", LEASE_SECONDS="soon")

    assert done.returncode == 1
    assert "YARDA_LEASE_SECONDS" in failures(done)["settings"]["said"]
    assert set(verdicts(done).values()) == {"failed", "not tried"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--live"], "--yes"),
        (["--photo", "nowhere.jpg"], "nowhere.jpg"),
        (["--out", "yard.jpg/x"], "--out"),
    ],
)
def test_a_wrong_use_is_refused_before_anything_is_tried(
    yarda: Shell, gemini: GeminiEmulator, arguments: list[str], said: str
) -> None:
    done = yarda("doctor", *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert gemini.calls == []


async def test_a_database_that_is_not_at_this_version_is_told_with_what_to_run(
    empty_database: str, migrated: str, tmp_path: Path
) -> None:
    connection = await asyncpg.connect(migrated)
    await connection.execute("UPDATE alembic_version SET version_num = '9999'")
    await connection.close()

    outdated = await _database_finding(empty_database, tmp_path)
    newer = await _database_finding(migrated, tmp_path)
    url = urlsplit(migrated)
    unknown = await _database_finding(url._replace(path=f"{url.path}_gone").geturl(), tmp_path)
    odd = await _database_finding("postgresql://127.0.0.1:port/yarda", tmp_path)

    assert [finding.verdict for finding in (outdated, newer, unknown, odd)] == [Verdict.FAILED] * 4
    assert outdated.remedy == "run `yarda migrate`"
    assert "newer" in newer.remedy
    assert "does not exist" in unknown.said
    assert "as it is written" in odd.said


async def test_the_queue_is_tried_without_a_hand_on_anybodys_area(scene: Scene, migrated: str) -> None:
    before = await left_in(migrated)
    alone = await examine_queue(scene.running)
    assert (alone.verdict, alone.seen["workers"], await left_in(migrated)) == (Verdict.OK, 0, before)

    generation = await scene.accept()
    waiting = await examine_queue(scene.running)

    assert (waiting.verdict, waiting.seen["waiting"]) == (Verdict.FAILED, 1)
    assert "yarda worker" in waiting.remedy
    assert (await scene.view(generation))["areas"][0]["attempts"] == 0
    async with scene.working():
        await scene.finished(generation)
        at_work = await examine_queue(scene.running)
    assert (at_work.verdict, at_work.seen["workers"]) == (Verdict.OK, 1)


async def _database_finding(url: str, folder: Path) -> Finding:
    settings: Settings = read_settings(database_url=url, data_dir=folder / "data")
    async with AsyncExitStack() as stack:
        finding, _ = await open_installation(settings, stack, scratch=folder / "scratch")
    return finding


def _size(path: Path) -> tuple[int, int]:
    with Image.open(path) as picture:
        picture.load()
        return picture.size
