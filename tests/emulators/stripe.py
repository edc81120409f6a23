"""Plays Stripe's Checkout on 127.0.0.1: its API, its page to pay on, and its signed notices.

A script is a list of behaviours, one per API call, as for the other emulated services.
"""

import hashlib
import hmac
import json
import time
from collections import deque
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs

import httpx2

from tests.emulators.server import EmulatedServer, Exchange

KEY = "sk_test_0123456789abcdef"
WEBHOOK_SECRET = "whsec_0123456789abcdef"
JSON = [("content-type", "application/json")]
PAGE = """<!doctype html><title>Checkout</title><h1>{name}</h1><p>{price}</p>
<form method="post"><button>Pay</button></form><a href="{cancel_url}">Back</a>"""


class StripeEmulator(EmulatedServer):
    """Checks each request as Stripe does, then does what the script says; `sessions` has every checkout.

    Who pays on a checkout's page has the notice sent to `webhook_url` before being sent back.
    """

    def __init__(self, script: Iterable[str] = ()) -> None:
        super().__init__(self._answer)
        self.script = deque(script)
        self.webhook_url = ""
        self.sessions: dict[str, dict[str, Any]] = {}
        self.orders: list[dict[str, str]] = []
        self.agents: list[dict[str, Any]] = []
        self._by_key: dict[str, tuple[dict[str, str], str]] = {}

    def notice(
        self,
        reference: str,
        kind: str = "completed",
        *,
        age: float = 0,
        secret: str = WEBHOOK_SECRET,
        **changes: Any,
    ) -> tuple[bytes, str]:
        """The body and signature of a notice on a session; `changes` are made to the session in it."""
        paid = {"payment_status": "paid"} if kind in ("completed", "async_payment_succeeded") else {}
        session = self.sessions[reference] | paid | changes
        event = {"id": "evt_1", "object": "event", "type": f"checkout.session.{kind}", "data": {"object": session}}
        body = json.dumps(event).encode()
        return body, sign(body, age=age, secret=secret)

    async def send_notice(self, reference: str, kind: str = "completed") -> int:
        """Deliver a notice; returns the status it was answered with."""
        body, signature = self.notice(reference, kind)
        async with httpx2.AsyncClient(timeout=30) as client:
            answer = await client.post(self.webhook_url, content=body, headers={"Stripe-Signature": signature})
        return answer.status_code

    async def _answer(self, exchange: Exchange) -> str:
        method, path = exchange.call.method, exchange.call.path
        if path.startswith("/pay/") and path.removeprefix("/pay/") in self.sessions:
            return await self._checkout_page(exchange, path.removeprefix("/pay/"))
        if (method, path) != ("POST", "/v1/checkout/sessions"):
            await exchange.respond(404, _error("invalid_request_error", None), JSON)
            return "404"
        if exchange.headers.get("authorization") != f"Bearer {KEY}":
            await exchange.respond(401, _error("invalid_request_error", None), JSON)
            return "401"
        behaviour = self.script.popleft() if self.script else "ok"
        await self._behave(behaviour, exchange)
        return behaviour

    async def _behave(self, behaviour: str, exchange: Exchange) -> None:
        kind, _, argument = behaviour.partition(":")
        match kind:
            case "status":
                await exchange.respond(int(argument), _error("api_error", None), JSON)
            case "html":
                await exchange.respond(int(argument), b"<html>bad gateway</html>")
            case "raw":
                await exchange.respond(200, argument.encode(), JSON)
            case "huge":
                await exchange.respond(200, b" " * int(argument), JSON)
            case "hang":
                await exchange.wait(None)
            case "made_and_lost":
                self._open(exchange)
                exchange.reset()
            case _:
                status, answer = self._open(exchange)
                if kind == "paid_before_the_answer":
                    await self.send_notice(json.loads(answer)["id"])
                await exchange.respond(status, answer, [*JSON, ("request-id", "req_1")])

    def _open(self, exchange: Exchange) -> tuple[int, bytes]:
        """Make a session; the same Idempotency-Key gives the same one, and takes no other order."""
        order = {name: values[0] for name, values in parse_qs(exchange.body.decode()).items()}
        key = exchange.headers["idempotency-key"]
        self.orders.append(order)
        self.agents.append(json.loads(exchange.headers["x-stripe-client-user-agent"]))
        first, reference = self._by_key.setdefault(key, (order, f"cs_test_{len(self._by_key) + 1}"))
        if first != order:
            return 400, _error("idempotency_error", None)
        if (problem := _problem(order)) is not None:
            return 400, _error("invalid_request_error", "parameter_missing", problem)
        session = self.sessions.setdefault(
            reference, _session(reference, order, url=f"{self.base_url}/pay/{reference}")
        )
        return 200, json.dumps(session).encode()

    async def _checkout_page(self, exchange: Exchange, reference: str) -> str:
        session = self.sessions[reference]
        if exchange.call.method == "POST":
            session["payment_status"], session["status"] = "paid", "complete"
            status = await self.send_notice(reference)
            await exchange.respond(303, b"", [("location", session["success_url"])])
            return f"paid, notice answered {status}"
        price = f"{session['amount_total'] / 100:.2f} {session['currency'].upper()}"
        page = PAGE.format(name=session["name"], price=price, cancel_url=session["cancel_url"])
        await exchange.respond(200, page.encode(), [("content-type", "text/html")])
        return "page"


def sign(body: bytes, *, age: float = 0, secret: str = WEBHOOK_SECRET) -> str:
    """The Stripe-Signature header of a body signed that many seconds ago."""
    at = int(time.time() - age)
    code = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={code}"


def _session(reference: str, order: dict[str, str], *, url: str) -> dict[str, Any]:
    return {
        "id": reference,
        "object": "checkout.session",
        "mode": order["mode"],
        "status": "open",
        "payment_status": "unpaid",
        "amount_total": int(order["line_items[0][price_data][unit_amount]"]),
        "currency": order["line_items[0][price_data][currency]"],
        "name": order["line_items[0][price_data][product_data][name]"],
        "client_reference_id": order.get("client_reference_id"),
        "customer_email": order.get("customer_email"),
        "success_url": order["success_url"],
        "cancel_url": order["cancel_url"],
        "url": url,
    }


def _problem(order: dict[str, str]) -> str | None:
    needed = (
        "mode",
        "success_url",
        "line_items[0][quantity]",
        "line_items[0][price_data][unit_amount]",
        "line_items[0][price_data][currency]",
        "line_items[0][price_data][product_data][name]",
    )
    return next((f"Missing required param: {name}." for name in needed if name not in order), None)


def _error(kind: str, code: str | None, message: str = "Something is wrong with sk_test_****cdef.") -> bytes:
    return json.dumps({"error": {"type": kind, "code": code, "message": message}}).encode()
