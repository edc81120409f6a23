"""Every route against everybody who may stand before it."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx2

from tests.flow.accounts.doors import ROUTES, Door, Route, list_routes
from tests.flow.accounts.people import HTML, House, Visitor
from tests.flow.accounts.test_leaving import draw, finished
from yarda.api import working
from yarda.web.app import create_app
from yarda.web.cookies import SESSION

WRITES = ("POST", "PATCH", "PUT", "DELETE")


async def belongings(member: Visitor, house: House) -> dict[str, str]:
    """What somebody has, by the names that paths use."""
    made = await draw(member, house)
    async with working(house.running, concurrency=4):
        view = (await finished(member, made)).json()
    area = view["areas"][0]
    return {
        "generation_id": view["id"],
        "area_id": area["id"],
        "photo_id": area["photo_id"],
        "image_id": area["image_url"].rsplit("/", 1)[-1],
        "call_id": (await member.get("/calls")).json()["items"][0]["id"],
        "session_id": (await member.get("/sessions")).json()["items"][0]["id"],
        "key_id": (await member.post("/keys", json={"name": "shed"})).json()["id"],
        "account_id": (await member.get("/member")).json()["id"],
        "passkey_id": await passkey_of(member, house),
        "provider": "google",
        "form": "plan.svg",
    }


async def passkey_of(member: Visitor, house: House) -> str:
    """A passkey as a row: browsers make none for an address without a name."""
    account = (await member.get("/member")).json()["id"]
    made = await house.rows(
        "INSERT INTO passkeys (id, account_id, credential, public_key, sign_count, name, created_at) "
        f"VALUES (gen_random_uuid(), '{account}', '\\x01', '\\x02', 0, 'phone', now()) RETURNING id"
    )
    return str(made[0][0])


def routes(*doors: Door) -> Iterator[tuple[str, str, Route]]:
    for name, route in ROUTES.items():
        if route.door in doors and name != "GET /static":
            method, path = name.split(" ", 1)
            yield method, path, route


async def knock(visitor: Visitor, method: str, path: str, route: Route, has: dict[str, str]) -> httpx2.Response:
    def filled(value: Any) -> Any:
        return {key: text.format_map(has) if isinstance(text, str) else text for key, text in value.items()}

    options: dict[str, Any] = {}
    if route.json is not None:
        options["json"] = filled(route.json)
    if route.form is not None:
        options["data"] = filled(route.form)
    if path == "/places/picture":
        options["params"] = {"address": "1 Main St, Springfield"}
    if path == "/new":
        options["params"] = {"photo": has["photo_id"]}
    if path == "/photos/{photo_id}/previews":
        options["params"] = {"area": "front_yard"}
    return await visitor.request(method, path.format_map(has), **options)


def test_every_route_is_decided() -> None:
    app = create_app(None)  # type: ignore[arg-type]

    assert list_routes(app) == set(ROUTES)


async def test_nobody_gets_in_without_being_somebody_now(house: House) -> None:
    member = await house.member()
    has = await belongings(member, house)
    key = (await member.post("/keys", json={"name": "old"})).json()
    await member.delete(f"/keys/{key['id']}")
    ended = house.visitor()
    ended.kept = dict(member.kept)
    expired = await house.member("late@example.org")
    await house.rows(
        "UPDATE sessions SET expires_at = now() - interval '1 second' WHERE account_id = "
        "(SELECT id FROM accounts WHERE email = 'late@example.org')"
    )
    await member.post("/sign-out")
    before = await house.rows("SELECT count(*) FROM generations"), await house.count("photos")

    strangers = (house.visitor(), house.program("yarda_nonsense"), house.program(key["secret"]), ended, expired)
    for stranger in strangers:
        for method, path, route in routes(Door.OWN, Door.SPEND, Door.MEMBER, Door.OPERATOR):
            answer = await knock(stranger, method, path, route, has)
            assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in"), f"{method} {path}"
            assert not leaked(answer, has), f"{method} {path}"
    assert (await house.rows("SELECT count(*) FROM generations"), await house.count("photos")) == before


async def test_open_routes_know_nobody(house: House) -> None:
    has = await belongings(await house.member(), house)

    for method, path, route in routes(Door.OPEN):
        answer = await knock(house.visitor(), method, path, route, has)
        assert answer.status_code in (200, 404, 422), f"{method} {path}"
        assert not leaked(answer, has)


async def test_what_belongs_to_somebody_is_as_unknown_to_others_as_what_never_was(house: House) -> None:
    has = await belongings(await house.member(), house)
    never = {name: str(uuid4()) if name.endswith("_id") else has[name] for name in has}
    other = await house.member("other@example.org")

    for method, path, route in routes(Door.OWN, Door.SPEND, Door.MEMBER):
        if path in ("/member", "/sign-out") and method in WRITES:
            continue  # these end the other's own account and session
        names_something = re.search(r"\{\w+_id\}", f"{path}{route.json}{route.form}") or path == "/new"
        theirs = await knock(other, method, path, route, has)
        assert not leaked(theirs, has), f"{method} {path}"
        if names_something:
            unknown = await knock(other, method, path, route, never)
            assert theirs.status_code == unknown.status_code == 404, f"{method} {path}"
            assert neutral(theirs, has) == neutral(unknown, never), f"{method} {path}"
        else:
            assert theirs.status_code < 500, f"{method} {path}"


async def test_keys_open_no_more_than_their_scopes(house: House) -> None:
    member = await house.member()
    has = await belongings(member, house)
    reading = house.program((await member.post("/keys", json={"name": "a", "scopes": ["read"]})).json()["secret"])
    drawing = house.program((await member.post("/keys", json={"name": "b"})).json()["secret"])

    for method, path, route in routes(Door.OWN, Door.SPEND):
        if method in WRITES:
            answer = await knock(reading, method, path, route, has)
            assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed"), f"{method} {path}"
    for program in (reading, drawing):
        for method, path, route in routes(Door.MEMBER, Door.OPERATOR):
            answer = await knock(program, method, path, route, has)
            assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed"), f"{method} {path}"


async def test_only_operators_operate_and_only_proved_addresses_spend(house: House) -> None:
    member = await house.member()
    has = await belongings(member, house)
    await house.rows("UPDATE accounts SET verified_at = NULL")

    for method, path, route in routes(Door.OPERATOR):
        assert (await knock(member, method, path, route, has)).status_code == 403, f"{method} {path}"
    for method, path, route in routes(Door.SPEND):
        answer = await knock(member, method, path, route, has)
        assert (answer.status_code, answer.json()["code"]) == (403, "email_not_verified"), f"{method} {path}"


async def test_a_page_asked_for_by_nobody_leads_to_the_door(house: House) -> None:
    has = {"generation_id": str(uuid4()), "area_id": str(uuid4()), "photo_id": str(uuid4())}

    for path in ("/designs", "/designs/{generation_id}", "/new?photo={photo_id}"):
        answer = await house.visitor().get(path.format_map(has), headers=HTML)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in?next=%2F")


async def test_pictures_are_for_their_owner_and_no_cache_between(house: House) -> None:
    member = await house.member()
    has = await belongings(member, house)

    answer = await member.get(f"/images/{has['image_id']}")

    assert answer.headers["cache-control"].startswith("private")
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert SESSION not in answer.text


def leaked(answer: httpx2.Response, has: dict[str, str]) -> list[str]:
    """Ids of somebody else's that the answer tells, beyond what was asked."""
    asked = str(answer.request.url) + answer.request.content.decode(errors="replace")
    return [name for name, id_ in has.items() if name.endswith("_id") and id_ in answer.text and id_ not in asked]


def neutral(answer: httpx2.Response, has: dict[str, str]) -> str:
    """The answer without the ids that were asked for."""
    text = answer.text
    for name, id_ in has.items():
        text = text.replace(id_, name)
    return text
