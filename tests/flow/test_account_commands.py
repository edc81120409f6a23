"""`yarda account` and `yarda credits` as processes: what they print, book and write down."""

import json
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.flow.shell import Shell
from yarda.settings import Settings


@pytest.fixture
def yarda(settings: Settings, tmp_path: Path) -> Shell:
    assert settings.database_url is not None
    return Shell(tmp_path, DATABASE_URL=settings.database_url, DATA_DIR=str(tmp_path / "data"))


def told(yarda: Shell, *arguments: str) -> Any:
    done = yarda(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


async def test_an_account_is_made_found_shut_out_and_let_in(yarda: Shell, settings: Settings) -> None:
    made = told(yarda, "account", "create", "Dana@Example.org", "--operator")
    again = told(yarda, "account", "create", "dana@example.org")
    disabled = told(yarda, "account", "disable", "dana@example.org")
    listed = yarda("account", "list", "--containing", "dana")
    enabled = told(yarda, "account", "enable", made["id"])

    assert (made["email"], made["operator"], made["verified_at"], made["created"]) == (
        "dana@example.org",
        True,
        None,
        True,
    )
    assert (again["id"], again["created"], again["operator"]) == (made["id"], False, True)
    assert disabled["disabled_at"] is not None
    assert listed.stdout == f"{made['id']}  dana@example.org  operator  not proved  disabled\n"
    assert enabled["disabled_at"] is None
    assert await audit(settings) == [
        ("account_created", "operator command", {"operator": 1}),
        ("account_disabled", "operator command", {}),
        ("account_enabled", "operator command", {}),
    ]


async def test_credits_are_granted_with_a_reason_and_under_a_key_once(yarda: Shell, settings: Settings) -> None:
    grant = ("credits", "grant", "owner", "7", "--reason", "a broken promise", "--once", "ticket 12")
    first, second = told(yarda, *grant), told(yarda, *grant)
    shown = yarda("credits", "show", "owner")

    assert (first["granted"], second["granted"]) == (True, False)
    assert first["available"] == second["available"] == 7
    assert "available: 7" in shown.stdout
    assert [line.split("  ", 1)[1] for line in shown.stdout.splitlines() if "grant" in line] == [
        "grant         +7  a broken promise"
    ]
    assert await audit(settings) == [
        ("credits_granted", "operator command", {"credits": 7, "reason": "a broken promise"})
    ]


def test_a_design_beyond_the_credits_is_refused_with_the_balance_and_a_way_forward(
    yarda: Shell, photo: bytes, tmp_path: Path
) -> None:
    (tmp_path / "yard.jpg").write_bytes(photo)
    areas = ("--area", "front_yard:japanese_zen", "--area", "patio:mediterranean")

    done = yarda("design", "yard.jpg", *areas, GEMINI_API_KEY="unused", PROVIDERS="gemini", TRIAL_CREDITS="1")

    assert (done.returncode, done.stdout) == (2, "")
    assert "credits needed: 2, available: 1" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["account", "disable", "nobody@example.org"], "nobody@example.org"),
        (["account", "disable", "owner"], "only a person's account"),
        (["credits", "grant", "owner", "5"], "reason"),
    ],
)
def test_a_wrong_command_is_refused_in_one_line(yarda: Shell, arguments: list[str], said: str) -> None:
    done = yarda(*arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


async def audit(settings: Settings) -> list[tuple[str, str, dict[str, Any]]]:
    connection = await asyncpg.connect(settings.database_url)
    rows = await connection.fetch("SELECT action, actor, detail FROM audit_log ORDER BY id")
    await connection.close()
    return [(row["action"], row["actor"], json.loads(row["detail"])) for row in rows]
