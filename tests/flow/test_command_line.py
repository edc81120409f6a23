"""The `yarda` command as a process: what it prints, what it leaves, how it ends."""

import json
import socket
from pathlib import Path

import asyncpg
import pytest
from PIL import Image

from tests.emulators.gemini import GeminiEmulator
from tests.flow.shell import Shell, in_thread
from yarda import __version__
from yarda.settings import Settings


@pytest.fixture
def yarda(settings: Settings, tmp_path: Path, photo: bytes) -> Shell:
    """Set up for the migrated database and the emulated Gemini; `yard.jpg` is there."""
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "yard.jpg").write_bytes(photo)
    assert settings.database_url is not None
    assert settings.gemini_api_key is not None
    assert settings.gemini_base_url is not None
    return Shell(
        folder,
        DATABASE_URL=settings.database_url,
        DATA_DIR=str(tmp_path / "data"),
        GEMINI_API_KEY=settings.gemini_api_key.get_secret_value(),
        GEMINI_BASE_URL=settings.gemini_base_url,
    )


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return tmp_path / "here"


def test_version(yarda: Shell) -> None:
    assert yarda("version").stdout == f"{__version__}\n"


def test_without_a_command_it_says_what_there_is(yarda: Shell) -> None:
    done = yarda()

    assert all(name in done.stdout + done.stderr for name in ("design", "serve", "worker", "migrate", "audit"))


async def test_design_writes_pictures_and_prints_their_paths(yarda: Shell, here: Path) -> None:
    done = await in_thread(
        yarda, "design", "yard.jpg", "--area", "front_yard:japanese_zen", "--area", "patio:mediterranean"
    )

    assert done.returncode == 0, done.stderr
    paths = done.stdout.splitlines()
    assert [Path(path).stem for path in paths] == ["front_yard_japanese_zen", "patio_mediterranean"]
    for path in paths:
        with Image.open(here / path) as picture:
            picture.load()
    assert "Ready" in done.stderr


async def test_design_tells_machines_what_became_of_each_area(yarda: Shell) -> None:
    when = ("--season", "winter", "--growth", "planted")
    done = await in_thread(
        yarda, "design", "yard.jpg", "--area", "patio:japanese_zen", "--seed", "7", *when, "--json"
    )

    result = json.loads(done.stdout)
    assert (result["status"], result["seed"]) == ("completed", 7)
    assert [(area["area"], area["provider"], area["error"], area["unmet"]) for area in result["areas"]] == [
        ("patio", "gemini", None, [])
    ]


def test_a_season_that_is_none_is_refused(yarda: Shell) -> None:
    done = yarda("design", "yard.jpg", "--area", "patio:japanese_zen", "--season", "monsoon")

    assert done.returncode == 2
    assert "monsoon" in done.stderr


async def test_a_photoreal_design_that_follows_a_plan_comes_with_it(yarda: Shell, gemini: GeminiEmulator) -> None:
    arguments = ("--area", "patio:japanese_zen", "--provider", "gemini", "--guided", "--json")
    done = await in_thread(yarda, "design", "yard.jpg", *arguments)

    area = json.loads(done.stdout)["areas"][0]
    assert (area["provider"], area["plan"]) == ("gemini", "yarda-out/patio_japanese_zen_plan.pdf"), done.stderr
    assert len(gemini.last["contents"][0]["parts"]) == 4


async def test_an_area_that_fails_is_told_and_the_exit_code_says_so(yarda: Shell, gemini: GeminiEmulator) -> None:
    gemini.script.append("blocked:PROHIBITED_CONTENT")

    done = await in_thread(yarda, "design", "yard.jpg", "--area", "patio:japanese_zen", "--provider", "gemini")

    assert done.returncode == 1
    assert "patio was not drawn" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["yard.jpg"], "1 to 5 areas"),
        (["yard.jpg", "--area", "roof:japanese_zen"], "front_yard"),
        (["yard.jpg", "--area", "patio"], "AREA:STYLE"),
        (["yard.jpg", *["--area", "patio:japanese_zen"] * 2], "twice"),
        (["nowhere.jpg", "--area", "patio:japanese_zen"], "nowhere.jpg"),
        (["note.txt", "--area", "patio:japanese_zen"], "JPEG"),
        (["yard.jpg", "yard.jpg", "yard.jpg", "--area", "patio:japanese_zen"], "3 photos for 1 areas"),
        (["--area", "patio:japanese_zen"], "add a photo"),
        (["--address", "1 Infinite Loop, Cupertino", "--area", "patio:japanese_zen"], "add a photo"),
        (["yard.jpg", "--area", "patio:japanese_zen", "--provider", "dall-e"], "provider"),
        (["yard.jpg", "--area", "patio:japanese_zen", "--keep", "3"], "keep"),
        (["yard.jpg", "--area", "patio:japanese_zen", "--out", "yard.jpg/x"], "--out"),
    ],
)
def test_a_wrong_request_is_refused_in_one_line_without_a_trace(
    yarda: Shell, here: Path, arguments: list[str], said: str
) -> None:
    (here / "note.txt").write_text("no picture")

    done = yarda("design", *arguments)

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"LEASE_SECONDS": "soon"}, "YARDA_LEASE_SECONDS"),
        ({"STORAGE_URL": "ftp://nowhere"}, "YARDA_STORAGE_URL"),
        ({"STORAGE_URL": "file:///dev/null/objects"}, "/dev/null/objects"),
        ({"DATA_DIR": "/dev/null/data"}, "YARDA_DATA_DIR"),
        ({"DATABASE_URL": "", "DATA_DIR": "/dev/null/data"}, "YARDA_DATA_DIR"),
        ({"GEMINI_API_KEY": "", "PROVIDERS": "gemini"}, "YARDA_GEMINI_API_KEY"),
        ({"GEMINI_BASE_URL": "localhost"}, "YARDA_GEMINI_BASE_URL"),
    ],
)
def test_a_wrong_setting_stops_every_command_with_its_name(yarda: Shell, wrong: dict[str, str], said: str) -> None:
    done = yarda("serve", "--port", "0", **wrong)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_is_not_there_is_told(yarda: Shell) -> None:
    done = yarda("audit", DATABASE_URL="postgresql://yarda@127.0.0.1:9/yarda")

    assert done.returncode == 1
    assert "database" in done.stderr
    assert "Traceback" not in done.stderr


async def test_a_newer_database_is_refused(yarda: Shell, settings: Settings) -> None:
    connection = await asyncpg.connect(settings.database_url)
    await connection.execute("UPDATE alembic_version SET version_num = '9999'")
    await connection.close()

    for command in (["migrate"], ["serve", "--port", "0"], ["worker"]):
        done = yarda(*command)
        assert done.returncode == 2
        assert "newer Yarda" in done.stderr


def test_a_taken_port_is_told_with_advice(yarda: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = yarda("serve", "--port", str(taken.getsockname()[1]))

    assert done.returncode == 2
    assert "--port" in done.stderr


def test_without_accounts_it_serves_this_machine_only(yarda: Shell) -> None:
    done = yarda("serve", "--host", "0.0.0.0")

    assert done.returncode == 2
    assert "127.0.0.1" in done.stderr


async def test_audit_ends_with_one_when_an_invariant_is_violated(yarda: Shell, settings: Settings) -> None:
    await in_thread(yarda, "design", "yard.jpg", "--area", "patio:japanese_zen")
    assert yarda("audit", "--json").stdout == '{"violations": []}\n'
    connection = await asyncpg.connect(settings.database_url)
    await connection.execute("UPDATE generations SET status = 'failed'")
    await connection.close()

    done = yarda("audit")

    assert done.returncode == 1
    assert "does not follow from its areas" in done.stdout
