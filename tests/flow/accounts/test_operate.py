"""The operator's page: its numbers are the rows', and what is done on it changes them and is written down."""

import asyncio
import re
from typing import Any
from uuid import uuid4

import httpx2

from tests.emulators.gemini import GeminiEmulator
from tests.flow.accounts.people import HTML, House, Visitor
from tests.flow.accounts.test_leaving import draw, finished
from yarda.api import working


async def operator_of(house: House, email: str = "op@example.org") -> Visitor:
    """Whoever runs the house, signed in."""
    visitor = await house.member(email)
    await house.rows(f"UPDATE accounts SET is_operator = true WHERE email = '{email}'")
    return visitor


async def id_of(house: House, email: str) -> str:
    return str((await house.rows(f"SELECT id FROM accounts WHERE email = '{email}'"))[0][0])


async def logged(house: House) -> list[tuple[str, str, str]]:
    """What operators did: action, by whom, to whom."""
    rows = await house.rows(
        "SELECT action, actor, account_id FROM audit_log "
        "WHERE action NOT IN ('signed_in', 'address_proved', 'trial_granted') ORDER BY id"
    )
    return [(row[0], row[1], str(row[2])) for row in rows]


def read(page: httpx2.Response) -> str:
    """The words of a page."""
    assert page.status_code == 200, page.text
    return " ".join(re.sub(r"<[^>]*>", " ", page.text.split("<main")[1]).split())


async def test_what_waits_is_shown_with_its_age_and_can_be_cancelled(house: House) -> None:
    operator, member = await operator_of(house), await house.member()
    made = await draw(member, house)
    await house.rows("UPDATE generation_areas SET queued_at = now() - interval '2 hours 5 minutes 10 seconds'")

    words = read(await operator.get("/operate"))
    done = await operator.post(f"/operate/designs/{made['id']}/cancel")

    assert "Queued 1" in words
    assert f"2 h 5 min overdue Front yard, Mediterranean {made['id']} dana@example.org Waiting" in words
    assert done.status_code == 303
    assert (await finished(member, made)).json()["status"] == "cancelled"
    assert (await member.get("/credits")).json()["held"] == 0
    assert await logged(house) == [
        ("design_cancelled", await id_of(house, "op@example.org"), await id_of(house, "dana@example.org"))
    ]
    assert "None: whatever was asked for has an end." in read(await operator.get("/operate"))


async def test_what_failed_is_counted_and_drawn_again_by_whom_the_operator_says(
    house: House, gemini: GeminiEmulator
) -> None:
    operator, member = await operator_of(house), await house.member()
    gemini.script.extend(["status:500"] * 10)
    made = await draw(member, house)
    async with working(house.running, concurrency=4):
        failed = (await finished(member, made)).json()["areas"][0]
        gemini.script.clear()
        words = read(await operator.get("/operate"))
        path = f"/operate/designs/{made['id']}/areas/{failed['id']}/retry"
        done = await operator.post(path, data={"provider": "concept"})
        again = (await finished(member, made)).json()["areas"][0]

    code = failed["error"]["code"]
    assert f"{code} {failed['attempts']}" in words
    assert f"Failures in 30 days Code Areas Last {code} 1" in words
    assert done.status_code == 303
    assert (again["status"], again["provider"]) == ("completed", "concept")
    assert (await logged(house))[-1][0] == "area_retried"


async def test_spend_is_what_the_calls_of_the_day_cost(house: House) -> None:
    operator, member = await operator_of(house), await house.member()
    made = await draw(member, house)
    async with working(house.running, concurrency=4):
        await finished(member, made)

    page = await operator.get("/operate")

    (day, cost), *_ = await house.rows(
        "SELECT (started_at AT TIME ZONE 'UTC')::date, sum(cost_usd) FROM attempts WHERE billed GROUP BY 1"
    )
    assert f"{day} gemini 1 ${cost:.4f}" in read(page)
    assert page.text.count('class="spend__bar') == 1
    assert "Open for business" in read(page)


async def test_accounts_are_found_granted_credits_once_and_shut_out(house: House) -> None:
    operator, member = await operator_of(house), await house.member()
    dana, op = await id_of(house, "dana@example.org"), await id_of(house, "op@example.org")
    page = f"/operate/accounts/{dana}"
    form = {"credits": "7", "reason": "a late design", "once": str(uuid4())}

    assert "op@example.org" not in read(await operator.get("/operate/accounts", params={"containing": "DANA"}))
    nothing = await operator.post(f"{page}/grant", data={**form, "credits": "many"})
    too_much = await operator.post(f"{page}/grant", data={**form, "credits": "9999999999"})
    await asyncio.gather(*[operator.post(f"{page}/grant", data=form) for _ in range(3)])
    await operator.post(f"{page}/disable")
    shut_out = await member.get("/credits")
    words = read(await operator.get(page))
    await operator.post(f"{page}/enable")

    assert nothing.status_code == 422
    assert "grant at least 1 credit" in nothing.text
    assert (too_much.status_code, "grant at most 1,000,000 credits" in too_much.text) == (422, True)
    assert "Received: a late design +7 0 10 " in words
    assert "Disabled" in words
    assert shut_out.status_code == (await member.get("/credits")).status_code == 401
    assert (await (await house.member()).get("/credits")).json()["balance"] == 10
    done = [("credits_granted", op, dana), ("account_disabled", op, dana), ("account_enabled", op, dana)]
    assert await logged(house) == done
    assert (await operator.post(f"/operate/accounts/{op}/disable")).status_code == 422


async def test_accounts_are_paged_without_losing_one(house: House, monkeypatch: Any) -> None:
    monkeypatch.setattr("yarda.web.pages.operate_accounts.PER_PAGE", 2)
    operator = await operator_of(house)
    names = {f"person{number}@example.org" for number in range(5)}
    for name in names:
        await house.rows(f"INSERT INTO accounts (id, kind, email) VALUES (gen_random_uuid(), 'person', '{name}')")

    seen, path = [], "/operate/accounts?containing=person"
    while path:
        page = await operator.get(path)
        seen += re.findall(r"person\d@example\.org", read(page))
        found = re.search(r'href="(/operate/accounts\?cursor=[^"]+)"', page.text)
        path = found[1].replace("&amp;", "&") if found else ""

    assert (len(seen), set(seen)) == (5, names)


async def test_an_audit_lists_what_is_violated(house: House) -> None:
    operator, member = await operator_of(house), await house.member()
    made = await draw(member, house)
    before = read(await operator.post("/operate/audit"))
    await house.rows("UPDATE generations SET status = 'failed'")
    await house.running.studio.watch_invariants()

    after = read(await operator.post("/operate/audit"))

    assert "Every invariant holds." in before
    assert "no worker has checked yet" in before
    assert f"generation {made['id']} has a status that does not follow from its areas" in after
    assert "violations. ( 0 s ago)" in after.replace("(0", "( 0")
    assert [entry[0] for entry in await logged(house)] == ["audited", "audited"]


async def test_only_operators_see_the_way_there_and_others_get_a_page_that_says_no(house: House) -> None:
    operator, member = await operator_of(house), await house.member()

    refused = await member.get("/operate", headers=HTML)

    assert 'href="/operate"' in (await operator.get("/account")).text
    assert 'href="/operate"' not in (await member.get("/account")).text
    assert refused.status_code == 403
    assert "not_allowed" in refused.text
    assert refused.headers["content-type"].startswith("text/html")
