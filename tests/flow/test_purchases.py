"""Buying credits: whatever the payment service says, how often and in which order, a purchase is granted once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.emulators.stripe import KEY, WEBHOOK_SECRET, StripeEmulator
from tests.flow.scene import Scene
from yarda.domain.account import Account
from yarda.domain.credit import AccountId
from yarda.settings import Settings, read_settings

PURCHASES = "SELECT status, reference, credits FROM purchases ORDER BY created_at"
GRANTS = "SELECT credits, reason FROM ledger WHERE kind = 'grant'"
AUDIT = "SELECT action, actor, detail ->> 'cents' FROM audit_log ORDER BY id"


@pytest.fixture
async def stripe(http: httpx2.AsyncClient, service: StripeEmulator) -> StripeEmulator:
    """The service, which sends its notices to the studio."""
    service.webhook_url = f"{http.base_url}/webhooks/stripe"
    return service


@pytest.fixture
async def service() -> AsyncIterator[StripeEmulator]:
    async with StripeEmulator() as emulator:
        yield emulator


@pytest.fixture
def settings(settings: Settings, service: StripeEmulator) -> Settings:
    """Credits are sold, and the owner starts without any."""
    sold: dict[str, Any] = {
        "stripe_api_key": KEY,
        "stripe_webhook_secret": WEBHOOK_SECRET,
        "stripe_base_url": service.base_url,
        "base_url": "http://127.0.0.1:8000",
        "trial_credits": 0,
    }
    return read_settings(**{name: getattr(settings, name) for name in settings.model_fields_set}, **sold)


async def buy(http: httpx2.AsyncClient, *, pack: int = 5) -> str:
    """Start a purchase; returns the service's reference of it."""
    answer = await http.post("/purchases", json={"pack": pack})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["url"].rsplit("/", 1)[-1])


async def test_the_packs_are_shown_with_their_prices(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/packs")

    assert answer.json() == {
        "items": [
            {"credits": 5, "cents": 900, "currency": "usd", "price": "9.00 USD"},
            {"credits": 20, "cents": 2900, "currency": "usd", "price": "29.00 USD"},
        ]
    }


async def test_five_deliveries_out_of_order_are_one_grant(
    http: httpx2.AsyncClient, stripe: StripeEmulator, scene: Scene
) -> None:
    reference = await buy(http)

    for kind in ("expired", "completed", "async_payment_succeeded", "completed", "expired"):
        assert await stripe.send_notice(reference, kind) == 204

    assert await scene.rows(PURCHASES) == [("paid", reference, 5)]
    assert await scene.rows(GRANTS) == [(5, "bought")]
    assert await scene.rows(AUDIT) == [("credits_bought", "payment service", "900")]
    assert (await http.get("/credits")).json() == {"balance": 5, "held": 0, "available": 5}
    assert await scene.studio.audit() == []


async def test_five_deliveries_at_once_are_one_grant(
    http: httpx2.AsyncClient, stripe: StripeEmulator, scene: Scene
) -> None:
    reference = await buy(http)

    answers = await asyncio.gather(*(stripe.send_notice(reference) for _ in range(5)))

    assert set(answers) == {204}
    assert await scene.rows(GRANTS) == [(5, "bought")]


async def test_a_notice_that_is_faster_than_the_answer_to_us_is_one_grant(
    http: httpx2.AsyncClient, stripe: StripeEmulator, scene: Scene
) -> None:
    stripe.script.append("paid_before_the_answer")

    reference = await buy(http)

    assert await scene.rows(PURCHASES) == [("paid", reference, 5)]
    assert await stripe.send_notice(reference) == 204
    assert await scene.rows(GRANTS) == [(5, "bought")]


async def test_a_purchase_whose_answer_was_lost_is_granted_when_it_is_paid(
    http: httpx2.AsyncClient, stripe: StripeEmulator, scene: Scene
) -> None:
    stripe.script.append("made_and_lost")
    answer = await http.post("/purchases", json={"pack": 20})
    assert (answer.status_code, answer.json()["code"]) == (503, "payments_unavailable")

    assert await stripe.send_notice("cs_test_1") == 204

    assert await scene.rows(GRANTS) == [(20, "bought")]


async def test_a_page_says_that_the_payment_service_is_away_and_does_not_ask_again_by_itself(
    http: httpx2.AsyncClient, stripe: StripeEmulator
) -> None:
    stripe.script.append("made_and_lost")

    page = await http.post("/account/credits", data={"pack": "5"}, headers={"accept": "text/html"})

    assert page.status_code == 503
    assert "The payment service is away." in page.text
    assert "http-equiv" not in page.text


@pytest.mark.parametrize("pack", ["", "6", "five", "5" * 5000])
async def test_a_pack_that_is_none_is_refused(http: httpx2.AsyncClient, pack: str) -> None:
    page = await http.post("/account/credits", data={"pack": pack}, headers={"accept": "text/html"})

    assert page.status_code in (404, 422)


@pytest.mark.parametrize("change", [{"amount_total": 1}, {"currency": "eur"}])
async def test_another_amount_than_the_packs_is_reported_and_grants_nothing(
    http: httpx2.AsyncClient, stripe: StripeEmulator, scene: Scene, change: dict[str, Any]
) -> None:
    reference = await buy(http)
    stripe.sessions[reference] |= change

    assert await stripe.send_notice(reference) == 204

    assert await scene.rows(GRANTS) == []
    assert [row[0] for row in await scene.rows(AUDIT)] == ["payment_mismatch"]
    assert await scene.rows(PURCHASES) == [("open", reference, 5)]


async def test_money_of_somebody_who_has_left_is_reported(
    http: httpx2.AsyncClient, stripe: StripeEmulator, scene: Scene
) -> None:
    reference = await buy(http)
    await scene.rows("UPDATE accounts SET kind = 'deleted' RETURNING id")

    assert await stripe.send_notice(reference) == 204
    assert await stripe.send_notice(reference) == 204

    assert [row[0] for row in await scene.rows(AUDIT)] == ["paid_after_deletion"]
    assert await scene.rows(GRANTS) == [(5, "bought")]


@pytest.mark.parametrize("forged", [{"secret": "whsec_another"}, {"age": 310}])
async def test_a_notice_that_is_forged_or_old_is_refused(
    http: httpx2.AsyncClient, stripe: StripeEmulator, scene: Scene, forged: dict[str, Any]
) -> None:
    body, signature = stripe.notice(await buy(http), **forged)

    answer = await http.post("/webhooks/stripe", content=body, headers={"Stripe-Signature": signature})

    assert (answer.status_code, answer.json()["code"]) == (400, "notice_invalid")
    assert (await http.post("/webhooks/stripe", content=body)).status_code == 400
    assert await scene.rows(GRANTS) == []


async def test_news_of_somebody_elses_checkout_is_taken_and_passed_over(
    http: httpx2.AsyncClient, stripe: StripeEmulator, scene: Scene
) -> None:
    reference = await buy(http)
    stripe.sessions["cs_other"] = stripe.sessions[reference] | {"id": "cs_other", "client_reference_id": None}

    assert await stripe.send_notice("cs_other") == 204

    assert await scene.rows(GRANTS) == []


async def test_a_checkout_that_nobody_pays_expires(
    http: httpx2.AsyncClient, stripe: StripeEmulator, scene: Scene
) -> None:
    reference = await buy(http)

    assert await stripe.send_notice(reference, "expired") == 204

    assert await scene.rows(PURCHASES) == [("expired", reference, 5)]
    assert await scene.studio.audit() == []


async def test_who_buys_is_no_longer_on_trial(
    http: httpx2.AsyncClient, stripe: StripeEmulator, scene: Scene
) -> None:
    account = Account(id=AccountId(uuid4()), email="dana@example.org", created_at=datetime.now(UTC))
    async with scene.running.database.open_work() as work:
        await work.accounts.add_once(account)
    await scene.studio.start_purchase(5, account=account.id)

    assert stripe.orders[0]["customer_email"] == "dana@example.org"
    assert await stripe.send_notice("cs_test_1") == 204
    assert await scene.rows("SELECT plan FROM accounts ORDER BY kind") == [("own",), ("paid",)]
