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
from yarda.api import working


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
    async with asyncio.timeout(40):
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
        "SELECT gen_random_uuid(), id, 5, 900, 'usd', 'open', now() FROM accounts WHERE kind = 'person'"
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
        async with asyncio.timeout(30):
            while not gemini.calls:
                await asyncio.sleep(0.05)
        await member.delete("/member")
        async with asyncio.timeout(30):
            while len(house.running.studio.runs):
                await asyncio.sleep(0.05)

    assert made["id"]
    assert await objects_of(house) == []
    assert not [path for path in (house.running.settings.data_dir / "spool").rglob("*") if path.is_file()]
    assert await house.running.studio.audit() == []
    assert await house.rows("SELECT kind FROM ledger ORDER BY id") == [("grant",), ("hold",), ("release",)]


async def test_who_comes_back_after_deleting_gets_no_second_trial(house: House) -> None:
    member = await house.member()
    await member.delete("/member")

    again = await house.member()

    assert (await again.get("/credits")).json()["balance"] == 0
