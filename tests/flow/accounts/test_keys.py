"""API keys and sessions: named, scoped, listed, revoked."""

from uuid import uuid4

from tests.flow.accounts.people import House
from tests.flow.accounts.test_leaving import draw
from yarda.accounts.keys import MOST_KEYS

OTHER = "other@example.org"


async def test_a_key_does_what_its_scopes_say_and_nothing_at_the_account(house: House) -> None:
    member = await house.member()
    reading = house.program((await member.post("/keys", json={"name": "a", "scopes": ["read"]})).json()["secret"])
    drawing = house.program((await member.post("/keys", json={"name": "b"})).json()["secret"])
    photo = {"photo": ("yard.jpg", house.photo, "image/jpeg")}

    assert (await reading.get("/credits")).json()["balance"] == 3
    refused = await reading.post("/photos", files=photo)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert (await drawing.post("/photos", files=photo)).status_code == 201
    for call in (drawing.get("/keys"), drawing.post("/keys", json={"name": "c"}), drawing.get("/sessions")):
        assert (await call).status_code == 403
    assert (await drawing.get("/metrics")).status_code == 403


async def test_a_name_that_no_row_can_hold_is_refused_with_a_reason(house: House) -> None:
    member = await house.member()

    call = await member.post("/keys", json={"name": "a\0b"})
    page = await member.post("/account/keys", data={"name": "a\0b", "scope": "read"})

    assert (call.status_code, page.status_code) == (422, 422)
    assert call.json()["errors"][0]["field"] == "name"
    assert await house.count("api_keys") == 0


async def test_a_key_too_many_is_refused_until_one_is_revoked(house: House) -> None:
    member = await house.member()
    made = [(await member.post("/keys", json={"name": str(n)})).json() for n in range(MOST_KEYS)]

    call = await member.post("/keys", json={"name": "one more"})
    page = await member.post("/account/keys", data={"name": "one more", "scope": "read"})

    assert (call.status_code, call.json()["code"]) == (409, "too_many_credentials")
    assert page.status_code == 409
    assert f"at most {MOST_KEYS} keys; revoke one first" in page.text
    await member.delete(f"/keys/{made[0]['id']}")
    assert (await member.post("/keys", json={"name": "one more"})).status_code == 201


async def test_a_revoked_key_is_turned_away_at_once(house: House) -> None:
    member = await house.member()
    made = (await member.post("/keys", json={"name": "shed"})).json()
    program = house.program(made["secret"])
    assert (await program.get("/credits")).status_code == 200
    listed = (await member.get("/keys")).json()["items"]

    gone = await member.delete(f"/keys/{made['id']}")

    assert gone.status_code == 204
    assert (listed[0]["name"], listed[0]["tail"]) == ("shed", made["secret"][-4:])
    assert listed[0]["used_at"] is not None
    assert "secret" not in listed[0]
    assert (await program.get("/credits")).status_code == 401


async def test_a_stream_ends_with_the_key_that_opened_it(house: House) -> None:
    member = await house.member()
    key = (await member.post("/keys", json={"name": "shed"})).json()
    made = await draw(member, house)
    program = house.program(key["secret"])

    async with program.stream("GET", f"/generations/{made['id']}/events") as stream:
        lines = stream.aiter_lines()
        assert await anext(lines) == "id: 1"
        await member.delete(f"/keys/{key['id']}")
        await member.post(f"/generations/{made['id']}/cancel")
        rest = [line async for line in lines]

    assert not any("cancelled" in line for line in rest), rest
    assert (await member.get(f"/generations/{made['id']}")).json()["status"] == "cancelled"


async def test_nobody_ends_anothers_session_or_key(house: House) -> None:
    member, other = await house.member(), await house.member(OTHER)
    key = (await member.post("/keys", json={"name": "shed"})).json()["id"]
    session = (await member.get("/sessions")).json()["items"][0]["id"]

    answers = [
        await other.delete(f"/keys/{key}"),
        await other.delete(f"/sessions/{session}"),
        await other.delete(f"/keys/{uuid4()}"),
        await other.delete("/sessions/nonsense"),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (404, "credential_not_found")
    ] * 4
    assert (await member.get("/credits")).status_code == 200


async def test_a_browser_can_be_signed_out_from_another_one(house: House) -> None:
    here, there = await house.member(), await house.member()
    sessions = (await here.get("/sessions")).json()["items"]
    other = next(entry for entry in sessions if not entry["is_current"])

    await here.delete(f"/sessions/{other['id']}")

    assert len(sessions) == 2
    assert (await there.get("/credits")).status_code == 401
    assert (await here.get("/credits")).status_code == 200


async def test_only_an_operator_may_have_an_operators_key(house: House) -> None:
    member = await house.member()

    refused = await member.post("/keys", json={"name": "metrics", "scopes": ["operate"]})
    await house.rows("UPDATE accounts SET is_operator = true")
    made = await member.post("/keys", json={"name": "metrics", "scopes": ["operate", "read"]})

    assert (refused.status_code, made.status_code) == (403, 201)
    assert (await house.program(made.json()["secret"]).get("/metrics")).status_code == 200


async def test_an_address_that_is_not_proved_draws_nothing(house: House) -> None:
    member = await house.member()
    photo = await member.post("/photos", files={"photo": ("yard.jpg", house.photo, "image/jpeg")})
    await house.rows("UPDATE accounts SET verified_at = NULL")
    body = {"photo_id": photo.json()["id"], "areas": [{"area": "front_yard", "style": "mediterranean"}]}

    answer = await member.post("/generations/multi", json=body)

    assert (answer.status_code, answer.json()["code"]) == (403, "email_not_verified")
    assert await house.count("generations") == 0


async def test_a_disabled_account_is_shut_out_with_its_keys(house: House) -> None:
    member = await house.member()
    key = (await member.post("/keys", json={"name": "shed"})).json()["secret"]
    await house.rows("UPDATE accounts SET disabled_at = now()")

    for somebody in (member, house.program(key)):
        answer = await somebody.get("/credits")
        assert (answer.status_code, answer.json()["code"]) == (403, "account_disabled")
