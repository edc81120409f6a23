"""Who did what is on record: each way in and out, each change of a key, each deletion; and tries that failed."""

from collections.abc import Iterator
from uuid import UUID

import pytest
import structlog
from structlog.typing import EventDict

from tests.emulators.gemini import GeminiEmulator
from tests.flow.accounts.people import HTML, House
from tests.flow.accounts.test_leaving import draw, finished
from yarda.api import working
from yarda.domain.generation import AreaId, GenerationId

EMAIL, OTHER = "dana@example.org", "other@example.org"


@pytest.fixture
def logged() -> Iterator[list[EventDict]]:
    with structlog.testing.capture_logs() as events:
        yield events


async def actions(house: House, of: str) -> list[str]:
    rows = await house.rows(f"SELECT action FROM audit_log WHERE {of} ORDER BY id")
    return [action for (action,) in rows]


async def test_a_whole_life_of_an_account_is_on_record_without_its_address(
    house: House, gemini: GeminiEmulator
) -> None:
    member = await house.member(EMAIL)
    account = (await member.get("/member")).json()["id"]
    await house.member(EMAIL)
    await member.delete("/sessions")
    there = await house.member(EMAIL)
    session = next(s for s in (await member.get("/sessions")).json()["items"] if not s["is_current"])
    await member.delete(f"/sessions/{session['id']}")
    assert (await there.get("/credits")).status_code == 401
    key = (await member.post("/keys", json={"name": "shed"})).json()["id"]
    await member.delete(f"/keys/{key}")
    made = await draw(member, house)
    async with working(house.running, concurrency=4):
        await finished(member, made)
    await member.delete(f"/generations/{made['id']}")
    await member.get("/member/export")
    await member.post("/sign-out")
    member = await house.member(EMAIL)
    await member.delete("/member")

    assert await actions(house, f"account_id = '{account}'") == [
        "address_proved",
        "trial_granted",
        "signed_in",
        "signed_in",
        "other_sessions_ended",
        "signed_in",
        "session_ended",
        "key_created",
        "key_revoked",
        "design_deleted",
        "data_exported",
        "signed_out",
        "signed_in",
        "account_deleted",
    ]
    assert await house.rows(f"SELECT 1 FROM audit_log WHERE actor <> '{account}'") == []
    assert "example.org" not in str(await house.rows("SELECT t::text FROM audit_log t"))


async def test_what_an_operator_does_to_a_design_names_both(house: House) -> None:
    member = await house.member(EMAIL)
    made = await draw(member, house)
    design, area = GenerationId(UUID(made["id"])), AreaId(UUID(made["areas"][0]["id"]))

    await house.running.operator.cancel(design, actor="somebody")
    await house.running.operator.retry(design, area, actor="somebody")

    found = await house.rows(
        "SELECT action, accounts.email, detail ->> 'generation' FROM audit_log "
        "JOIN accounts ON accounts.id = account_id WHERE actor = 'somebody' ORDER BY audit_log.id"
    )

    assert found == [("design_cancelled", EMAIL, made["id"]), ("area_retried", EMAIL, made["id"])]


async def test_a_design_whose_time_is_over_is_deleted_by_nobody(house: House) -> None:
    member = await house.member(EMAIL)
    made = await draw(member, house)
    await member.post(f"/generations/{made['id']}/cancel")
    await house.rows("UPDATE generations SET expires_at = now() - interval '1 second'")

    await house.running.studio.delete_expired()

    assert await house.rows("SELECT actor FROM audit_log WHERE action = 'design_deleted'") == [("retention",)]


async def test_sign_ins_that_fail_are_logged_without_address_or_secret(
    house: House, logged: list[EventDict]
) -> None:
    visitor = house.visitor()
    page = await visitor.post("/sign-in", data={"email": EMAIL})
    sign_in = page.text.split('name="sign_in" value="', 1)[1].split('"', 1)[0]
    token = (await house.message(EMAIL)).token

    await visitor.post("/sign-in/code", data={"sign_in": sign_in, "code": "1234567"})
    await house.visitor().post("/sign-in/link", data={"token": token})
    await visitor.post("/sign-in", data={"email": "no address"})

    refused = [event for event in logged if event["event"] == "sign_in_refused"]
    assert [(event["how"], event["reason"]) for event in refused] == [
        ("code", "sign_in_invalid"),
        ("link", "sign_in_invalid"),
        ("asking for a link", "email_invalid"),
    ]
    assert len({event["network"] for event in refused}) == 1
    for secret in (EMAIL, token, sign_in, "1234567", "127.0.0.1"):
        assert secret not in str(refused)


async def test_whoever_tries_doors_is_seen(house: House, logged: list[EventDict]) -> None:
    member, other = await house.member(EMAIL), await house.member(OTHER)
    account = (await other.get("/member")).json()["id"]
    made = await draw(member, house)
    logged.clear()

    await other.get(f"/generations/{made['id']}?token=secret")
    await other.get("/metrics")
    await house.program("yarda_guessed").get("/credits")
    await house.visitor().get("/a%0Ab", headers=HTML)
    await member.post("/sign-out", headers={"sec-fetch-site": "cross-site"})

    seen = [(e["event"], e["status"], e["path"], e.get("account_id")) for e in logged]
    assert seen == [
        ("request_refused", 404, f"/generations/{made['id']}", account),
        ("request_refused", 403, "/metrics", account),
        ("request_refused", 401, "/credits", None),
        ("request_refused", 404, "/a%0Ab", None),
        ("door_closed", 403, "/sign-out", None),
    ]
