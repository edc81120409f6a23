"""What OpenAI's answers mean: an error for each kind of refusal and failure, a Rendering for a picture."""

import base64
import binascii
import json
import re
from decimal import Decimal
from typing import Any

import httpx2
from openai.types import ImagesResponse

from yarda.errors import (
    DamagedReply,
    PromptRejected,
    ProviderBusy,
    ProviderError,
    ProviderFailed,
    ProviderMisconfigured,
    UnusableReply,
)
from yarda.pipeline.provider import Rendering
from yarda.providers._streaming import retry_after_seconds
from yarda.providers._words import error_object, shortened
from yarda.providers.prices import Price

NAME = "openai"
REFUSALS = frozenset({"moderation_blocked", "content_policy_violation"})
OUT_OF_MONEY = frozenset({"insufficient_quota", "billing_hard_limit_reached"})


def rejection(response: httpx2.Response, text: str, *, model: str) -> ProviderError:
    """The error for an answer other than 200. OpenAI bills none of them."""
    status, error = response.status_code, error_object(text)
    code = str(error.get("code") or error.get("type") or "")
    reason = shortened(f"HTTP {status} {code}: {error.get('message') or text}")
    reference = _reference(response.headers.get("x-request-id"))
    if code in REFUSALS:
        return PromptRejected(NAME, reason, reference=reference)
    if code in OUT_OF_MONEY:
        return ProviderMisconfigured(NAME, f"the account of YARDA_OPENAI_API_KEY has no money left ({reason})")
    match status:
        case 408 | 409 | 429 | 503:
            return ProviderBusy(NAME, reason, retry_after=_wait(response, error), reference=reference)
        case 404:
            hint = f"the model {model} is not known or no longer offered; change YARDA_OPENAI_MODEL"
            return ProviderMisconfigured(NAME, f"{hint} ({reason})", reference=reference)
        case 401 | 403:
            return ProviderMisconfigured(NAME, f"YARDA_OPENAI_API_KEY is not accepted ({reason})")
        case _ if status < 500:
            return ProviderMisconfigured(NAME, reason, reference=reference)
        case _:
            return ProviderFailed(NAME, reason, reference=reference)


def trailer(headers: httpx2.Headers) -> bytes:
    """What of an answer's head is kept behind its body: OpenAI's own name of it."""
    return b"\n" + json.dumps({"x-request-id": headers.get("x-request-id")}).encode()


def split_trailer(reply: bytes) -> tuple[bytes, str | None]:
    """The body of a kept reply, and OpenAI's name of it."""
    body, _, kept = reply.rpartition(b"\n")
    try:
        head = json.loads(kept)
    except ValueError:
        return reply, None
    if not isinstance(head, dict) or "x-request-id" not in head:
        return reply, None
    return body, _reference(head["x-request-id"])


def _reference(said: object) -> str | None:
    """OpenAI's own name of an answer; whatever is not shaped like one is not kept, as it may repeat our key."""
    return said if isinstance(said, str) and re.fullmatch(r"[\w.-]{1,100}", said, re.ASCII) else None


def read_answer(answer: ImagesResponse, *, reference: str | None, price: Price) -> Rendering:
    """The picture of a 200. Raises `UnusableReply` when there is none, `DamagedReply` when it is broken."""
    try:
        pictures = [entry.b64_json for entry in getattr(answer, "data", None) or [] if entry.b64_json]
    except (TypeError, AttributeError) as error:
        raise DamagedReply(NAME, "the reply cannot be read", reference=reference) from error
    if not pictures:
        raise UnusableReply(NAME, "the reply has no picture", reference=reference)
    try:
        image = base64.b64decode(pictures[0], validate=True)
    except (binascii.Error, ValueError) as error:
        raise DamagedReply(NAME, "the picture's encoding is broken", reference=reference) from error
    return Rendering(
        image=image,
        media_type=f"image/{answer.output_format or 'jpeg'}",
        provider_reference=reference,
        cost_usd=_cost(answer, price=price),
    )


def _cost(answer: ImagesResponse, *, price: Price) -> Decimal:
    usage = answer.usage
    if usage is None:
        return price.picture
    details = usage.output_tokens_details
    text = details.text_tokens if details else 0
    return price.cost(
        input_tokens=max(0, usage.input_tokens), text_tokens=text, image_tokens=max(0, usage.output_tokens - text)
    )


def _wait(response: httpx2.Response, error: dict[str, Any]) -> float | None:
    """The longest wait that a header or the message asks for."""
    waits = []
    milliseconds = response.headers.get("retry-after-ms", "")
    if re.fullmatch(r"\d{1,9}", milliseconds, re.ASCII):
        waits.append(int(milliseconds) / 1000)
    if (header := retry_after_seconds(response.headers)) is not None:
        waits.append(header)
    said = re.search(r"try again in (\d{1,6}(?:\.\d{1,6})?)(ms|s)\b", str(error.get("message")), re.ASCII)
    if said:
        waits.append(float(said[1]) / (1000 if said[2] == "ms" else 1))
    return max(waits, default=None)
