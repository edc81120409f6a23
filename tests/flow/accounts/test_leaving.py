"""What an account has: shown, handed over, kept as long as stated, and deleted without a trace."""

import asyncio
import io
import json
import zipfile
from typing import Any

import httpx2
import pytest

from tests.emulators.gemini import GeminiEmulator
from tests.flow.accounts.people import House, Visitor
from tests.flow.periods import room_in
from tests.patience import PATIENCE
from yarda.accounts.limits import ARCHIVES
from yarda.api import working
from yarda.domain.account import Scope
from yarda.domain.credit import AccountId
from yarda.errors import AccountDisabled
from yarda.pipeline.ports import Page
from yarda.web.cookies import SESSION


async def upload(visitor: Visitor, photo: bytes) -> str:
    answer = await visitor.post("/photos", files={"photo": ("yard.jpg", photo, "image/jpeg")})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def draw(visitor: Visitor, house: House, *, words: str = "keep the oak") -> dict[str, Any]:
    area = {"area": "front_yard", "style": "mediterranean", "custom_prompt": words}
    body = {"photo_id": await upload(visitor, house.photo), "areas": [area], "provider": "gemini"}
    answer = await visitor.post("/generations/multi", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def finished(visitor: Visitor, made: dict[str, Any]) -> httpx2.Response:
    async with asyncio.timeout(PATIENCE):
        while True:
            answer = await visitor.get(f"/generations/{made['id']}")
            if answer.status_code != 200 or answer.json()["completed_at"]:
                return answer
            await asyncio.sleep(0.1)


async def objects_of(house: House) -> list[str]:
    objects = house.running.settings.data_dir / "objects"
    return [str(path) for path in objects.rglob("*") if path.is_file()]


async def test_a_design_says_how_long_it_is_kept_and_is_deleted_then(house: House) -> None:
    member = await house.member()
    made = await draw(member, house)
    async with working(house.running, concurrency=4):
        view = (await finished(member, made)).json()
    assert view["kept_until"][:10] > view["created_at"][:10]
    await house.rows("UPDATE generations SET expires_at = now() - interval '1 second'")

    await house.running.studio.delete_expired()

    assert (await member.get(f"/generations/{made['id']}")).status_code == 404
    assert await objects_of(house) == []
    assert await house.running.studio.audit() == []


async def test_a_photo_that_nobody_used_is_deleted_when_its_time_is_over(house: House) -> None:
    member = await house.member()
    await upload(member, house.photo)
    assert await house.running.studio.delete_expired() == 0
    await house.rows("UPDATE photos SET created_at = now() - interval '31 days'")

    await house.running.studio.delete_expired()

    assert await house.count("photos") == await house.count("images") == 0
    assert await objects_of(house) == []


async def test_the_archive_has_everything_and_no_secret(house: House) -> None:
    member = await house.member()
    key = (await member.post("/keys", json={"name": "shed"})).json()["secret"]
    made = await draw(member, house)
    async with working(house.running, concurrency=4):
        await finished(member, made)
    await house.rows(
        "INSERT INTO purchases (id, account_id, credits, cents, currency, status, created_at) "
        "SELECT gen_random_uuid(), id, 5, 900, 'usd', 'paid', now() FROM accounts WHERE kind = 'person'"
    )

    answer = await member.get("/member/export")

    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    names = archive.namelist()
    assert {"account.json", "ledger.json", "calls.json", "README.txt"} <= set(names)
    assert [name for name in names if name.endswith("front_yard image.png")]
    assert [name for name in names if name.startswith("photos/") and name.endswith(".jpg")]
    about = json.loads(archive.read("account.json"))
    assert about["account"]["email"] == "dana@example.org"
    assert [purchase["pack"]["cents"] for purchase in about["purchases"]] == [900]
    assert "keep the oak" in json.loads(archive.read("calls.json"))[0]["prompt"]
    everything = b"".join(archive.read(name) for name in names)
    assert key.encode() not in everything


async def test_a_design_that_is_deleted_meanwhile_does_not_end_the_archive(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    member, studio = await house.member(), house.running.studio
    made = await draw(member, house)
    list_generations = studio.list_generations

    async def list_and_delete(account: AccountId, *, limit: int, cursor: str | None) -> Page[Any]:
        page = await list_generations(account, limit=limit, cursor=cursor)
        page.items[0]["areas"][0]["plan_url"] = "/as/if/it/were/drawn"
        await member.delete(f"/generations/{made['id']}")
        return page

    monkeypatch.setattr(studio, "list_generations", list_and_delete)

    answer = await member.get("/member/export")

    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert [name for name in names if name.endswith("/design.json")]


async def test_an_account_has_a_few_archives_an_hour(house: House) -> None:
    member = await house.member()

    await room_in(ARCHIVES.period)
    statuses = [(await member.get("/member/export")).status_code for _ in range(ARCHIVES.most + 1)]

    assert statuses == [200] * ARCHIVES.most + [429]


async def test_a_deleted_account_leaves_nothing_but_its_books(house: House, gemini: GeminiEmulator) -> None:
    member, other = await house.member(), await house.member("other@example.org")
    key = (await member.post("/keys", json={"name": "shed"})).json()["secret"]
    made = await draw(member, house)
    kept = await draw(other, house)
    async with working(house.running, concurrency=4):
        await finished(member, made)
        await finished(other, kept)
    await house.visitor().post("/sign-in", data={"email": "dana@example.org"})

    assert (await member.delete("/member")).status_code == 204

    assert (
        (await member.get("/credits")).status_code == (await house.program(key).get("/credits")).status_code == 401
    )
    assert (await other.get(f"/generations/{kept['id']}")).status_code == 200
    for table, column in (("mails", "recipient"), ("sign_ins", "address"), ("accounts", "email")):
        assert await house.rows(f"SELECT 1 FROM {table} WHERE {column} LIKE 'dana%'") == []
    whose = "WHERE account_id = (SELECT id FROM accounts WHERE kind = 'deleted')"
    for table in ("generations", "photos", "images", "sessions", "api_keys"):
        assert await house.rows(f"SELECT 1 FROM {table} {whose}") == []
    assert await house.rows(f"SELECT DISTINCT prompt FROM attempts {whose}") == [("",)]
    booked = await house.rows(f"SELECT kind FROM ledger {whose} ORDER BY id")
    assert [kind for (kind,) in booked] == ["grant", "hold", "capture"]
    assert await house.running.studio.audit() == []


@pytest.mark.parametrize("answer", ["delay:1.5", "ok"])
async def test_an_account_deleted_during_a_run_gets_no_picture_and_leaves_none(
    house: House, gemini: GeminiEmulator, answer: str
) -> None:
    gemini.script.append(answer)
    member = await house.member()
    made = await draw(member, house)
    async with working(house.running, concurrency=4):
        async with asyncio.timeout(PATIENCE):
            while not gemini.calls:
                await asyncio.sleep(0.05)
        await member.delete("/member")
        async with asyncio.timeout(PATIENCE):
            while len(house.running.studio.runs):
                await asyncio.sleep(0.05)

    assert made["id"]
    assert await objects_of(house) == []
    assert not [path for path in (house.running.settings.data_dir / "spool").rglob("*") if path.is_file()]
    assert await house.running.studio.audit() == []
    assert await house.rows("SELECT kind FROM ledger ORDER BY id") == [("grant",), ("hold",), ("release",)]


async def test_what_was_under_way_when_an_account_was_deleted_changes_nothing(house: House) -> None:
    member, desk = await house.member(), house.running.desk
    assert desk is not None
    caller = await desk.find_caller(member.kept[SESSION])
    await member.delete("/member")

    with pytest.raises(AccountDisabled):
        await desk.create_key("shed", scopes=frozenset({Scope.READ}), caller=caller)
    with pytest.raises(AccountDisabled):
        await desk.stop_requiring_passkey(caller)

    assert (await house.count("api_keys"), await house.count("mails")) == (0, 0)


async def test_who_comes_back_after_deleting_gets_no_second_trial(house: House) -> None:
    member = await house.member()
    await member.delete("/member")

    again = await house.member()

    assert (await again.get("/credits")).json()["balance"] == 0


async def test_what_is_over_of_signing_in_is_forgotten_and_what_is_not_stays(house: House) -> None:
    member, visitor = await house.member(), house.visitor()
    await visitor.post("/sign-in", data={"email": "other@example.org"})
    await house.rows("INSERT INTO challenges VALUES ('a', '{}', now() + interval '1 minute')")
    tables = ("sign_ins", "challenges", "sessions", "counters")

    await house.running.forget_old()
    assert [await house.count(table) > 0 for table in tables] == [True] * 4
    assert (await member.get("/credits")).status_code == 200

    for table in tables:
        over = "ends_at" if table == "counters" else "expires_at"
        await house.rows(f"UPDATE {table} SET {over} = now() - interval '1 second'")
    await house.running.forget_old()
    assert [await house.count(table) for table in tables] == [0] * 4
