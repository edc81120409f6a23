"""Stripe as a payment service against the emulator, through the real library: what is asked, read and refused."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
import stripe

from tests.emulators.stripe import KEY, WEBHOOK_SECRET, StripeEmulator, sign
from yarda.accounts.service_ports import Checkout, PaidNotice
from yarda.domain.account import PurchaseId
from yarda.domain.purchase import Pack
from yarda.errors import NoticeInvalid, PaymentsUnavailable
from yarda.payments.stripe import StripePayments

PURCHASE = PurchaseId(UUID("00000000-0000-4000-8000-000000000005"))
PACK = Pack(credits=5, cents=900, currency="usd")


@pytest.fixture
async def service() -> AsyncIterator[StripeEmulator]:
    async with StripeEmulator() as emulator:
        yield emulator


@pytest.fixture
async def payments(service: StripeEmulator) -> AsyncIterator[StripePayments]:
    payments = StripePayments(api_key=KEY, webhook_secret=WEBHOOK_SECRET, base_url=service.base_url, seconds=1)
    yield payments
    await payments.close()


async def open_checkout(payments: StripePayments, *, email: str | None = "dana@example.org") -> Checkout:
    return await payments.open_checkout(
        PURCHASE, PACK, email=email, success_url="https://yarda.test/done", cancel_url="https://yarda.test/back"
    )


async def test_a_checkout_names_the_purchase_the_price_and_the_way_back(
    payments: StripePayments, service: StripeEmulator
) -> None:
    checkout = await open_checkout(payments)

    assert checkout == Checkout(reference="cs_test_1", url=f"{service.base_url}/pay/cs_test_1")
    assert service.orders == [
        {
            "mode": "payment",
            "client_reference_id": str(PURCHASE),
            "metadata[purchase]": str(PURCHASE),
            "customer_email": "dana@example.org",
            "line_items[0][quantity]": "1",
            "line_items[0][price_data][currency]": "usd",
            "line_items[0][price_data][unit_amount]": "900",
            "line_items[0][price_data][product_data][name]": "5 Yarda credits",
            "success_url": "https://yarda.test/done",
            "cancel_url": "https://yarda.test/back",
        }
    ]


async def test_nothing_of_this_machine_is_told_or_kept(
    payments: StripePayments, service: StripeEmulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    await open_checkout(payments)
    await open_checkout(payments)

    assert list(tmp_path.iterdir()) == []
    assert not {"telemetry_id", "platform"} & set().union(*service.agents)
    assert stripe.enable_telemetry is False


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        ("status:500", "HTTP 500"),
        ("status:429", "HTTP 429"),
        ("status:409", "HTTP 409"),
        ("status:400", "HTTP 400"),
        ("html:502", "HTTP 502"),
        ("hang", "no answer"),
        ("made_and_lost", "no answer"),
        ("huge:2000000", "no answer"),
        ("raw:[]", "unreadable"),
        ("raw:{}", "no checkout"),
        ("raw:<html>", "HTTP 200"),
        ('raw:{"id": "cs_1", "object": "checkout.session", "url": null}', "no checkout"),
    ],
)
async def test_a_call_that_brings_no_checkout_is_sent_once_and_tells_no_secret(
    behaviour: str, reason: str, payments: StripePayments, service: StripeEmulator
) -> None:
    service.script.append(behaviour)

    with pytest.raises(PaymentsUnavailable) as caught:
        await open_checkout(payments)

    assert reason in caught.value.reason
    assert "sk_test" not in f"{caught.value} {caught.value.reason}"
    assert len(service.calls) == 1


async def test_a_wrong_key_is_no_secret_told(service: StripeEmulator) -> None:
    payments = StripePayments(api_key="sk_wrong", webhook_secret=WEBHOOK_SECRET, base_url=service.base_url)

    with pytest.raises(PaymentsUnavailable) as caught:
        await open_checkout(payments)

    assert "HTTP 401" in caught.value.reason
    assert "sk_" not in f"{caught.value} {caught.value.reason}"
    await payments.close()


async def test_asking_again_after_a_lost_answer_gives_the_same_checkout(
    payments: StripePayments, service: StripeEmulator
) -> None:
    service.script.append("made_and_lost")
    with pytest.raises(PaymentsUnavailable):
        await open_checkout(payments)

    checkout = await open_checkout(payments)

    assert (checkout.reference, list(service.sessions)) == ("cs_test_1", ["cs_test_1"])


@pytest.mark.parametrize(
    ("kind", "changes", "is_paid"),
    [
        ("completed", {}, True),
        ("completed", {"payment_status": "unpaid"}, None),
        ("async_payment_succeeded", {}, True),
        ("async_payment_failed", {}, False),
        ("expired", {}, False),
        ("created", {}, None),
    ],
)
async def test_a_notice_says_whether_money_came(
    kind: str,
    changes: dict[str, str],
    is_paid: bool | None,
    payments: StripePayments,
    service: StripeEmulator,
) -> None:
    await open_checkout(payments)
    body, signature = service.notice("cs_test_1", kind, **changes)

    notice = payments.read_notice(body, signature=signature)

    expected = PaidNotice(
        reference="cs_test_1", purchase=PURCHASE, is_paid=bool(is_paid), amount_cents=900, currency="usd"
    )
    assert notice == (None if is_paid is None else expected)


async def test_a_notice_must_be_signed_with_the_secret_and_lately(
    payments: StripePayments, service: StripeEmulator
) -> None:
    await open_checkout(payments)
    body, signature = service.notice("cs_test_1")
    old = service.notice("cs_test_1", age=310)
    foreign = service.notice("cs_test_1", secret="whsec_another")

    for wrong_body, wrong_signature in [
        old,
        foreign,
        (body.replace(b"900", b"100"), signature),
        (body, ""),
        (body, "t=now,v1=x"),
        (body, signature.split(",")[0]),
        (b"\xff\xfe", sign(b"\xff\xfe")),
        (b"[]", sign(b"[]")),
        (b"{", sign(b"{")),
    ]:
        with pytest.raises(NoticeInvalid):
            payments.read_notice(wrong_body, signature=wrong_signature)
    body, signature = service.notice("cs_test_1", age=290)
    assert payments.read_notice(body, signature=signature) is not None
