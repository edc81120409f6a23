"""Passkeys, through the routes: added by who is signed in, used once each, alone or as the only way in."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from tests.emulators.authenticator import Authenticator
from tests.flow.accounts.people import HTML, House, Visitor
from yarda.accounts.challenges import remember_challenge, take_challenge
from yarda.accounts.secrets import Pepper
from yarda.accounts.tools import AccountTools
from yarda.web.cookies import SESSION

EMAIL, OTHER = "dana@example.org", "other@example.org"


@pytest.fixture
def host() -> str:
    """Passkeys need an address with a name."""
    return "localhost"


@pytest.fixture
def device(house: House) -> Authenticator:
    return Authenticator(origin=house.url)


async def add(member: Visitor, device: Authenticator, name: str = "phone") -> dict[str, Any]:
    options = await member.post("/passkeys/options")
    answer = json.loads(device.create(options.text))
    added = await member.post("/passkeys", json={"name": name, "answer": answer})
    assert added.status_code == 201, added.text
    return dict(added.json())


async def asked(visitor: Visitor) -> str:
    return (await visitor.post("/sign-in/passkey/options")).text


async def send(visitor: Visitor, answer: str) -> httpx2.Response:
    return await visitor.post("/sign-in/passkey", json={"answer": json.loads(answer)})


async def use_link(house: House, visitor: Visitor, email: str = EMAIL) -> httpx2.Response:
    await visitor.post("/sign-in", data={"email": email})
    token = (await house.message(email)).token
    return await visitor.post("/sign-in/link", data={"token": token}, headers=HTML)


async def test_a_passkey_alone_signs_in(house: House, device: Authenticator) -> None:
    member, visitor = await house.member(EMAIL), house.visitor()
    passkey = await add(member, device)

    answer = await send(visitor, device.get(await asked(visitor)))

    assert answer.status_code == 204
    assert set(visitor.kept) == {SESSION}
    listed = (await visitor.get("/passkeys")).json()
    assert [entry["id"] for entry in listed["items"]] == [passkey["id"]]
    assert listed["items"][0]["used_at"] is not None
    assert listed["required"] is False
    assert await house.rows("SELECT action, detail FROM audit_log ORDER BY id DESC LIMIT 2") == [
        ("signed_in", {"how": "passkey"}),
        ("passkey_added", {"passkey": passkey["id"]}),
    ]


async def test_an_answer_counts_once_in_the_browser_that_was_asked(house: House, device: Authenticator) -> None:
    visitor, thief = house.visitor(), house.visitor()
    await add(await house.member(EMAIL), device)
    answer = device.get(await asked(visitor))
    await asked(thief)

    stolen = await send(thief, answer)
    answers = await asyncio.gather(*(send(visitor, answer) for _ in range(5)))

    assert (stolen.status_code, stolen.json()["code"]) == (401, "passkey_refused")
    assert sorted(response.status_code for response in answers) == [204, 401, 401, 401, 401]
    assert SESSION not in thief.kept


async def test_a_refused_answer_spends_its_challenge(house: House, device: Authenticator) -> None:
    visitor = house.visitor()
    await add(await house.member(EMAIL), device)
    options = await asked(visitor)

    for flags in (0x01, 0x05):
        device.flags = flags
        assert (await send(visitor, device.get(options))).status_code == 401


async def test_a_copied_key_is_noticed_by_its_count(house: House, device: Authenticator) -> None:
    visitor = house.visitor()
    await add(await house.member(EMAIL), device)
    assert (await send(visitor, device.get(await asked(visitor)))).status_code == 204
    device.credentials[0].count = 0

    assert (await send(visitor, device.get(await asked(visitor)))).status_code == 401


async def test_nobody_adds_or_removes_a_passkey_for_another(house: House, device: Authenticator) -> None:
    member, other = await house.member(EMAIL), await house.member(OTHER)
    passkey = await add(member, device)
    options = (await member.post("/passkeys/options")).text
    answer = json.loads(device.create(options))

    added = await other.post("/passkeys", json={"name": "mine now", "answer": answer})
    removed = await other.delete(f"/passkeys/{passkey['id']}")

    assert (added.status_code, added.json()["code"]) == (401, "passkey_refused")
    assert (removed.status_code, removed.json()["code"]) == (404, "credential_not_found")
    assert await house.count("passkeys") == 1


async def test_an_account_that_needs_its_passkey_is_closed_to_links(house: House, device: Authenticator) -> None:
    member, visitor = await house.member(EMAIL), house.visitor()
    early = await member.put("/passkeys/rule", json={"required": True})
    passkey = await add(member, device)
    assert (await member.put("/passkeys/rule", json={"required": True})).status_code == 204

    by_link = await use_link(house, visitor)
    by_passkey = await send(visitor, device.get(await asked(visitor)))

    assert (early.status_code, by_link.status_code, by_passkey.status_code) == (422, 403, 204)
    assert "asks for its passkey" in by_link.text
    assert await house.count("sessions") == 2

    await visitor.delete(f"/passkeys/{passkey['id']}")
    assert (await use_link(house, house.visitor())).status_code == 303
    assert await house.rows("SELECT needs_passkey FROM accounts") == [(False,)]


async def test_who_has_lost_their_passkey_is_let_in_by_the_operator(house: House, device: Authenticator) -> None:
    member = await house.member(EMAIL)
    await add(member, device)
    await member.put("/passkeys/rule", json={"required": True})
    assert house.running.desk is not None

    assert await house.running.desk.forget_passkeys("Dana@example.org", actor="operator") == 1

    assert (await use_link(house, house.visitor())).status_code == 303
    visitor = house.visitor()
    refused = await send(visitor, device.get(await asked(visitor)))
    assert refused.status_code == 401
    assert "not known here" in refused.json()["detail"]


async def test_a_disabled_accounts_passkey_opens_nothing(house: House, device: Authenticator) -> None:
    visitor = house.visitor()
    await add(await house.member(EMAIL), device)
    await house.rows("UPDATE accounts SET disabled_at = now()")

    answer = await send(visitor, device.get(await asked(visitor)))

    assert (answer.status_code, answer.json()["code"]) == (403, "account_disabled")


async def test_a_programs_key_has_no_say_in_passkeys(house: House) -> None:
    member = await house.member(EMAIL)
    program = house.program((await member.post("/keys", json={"name": "shed"})).json()["secret"])

    assert (await program.post("/passkeys/options")).status_code == 403
    assert (await program.get("/passkeys")).status_code == 403


async def test_the_page_lists_removes_and_rules(house: House, device: Authenticator) -> None:
    member = await house.member(EMAIL)
    passkey = await add(member, device, name="<garden> phone")

    shown = await member.get("/account")
    await member.post("/account/passkeys/rule", data={"required": "yes"})
    ruled = await member.get("/account")
    await member.post(f"/account/passkeys/{passkey['id']}/remove")
    empty = await member.get("/account")

    assert "&lt;garden&gt; phone" in shown.text
    assert "Nothing but a passkey" in ruled.text
    assert "There is no passkey yet" in empty.text


async def test_a_challenge_lives_by_the_databases_clock_whatever_that_of_the_process_says(house: House) -> None:
    slow = AccountTools(
        open_work=house.running.database.open_work,
        clock=lambda: datetime.now(UTC) - timedelta(hours=1),
        pepper=Pepper("of the tests"),
        base_url=house.url,
        trial_credits=0,
        session_life=timedelta(days=1),
        session_idle=timedelta(days=1),
    )

    await remember_challenge("for", "a secret", value={"kept": 1}, tools=slow)

    assert await take_challenge("for", "a secret", tools=slow) == {"kept": 1}
    assert await take_challenge("for", "a secret", tools=slow) is None
