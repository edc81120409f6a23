"""Signing in by link and code: proved addresses only, once, in the browser that asked."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.flow.accounts.people import HTML, House
from tests.flow.periods import room_in
from yarda.accounts.limits import LINKS_FROM_NETWORK, LINKS_TO_ADDRESS, TRIES_AT_ADDRESS
from yarda.web.cookies import BROWSER, SESSION

EMAIL = "dana@example.org"


async def test_a_link_signs_in_and_makes_the_account_with_its_trial_credits(house: House) -> None:
    visitor = house.visitor()

    asked = await visitor.post("/sign-in", data={"email": " Dana@Example.org ", "next": "/designs"})
    message = await house.message(EMAIL)
    shown = await visitor.get(message.link)
    answer = await visitor.post("/sign-in/link", data={"token": message.token, "next": "/designs"})

    assert asked.status_code == shown.status_code == 200
    assert shown.headers["referrer-policy"] == "same-origin"
    assert 'name="referrer"' not in shown.text  # without any, the form's Origin would be null
    assert (answer.status_code, answer.headers["location"]) == (303, "/designs")
    assert set(visitor.kept) == {SESSION}
    assert (await visitor.get("/credits")).json() == {"balance": 3, "held": 0, "available": 3}
    assert await house.rows("SELECT email, verified_at IS NOT NULL FROM accounts") == [(EMAIL, True)]


async def test_cookies_are_for_this_host_only_and_out_of_reach_of_scripts(house: House) -> None:
    visitor = house.visitor()

    asked = await visitor.post("/sign-in", data={"email": EMAIL})
    answer = await visitor.post("/sign-in/link", data={"token": (await house.message(EMAIL)).token})

    for cookie in (*asked.headers.get_list("set-cookie"), *answer.headers.get_list("set-cookie")):
        assert cookie.startswith("__Host-")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= {part.strip() for part in cookie.split(";")}
        assert "Domain" not in cookie


async def test_looking_at_a_link_consumes_nothing(house: House) -> None:
    visitor, scanner = house.visitor(), house.visitor()
    await visitor.post("/sign-in", data={"email": EMAIL})
    message = await house.message(EMAIL)

    for _ in range(5):
        assert "another browser" in (await scanner.get(message.link)).text
        assert (await scanner.head(message.link)).status_code in (200, 405)

    assert (await visitor.post("/sign-in/link", data={"token": message.token})).status_code == 303


async def test_a_link_works_only_in_the_browser_that_asked(house: House) -> None:
    visitor, thief = house.visitor(), house.visitor()
    await visitor.post("/sign-in", data={"email": EMAIL})
    await thief.post("/sign-in", data={"email": "thief@example.org"})
    token = (await house.message(EMAIL)).token

    answer = await thief.post("/sign-in/link", data={"token": token})

    assert answer.status_code == 422
    assert SESSION not in thief.kept
    assert await house.count("sessions") == 0


async def test_a_code_signs_in_where_it_was_asked_for_and_only_there(house: House) -> None:
    visitor, thief = house.visitor(), house.visitor()
    asked = await visitor.post("/sign-in", data={"email": EMAIL})
    await thief.post("/sign-in", data={"email": "thief@example.org"})
    sign_in = asked.text.split('name="sign_in" value="')[1].split('"')[0]
    form = {"sign_in": sign_in, "code": (await house.message(EMAIL)).code, "next": "/new"}

    stolen = await thief.post("/sign-in/code", data=form)
    answer = await visitor.post("/sign-in/code", data=form)
    again = await visitor.post("/sign-in/code", data=form)

    assert (stolen.status_code, answer.status_code, again.status_code) == (422, 303, 422)
    assert answer.headers["location"] == "/new"


async def test_five_wrong_codes_end_the_code_and_the_sixth_is_not_looked_at(house: House) -> None:
    visitor = house.visitor()
    asked = await visitor.post("/sign-in", data={"email": EMAIL})
    sign_in = asked.text.split('name="sign_in" value="')[1].split('"')[0]
    code = (await house.message(EMAIL)).code
    wrong = f"{(int(code) + 1) % 10**8:08d}"

    for _ in range(5):
        assert (await visitor.post("/sign-in/code", data={"sign_in": sign_in, "code": wrong})).status_code == 422

    assert (await visitor.post("/sign-in/code", data={"sign_in": sign_in, "code": code})).status_code == 422
    assert await house.count("sessions") == 0


async def test_exactly_ten_codes_are_looked_at_in_five_minutes(house: House) -> None:
    await room_in(TRIES_AT_ADDRESS.period)
    visitor = house.visitor()
    statuses = []
    for _ in range(3):
        asked = await visitor.post("/sign-in", data={"email": EMAIL})
        sign_in = asked.text.split('name="sign_in" value="')[1].split('"')[0]
        for _ in range(4):
            answer = await visitor.post("/sign-in/code", data={"sign_in": sign_in, "code": "1"})
            statuses.append(answer.status_code)

    assert statuses == [422] * 10 + [429] * 2
    assert int(answer.headers["retry-after"]) > 0


async def test_an_old_link_is_over_by_the_databases_clock(house: House) -> None:
    visitor = house.visitor()
    await visitor.post("/sign-in", data={"email": EMAIL})
    message = await house.message(EMAIL)
    await house.rows("UPDATE sign_ins SET expires_at = now() - interval '1 second'")

    shown = await visitor.get(message.link)
    answer = await visitor.post("/sign-in/link", data={"token": message.token})

    assert "too old" in shown.text
    assert answer.status_code == 422


async def test_a_hundred_redemptions_of_one_link_are_one_session(house: House) -> None:
    visitor = house.visitor()
    await visitor.post("/sign-in", data={"email": EMAIL})
    token = (await house.message(EMAIL)).token
    await house.rows("DELETE FROM counters")
    cookie = {"cookie": f"{BROWSER}={visitor.kept[BROWSER]}"}

    answers = await asyncio.gather(
        *(visitor.post("/sign-in/link", data={"token": token}, headers=cookie) for _ in range(100))
    )

    statuses = [answer.status_code for answer in answers]
    assert statuses.count(303) == 1
    assert set(statuses) <= {303, 422, 429}
    assert await house.count("sessions") == await house.count("accounts") == 1
    assert (await house.rows("SELECT sum(credits) FROM ledger"))[0][0] == 3


async def test_asking_answers_the_same_for_a_known_and_an_unknown_address(house: House) -> None:
    await house.member(EMAIL)

    known = await house.visitor().post("/sign-in", data={"email": EMAIL})
    unknown = await house.visitor().post("/sign-in", data={"email": "nobody@example.org"})

    def shape(page: str) -> str:
        start = page.index('name="sign_in" value="')
        return (page[:start] + page[start + 60 :]).replace("nobody@example.org", EMAIL)

    assert known.status_code == unknown.status_code == 200
    assert shape(known.text) == shape(unknown.text)
    assert known.headers.keys() == unknown.headers.keys()


async def test_too_many_links_to_an_address_are_refused_for_a_while(house: House) -> None:
    await room_in(LINKS_TO_ADDRESS.period)
    statuses = [(await house.visitor().post("/sign-in", data={"email": EMAIL})).status_code for _ in range(6)]

    assert statuses == [200] * 5 + [429]
    assert await house.count("mails") == 5


async def test_who_asks_for_too_many_links_uses_up_nobody_elses(house: House) -> None:
    async def ask(number: int, network: str) -> int:
        form = {"email": f"person{number}@example.org"}
        answer = await house.visitor().post("/sign-in", data=form, headers={"x-forwarded-for": network})
        return answer.status_code

    await room_in(LINKS_FROM_NETWORK.period)
    flood = [await ask(number, "203.0.113.7") for number in range(25)]

    assert flood == [200] * 20 + [429] * 5
    assert await ask(24, "203.0.113.8") == 200
    assert await house.rows("SELECT count FROM counters WHERE key LIKE 'links: %'") == [(21,)]


async def test_all_addresses_of_an_ipv6_network_share_its_limits(house: House) -> None:
    await room_in(LINKS_FROM_NETWORK.period)
    of_one, of_another = ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2"), ("203.0.113.7", "::ffff:203.0.113.7")

    for address in (*of_one, *of_another, "2001:db8:0:2::1"):
        await house.visitor().post("/sign-in", data={"email": EMAIL}, headers={"x-forwarded-for": address})

    counted = await house.rows("SELECT count FROM counters WHERE key LIKE 'links from%' ORDER BY count")
    assert counted == [(1,), (2,), (2,)]


@pytest.mark.parametrize(
    "email", ["", "dana", "dana@", "@example.org", "a b@example.org", "dana@x", "d@e.org\nBcc: x@y.org"]
)
async def test_what_is_no_address_is_said_on_the_page_and_kept(house: House, email: str) -> None:
    answer = await house.visitor().post("/sign-in", data={"email": email})

    assert answer.status_code == 422
    assert "Write an address such as" in answer.text
    assert await house.count("mails") == 0


async def test_whoever_is_not_signed_in_is_led_to_the_door_and_back(house: House) -> None:
    visitor = house.visitor()

    page = await visitor.get("/designs?status=failed", headers=HTML)
    call = await visitor.get("/generations")

    assert (page.status_code, page.headers["location"]) == (303, "/sign-in?next=%2Fdesigns%3Fstatus%3Dfailed")
    assert (call.status_code, call.json()["code"]) == (401, "not_signed_in")
    assert call.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "then", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\tb"]
)
async def test_nobody_is_led_elsewhere_after_signing_in(house: House, then: str) -> None:
    visitor = house.visitor()
    await visitor.post("/sign-in", data={"email": EMAIL, "next": then})

    answer = await visitor.post("/sign-in/link", data={"token": (await house.message(EMAIL)).token, "next": then})

    assert answer.headers["location"] == "/"


async def test_the_trial_is_for_a_mailbox_however_it_is_written(house: House) -> None:
    first = await house.member("d.ana+garden@gmail.com")
    second = await house.member("dana@googlemail.com")
    thrown_away = await house.member("dana@mailinator.com")

    balances = [(await person.get("/credits")).json()["balance"] for person in (first, second, thrown_away)]

    assert balances == [3, 0, 0]


async def test_signing_in_again_gives_a_new_session_and_ends_the_one_before(house: House) -> None:
    visitor = await house.member(EMAIL)
    before = visitor.kept[SESSION]
    await visitor.post("/sign-in", data={"email": EMAIL})
    await visitor.post("/sign-in/link", data={"token": (await house.message(EMAIL)).token})

    old = await visitor.get("/credits", headers={"cookie": f"{SESSION}={before}"})

    assert visitor.kept[SESSION] != before
    assert old.status_code == 401
    assert (await visitor.get("/credits")).status_code == 200
    assert await house.count("sessions") == 1


async def test_signing_out_ends_the_session_for_good(house: House) -> None:
    visitor = await house.member(EMAIL)
    token = visitor.kept[SESSION]

    await visitor.post("/sign-out")

    assert SESSION not in visitor.kept
    assert (await visitor.get("/credits", headers={"cookie": f"{SESSION}={token}"})).status_code == 401


async def test_no_secret_stands_in_the_database(house: House) -> None:
    visitor = house.visitor()
    await visitor.post("/sign-in", data={"email": EMAIL})
    message = await house.message(EMAIL)
    browser = visitor.kept[BROWSER]
    await visitor.post("/sign-in/link", data={"token": message.token})
    key = (await visitor.post("/keys", json={"name": "shed"})).json()["secret"]
    await house.rows("DELETE FROM mails")

    tables = ("sign_ins", "sessions", "api_keys", "accounts", "audit_log", "counters", "challenges")
    held = "".join([str(await house.rows(f"SELECT t::text FROM {table} t")) for table in tables])

    for secret in (message.token, message.code, browser, visitor.kept[SESSION], key):
        assert secret not in held
        assert secret.encode().hex() not in held


async def test_an_error_of_the_database_says_no_value(house: House) -> None:
    with pytest.raises(DBAPIError) as error:
        async with house.running.database.connect() as connection:
            await connection.execute(text("SELECT 1 / 0, CAST(:said AS text)"), {"said": "a secret"})

    assert "a secret" not in str(error.value)
