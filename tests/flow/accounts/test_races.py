"""Real requests in parallel: no credit is spent twice, lost or left held."""

import asyncio
from typing import Any

import pytest

from tests.emulators.gemini import GeminiEmulator
from tests.flow.accounts.people import House, Visitor
from tests.flow.accounts.test_leaving import draw, finished, upload
from tests.flow.periods import room_in
from yarda.accounts.limits import LOOKUPS, REQUESTS, UPLOADS
from yarda.api import working


async def body_of(member: Visitor, house: House) -> dict[str, Any]:
    area = {"area": "front_yard", "style": "mediterranean"}
    return {"photo_id": await upload(member, house.photo), "areas": [area], "provider": "gemini"}


async def test_a_hundred_requests_on_one_credit_are_one_design(house: House) -> None:
    member = await house.member()
    body = await body_of(member, house)
    await house.rows("UPDATE ledger SET credits = 1 WHERE kind = 'grant'")

    answers = await asyncio.gather(*(member.post("/generations/multi", json=body) for _ in range(100)))

    statuses = [answer.status_code for answer in answers]
    assert statuses.count(201) == 1
    assert statuses.count(402) == 99
    refused = next(answer for answer in answers if answer.status_code == 402).json()
    assert refused["code"] == "insufficient_credits"
    assert (await member.get("/credits")).json() == {"balance": 1, "held": 1, "available": 0}
    assert await house.running.studio.audit() == []


@pytest.mark.parametrize("answer", ["ok", "status:400", "delay:0.3"])
async def test_cancel_against_finish_against_failure_settles_each_hold_once(
    house: House, gemini: GeminiEmulator, answer: str
) -> None:
    member = await house.member()
    gemini.script.extend([answer] * 3)
    made = [await draw(member, house) for _ in range(3)]

    async def cancel(entry: dict[str, Any], seconds: float) -> None:
        await asyncio.sleep(seconds)
        await member.post(f"/generations/{entry['id']}/cancel")

    async with working(house.running, concurrency=4):
        await asyncio.gather(*(cancel(entry, delay) for entry in made for delay in (0.0, 0.15, 0.3, 0.45)))
        for entry in made:
            await finished(member, entry)

    settled = await house.rows(
        "SELECT area_id, count(*) FILTER (WHERE kind = 'capture'), count(*) FILTER (WHERE kind = 'release') "
        "FROM ledger WHERE area_id IS NOT NULL GROUP BY area_id"
    )
    assert len(settled) == 3
    assert all(captured + released == 1 for _, captured, released in settled)
    assert (await member.get("/credits")).json()["held"] == 0
    assert await house.running.studio.audit() == []


async def test_who_asks_too_often_is_told_when_to_come_back(house: House) -> None:
    member, other = await house.member(), await house.member("other@example.org")
    await room_in(UPLOADS.period)
    await house.rows("DELETE FROM counters")
    await member.post("/photos")
    await member.post("/generations/multi", json={})
    await member.post("/places", json={})
    await member.post("/purchases", json={})
    await house.rows(f"UPDATE counters SET count = {UPLOADS.most}")
    assert UPLOADS.most == REQUESTS.most == LOOKUPS.most

    for path in ("/photos", "/generations/multi", "/places", "/purchases"):
        answer = await member.post(path, json={})
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
        assert int(answer.headers["retry-after"]) > 0
        assert (await other.post(path, json={})).status_code == 422
