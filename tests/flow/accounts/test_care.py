"""What limits the harm of a browser left open, a stolen session or a mistake: time, a second look, and mail."""

from datetime import UTC, datetime

import pytest

from tests.emulators.authenticator import Authenticator
from tests.flow.accounts.people import HTML, House, Visitor
from tests.flow.accounts.test_passkeys import add
from yarda.accounts import manage
from yarda.web.cookies import SESSION

EMAIL = "dana@example.org"
SENT = "SELECT body FROM mails WHERE subject = 'Your Yarda account was changed' ORDER BY created_at"


@pytest.fixture
def host() -> str:
    """Passkeys need an address with a name."""
    return "localhost"


async def leave_open(house: House, *, minutes: int) -> None:
    """Every browser has been signed in for so long."""
    await house.rows(f"UPDATE sessions SET created_at = now() - interval '{minutes} minutes'")


async def test_what_could_take_an_account_away_needs_a_fresh_sign_in(house: House) -> None:
    member = await house.member(EMAIL)
    passkey = await add(member, Authenticator(origin=house.url))
    changes = [
        ("POST", "/keys", {"json": {"name": "shed"}}),
        ("POST", "/passkeys/options", {}),
        ("PUT", "/passkeys/rule", {"json": {"required": True}}),
        ("PUT", "/passkeys/rule", {"json": {"required": False}}),
        ("DELETE", f"/passkeys/{passkey['id']}", {}),
        ("DELETE", "/member", {}),
    ]
    await leave_open(house, minutes=31)

    for method, path, options in changes:
        answer = await member.request(method, path, **options)
        assert (answer.status_code, answer.json()["code"]) == (403, "sign_in_again"), path

    assert (await member.get("/credits")).status_code == 200
    assert await house.rows("SELECT needs_passkey, disabled_at FROM accounts") == [(False, None)]
    assert (await house.count("api_keys"), await house.count("passkeys")) == (0, 1)


async def test_a_page_that_needs_a_fresh_sign_in_leads_there_and_it_works_then(house: House) -> None:
    member = await house.member(EMAIL)
    await leave_open(house, minutes=31)

    for path, form in (("/account/keys", {"name": "shed"}), ("/account/delete", {"email": EMAIL})):
        sent = await member.post(path, data=form, headers=HTML)
        assert (sent.status_code, sent.headers["location"]) == (303, "/sign-in?next=/account&again=yes")
    assert "last half hour" in (await member.get(sent.headers["location"])).text

    await use_link(house, member)
    deleted = await member.post("/account/delete", data={"email": EMAIL}, headers=HTML)
    assert (deleted.status_code, deleted.headers["location"]) == (303, "/?account=deleted")


async def use_link(house: House, visitor: Visitor) -> None:
    await visitor.post("/sign-in", data={"email": EMAIL})
    await visitor.post("/sign-in/link", data={"token": (await house.message(EMAIL)).token})


async def test_a_browser_that_is_not_used_is_signed_out_and_one_that_is_used_is_too_in_the_end(
    house: House,
) -> None:
    used, left = await house.member(EMAIL), await house.member(EMAIL)
    left_at = "(SELECT id FROM sessions ORDER BY created_at DESC LIMIT 1)"
    days = "SELECT round(extract(epoch FROM expires_at - now()) / 86400) FROM sessions ORDER BY created_at"
    assert await house.rows(days) == [(14,), (14,)]

    await house.rows(f"UPDATE sessions SET expires_at = now() - interval '1 second' WHERE id = {left_at}")
    await house.rows(
        "UPDATE sessions SET created_at = created_at - interval '20 days', seen_at = seen_at - interval '1 day', "
        f"expires_at = expires_at - interval '1 day' WHERE id <> {left_at}"
    )

    assert (await left.get("/credits")).status_code == 401
    assert (await used.get("/credits")).status_code == 200
    assert await house.rows(f"{days} LIMIT 1") == [(10,)]


async def test_all_other_browsers_are_signed_out_at_once(house: House) -> None:
    here, there, elsewhere = [await house.member(EMAIL) for _ in range(3)]
    stranger = await house.member("other@example.org")
    assert "Sign out every other browser" in (await here.get("/account")).text

    await here.post("/account/sessions/end-others")

    answers = [(await visitor.get("/credits")).status_code for visitor in (here, there, elsewhere, stranger)]
    assert answers == [200, 401, 401, 200]
    assert "Sign out every other browser" not in (await here.get("/account")).text


@pytest.mark.parametrize("path", ["/", "/designs", "/account", "/place?address=1+Main+St"])
async def test_every_page_of_somebody_signed_in_has_a_way_out(house: House, path: str) -> None:
    member, visitor = await house.member(EMAIL), house.visitor()

    page = await member.get(path, headers=HTML)
    seen_by_others = await visitor.get("/", headers=HTML)

    assert page.text.count('action="/sign-out"') == 1
    assert 'action="/sign-out"' not in seen_by_others.text


async def test_a_disabled_account_is_signed_out_for_good(house: House) -> None:
    member = await house.member(EMAIL)
    open_work = house.running.database.open_work

    disabled = await manage.disable_account(EMAIL, actor="test", now=datetime.now(UTC), open_work=open_work)
    await manage.enable_account(EMAIL, actor="test", open_work=open_work)

    assert disabled.disabled_at is not None
    assert (await member.get("/credits")).status_code == 401
    assert (await (await house.member(EMAIL)).get("/credits")).status_code == 200


async def test_each_way_in_that_is_opened_or_closed_is_told_by_mail(house: House) -> None:
    member = await house.member(EMAIL)
    passkey = await add(member, Authenticator(origin=house.url))
    await member.put("/passkeys/rule", json={"required": True})
    await member.put("/passkeys/rule", json={"required": False})
    await member.delete(f"/passkeys/{passkey['id']}")
    secret = (await member.post("/keys", json={"name": "shed"})).json()["secret"]

    sent = [body for (body,) in await house.rows(SENT)]

    assert [body.split("\n", 1)[0] for body in sent] == [
        "A passkey was added: “phone”.",
        "From now on nothing but a passkey signs in.",
        "Links sign in again, not passkeys only.",
        "A passkey was removed.",
        "An API key was created: “shed”.",
    ]
    assert all(f"{house.url}/account" in body and secret not in body for body in sent)


@pytest.mark.parametrize("leaving", ["/sign-out", "/account/delete"])
async def test_a_browser_that_signs_out_forgets_the_pictures_too(house: House, leaving: str) -> None:
    member = await house.member(EMAIL)

    answer = await member.post(leaving, data={"email": EMAIL})

    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert SESSION not in member.kept
