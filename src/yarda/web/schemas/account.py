"""Credits and calls as the contract's JSON, as pydantic sees it."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from yarda.domain.attempt import Attempt
from yarda.domain.credit import LedgerEntry


class BalanceRead(BaseModel):
    balance: int
    held: int
    available: int


class EntryRead(BaseModel):
    id: int
    created_at: datetime
    kind: str
    credits: int
    generation_id: UUID | None
    area_id: UUID | None
    reason: str

    @classmethod
    def of(cls, entry: LedgerEntry) -> Self:
        return cls(
            id=entry.id,
            created_at=entry.created_at,
            kind=entry.kind.value,
            credits=entry.signed_credits,
            generation_id=entry.generation,
            area_id=entry.area,
            reason=entry.reason,
        )


class EntryPage(BaseModel):
    items: list[EntryRead]
    next_cursor: str | None


class CallRead(BaseModel):
    """One call to an image provider."""

    id: UUID
    area_id: UUID
    provider: str
    model: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    provider_reference: str | None
    request_sha256: str
    cost_usd: float | None

    @classmethod
    def of(cls, attempt: Attempt) -> Self:
        return cls(
            id=attempt.id,
            area_id=attempt.area,
            provider=attempt.provider,
            model=attempt.model,
            started_at=attempt.started_at,
            finished_at=attempt.finished_at,
            outcome=attempt.outcome.value,
            provider_reference=attempt.provider_reference,
            request_sha256=attempt.request_sha256,
            cost_usd=None if attempt.cost_usd is None else float(attempt.cost_usd),
        )


class CallDetail(CallRead):
    """A call with what was sent and why it ended as it did."""

    prompt: str
    prompt_version: str
    reason: str | None

    @classmethod
    def of(cls, attempt: Attempt) -> Self:
        call = CallRead.of(attempt).model_dump()
        return cls(**call, prompt=attempt.prompt, prompt_version=attempt.prompt_version, reason=attempt.reason)


class CallList(BaseModel):
    items: list[CallRead]
