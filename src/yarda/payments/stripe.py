"""Stripe Checkout as a payment service, through the stripe library with every re-send switched off."""

from uuid import UUID

import stripe
from stripe.params.checkout import SessionCreateParams

from yarda.accounts.service_ports import Checkout, PaidNotice
from yarda.domain.account import PurchaseId
from yarda.domain.purchase import Pack
from yarda.errors import NoticeInvalid, PaymentsUnavailable
from yarda.payments._carrier import SECONDS, Carrier

OLDEST_SECONDS = 300
"""A notice signed longer ago may be an old one that somebody sends again."""
SETTLED = {
    ("checkout.session.completed", "paid"): True,
    ("checkout.session.async_payment_succeeded", "paid"): True,
    ("checkout.session.async_payment_failed", "unpaid"): False,
    ("checkout.session.expired", "unpaid"): False,
}
"""Whether money came, by event and payment status; a completed session may still wait for its bank."""

# It would keep an identity of this machine in the home directory and send it along.
stripe.enable_telemetry = False


class StripePayments:
    """Plays the `Payments` port."""

    def __init__(
        self, *, api_key: str, webhook_secret: str, base_url: str | None = None, seconds: float = SECONDS
    ) -> None:
        self._webhook_secret = webhook_secret
        self._carrier = Carrier(seconds=seconds)
        self._client = stripe.StripeClient(
            api_key,
            base_addresses={"api": base_url or stripe.DEFAULT_API_BASE},
            max_network_retries=0,
            http_client=self._carrier,
        )

    async def open_checkout(
        self, purchase: PurchaseId, pack: Pack, *, email: str | None, success_url: str, cancel_url: str
    ) -> Checkout:
        params = _params(purchase, pack, success_url=success_url, cancel_url=cancel_url)
        if email is not None:
            params["customer_email"] = email
        try:
            session = await self._client.v1.checkout.sessions.create_async(
                params, {"idempotency_key": str(purchase)}
            )
            match session.to_dict():
                case {"id": str(reference), "url": str(url)}:
                    return Checkout(reference=reference, url=url)
        except stripe.StripeError as error:
            raise PaymentsUnavailable(_reason(error)) from None  # its words may hold parts of the key
        except (AttributeError, TypeError, ValueError) as error:  # choking on an answer that is none of Stripe's
            raise PaymentsUnavailable(f"unreadable answer: {type(error).__name__}") from error
        raise PaymentsUnavailable("the answer has no checkout in it")

    def read_notice(self, body: bytes, *, signature: str) -> PaidNotice | None:
        try:
            event = self._client.construct_event(body, signature, self._webhook_secret, OLDEST_SECONDS)
            found = event.to_dict()
        except stripe.SignatureVerificationError:
            raise NoticeInvalid("this notice is not signed with the webhook's secret, or too long ago") from None
        except (AttributeError, TypeError, ValueError) as error:
            raise NoticeInvalid("this notice cannot be read") from error
        match found:
            case {
                "type": str(kind),
                "data": {
                    "object": {
                        "id": str(reference),
                        "payment_status": str(status),
                        "amount_total": int(amount),
                        "currency": str(currency),
                    } as session
                },
            } if (kind, status) in SETTLED:
                return PaidNotice(
                    reference=reference,
                    purchase=_purchase(session.get("client_reference_id")),
                    is_paid=SETTLED[kind, status],
                    amount_cents=amount,
                    currency=currency,
                )
        return None

    async def close(self) -> None:
        await self._carrier.close_async()


def _params(purchase: PurchaseId, pack: Pack, *, success_url: str, cancel_url: str) -> SessionCreateParams:
    return {
        "mode": "payment",
        "client_reference_id": str(purchase),
        "metadata": {"purchase": str(purchase)},
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": pack.currency,
                    "unit_amount": pack.cents,
                    "product_data": {"name": f"{pack.credits} Yarda credits"},
                },
            }
        ],
        "success_url": success_url,
        "cancel_url": cancel_url,
    }


def _reason(error: stripe.StripeError) -> str:
    status = f"HTTP {error.http_status}" if error.http_status else "no answer"
    return f"{status}, {error.code or type(error).__name__}"


def _purchase(text: object) -> PurchaseId | None:
    try:
        return PurchaseId(UUID(str(text)))
    except ValueError:
        return None
