"""What Gemini's answers mean: an error for each kind of refusal and failure, a Rendering for a picture."""

import json
import re
from decimal import Decimal
from typing import Any

import httpx2
from google.genai import types

from yarda.errors import (
    DamagedReply,
    PromptRefused,
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

NAME = "gemini"
MOST_TOKENS = 1_000_000
REFUSALS = frozenset(
    {
        types.FinishReason.SAFETY,
        types.FinishReason.BLOCKLIST,
        types.FinishReason.PROHIBITED_CONTENT,
        types.FinishReason.SPII,
        types.FinishReason.IMAGE_SAFETY,
        types.FinishReason.IMAGE_PROHIBITED_CONTENT,
        types.FinishReason.ESCALATION,
        types.FinishReason.MODEL_ARMOR,
    }
)
"""Content policy. A recitation is not among them: it is this model's luck, another may draw the order."""


def rejection(response: httpx2.Response, text: str, *, model: str) -> ProviderError:
    """The error for an answer other than 200. Gemini bills none of them."""
    status = response.status_code
    error = error_object(text)
    reason = shortened(f"HTTP {status} {error.get('status') or ''}: {error.get('message') or text}")
    match status:
        case 408 | 429 | 503:
            return ProviderBusy(NAME, reason, retry_after=_wait(response, error))
        case 404:
            hint = f"the model {model} is not known or no longer offered; change YARDA_GEMINI_MODEL"
            return ProviderMisconfigured(NAME, f"{hint} ({reason})")
        case 401 | 403:
            return ProviderMisconfigured(NAME, f"YARDA_GEMINI_API_KEY is not accepted ({reason})")
        case 402:
            return ProviderMisconfigured(NAME, f"the account of YARDA_GEMINI_API_KEY has no money left ({reason})")
        case 400 if "API_KEY_INVALID" in text or "API key not valid" in text:
            return ProviderMisconfigured(NAME, f"YARDA_GEMINI_API_KEY is not accepted ({reason})")
        case 400 if error.get("status") == "FAILED_PRECONDITION":
            return ProviderMisconfigured(NAME, f"Gemini is not offered to this account or region ({reason})")
        case _ if status < 500:
            return ProviderMisconfigured(NAME, reason)
        case _:
            return ProviderFailed(NAME, reason)


def read_answer(answer: types.GenerateContentResponse, reply: bytes, *, price: Price) -> Rendering:
    """The picture of a 200. Raises `PromptRefused`, or `UnusableReply` when there is none.

    `reply` is what the answer was parsed from.
    """
    reference = shortened(answer.response_id) or None
    blocked = answer.prompt_feedback
    if blocked is not None and blocked.block_reason is not None:
        raise PromptRefused(NAME, f"prompt blocked: {blocked.block_reason.value}", reference=reference)
    if not answer.candidates:
        failure = UnusableReply if reply.strip() else DamagedReply
        raise failure(NAME, "the reply has no candidates", reference=reference)
    candidate = answer.candidates[0]
    finish = candidate.finish_reason
    ending = f"finished with {finish.value if finish else 'no reason'}"
    if finish in REFUSALS:
        raise PromptRefused(NAME, f"{ending} {_finish_message(reply)}".rstrip(), reference=reference)
    # Drafts come as thoughts, and where several pictures come the last one is the finished one.
    parts = [part for part in (candidate.content and candidate.content.parts) or [] if not part.thought]
    pictures = [part.inline_data for part in parts if part.inline_data and part.inline_data.data]
    if not pictures:
        words = _finish_message(reply) or shortened(" ".join(part.text or "" for part in parts))
        failure = DamagedReply if finish is types.FinishReason.MALFORMED_RESPONSE else UnusableReply
        raise failure(NAME, f"no picture, {ending} {words}".rstrip(), reference=reference)
    assert pictures[-1].data is not None
    return Rendering(
        image=pictures[-1].data,
        media_type=pictures[-1].mime_type or "image/png",
        provider_reference=reference,
        cost_usd=_cost(answer.usage_metadata, price=price),
    )


def _cost(usage: types.GenerateContentResponseUsageMetadata | None, *, price: Price) -> Decimal:
    output = _tokens(usage.candidates_token_count if usage else None)
    if usage is None or not output:
        return price.picture
    details = usage.candidates_tokens_details or []
    images = [_tokens(item.token_count) for item in details if item.modality is types.MediaModality.IMAGE]
    # Without details all of it counts as picture, which costs most.
    image_tokens = min(sum(images), output) if details else output
    return price.cost(
        input_tokens=_tokens(usage.prompt_token_count),
        text_tokens=output - image_tokens + _tokens(usage.thoughts_token_count),
        image_tokens=image_tokens,
    )


def _tokens(count: int | None) -> int:
    """A count as it can be; what is out of all reason must not stop the books."""
    return min(max(count or 0, 0), MOST_TOKENS)


def _finish_message(reply: bytes) -> str:
    """Why there is no picture, in the provider's words; the library loses them on the way."""
    match json.loads(reply.decode(errors="replace")):
        case {"candidates": [{"finishMessage": str(words)}, *_]}:
            return shortened(words)
        case _:
            return ""


def _wait(response: httpx2.Response, error: dict[str, Any]) -> float | None:
    """The longest wait that the header or a RetryInfo asks for."""
    details = error.get("details")
    asked = [
        float(delay[:-1])
        for item in (details if isinstance(details, list) else [])
        if isinstance(item, dict)
        and isinstance(delay := item.get("retryDelay"), str)
        and re.fullmatch(r"\d{1,6}(\.\d{1,9})?s", delay, re.ASCII)
    ]
    header = retry_after_seconds(response.headers)
    return max([*asked, *([] if header is None else [header])], default=None)
