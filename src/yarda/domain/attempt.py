"""One call to one Provider, and what follows when it fails."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NewType, Self
from uuid import UUID

from yarda.domain.generation import AreaId
from yarda.errors import (
    HouseMoved,
    OutcomeUnknown,
    PictureUnchanged,
    PromptRefused,
    ProviderBusy,
    ProviderError,
    Remedy,
)

AttemptId = NewType("AttemptId", UUID)

MAX_PAID_CALLS = 2
"""Per Area and run; a call whose outcome is unknown counts as paid."""
MAX_CALLS = 3
"""Per Area, run and provider, paid or not; calls that were turned away do not count."""


FIRM_CODES = frozenset({HouseMoved.code, PictureUnchanged.code})


class Outcome(StrEnum):
    """What became of a call."""

    OPEN = "open"
    TURNED_AWAY = "turned_away"
    SUCCEEDED = "succeeded"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """The record of one provider call; committed before the call, closed after it.

    `credits` is the provider's price when it was called; None in records that are older than it.
    """

    id: AttemptId
    area: AreaId
    run: int
    provider: str
    model: str
    paid: bool
    request_sha256: str
    prompt: str = ""
    prompt_version: str = ""
    started_at: datetime
    price_cap_usd: Decimal = Decimal(0)
    credits: int | None = None
    outcome: Outcome = Outcome.OPEN
    finished_at: datetime | None = None
    provider_reference: str | None = None
    reason: str | None = None
    error_code: str | None = None
    billed: bool = False
    cost_usd: Decimal | None = None

    def succeeded(self, *, reference: str | None, cost_usd: Decimal, at: datetime) -> Self:
        return replace(
            self,
            outcome=Outcome.SUCCEEDED,
            finished_at=at,
            provider_reference=reference,
            cost_usd=cost_usd,
            billed=self.paid,
        )

    def failed(self, error: ProviderError, *, at: datetime) -> Self:
        """Close after an error; what may have been billed is booked at what the answer said, else at its cap."""
        outcome = Outcome.FAILED
        if isinstance(error, OutcomeUnknown):
            outcome = Outcome.UNKNOWN
        elif isinstance(error, PromptRefused):
            outcome = Outcome.REFUSED
        elif isinstance(error, ProviderBusy):
            outcome = Outcome.TURNED_AWAY
        billed = self.paid and error.billable
        cost_usd = self.price_cap_usd if self.cost_usd is None else self.cost_usd
        return replace(
            self,
            outcome=outcome,
            finished_at=at,
            reason=error.reason[:500],
            error_code=error.code,
            provider_reference=error.reference or self.provider_reference,
            billed=billed,
            cost_usd=cost_usd if billed else Decimal(0),
        )

    def lost(self, *, at: datetime, reason: str) -> Self:
        """Nobody knows what became of it: its worker died or was stopped during the call."""
        return replace(
            self,
            outcome=Outcome.UNKNOWN,
            finished_at=at,
            reason=reason,
            billed=self.paid,
            cost_usd=self.price_cap_usd if self.paid else Decimal(0),
        )


class NextStep(StrEnum):
    """What the pipeline does with an Area after a failed call."""

    CALL_AGAIN = "call_again"
    CALL_FIRMLY = "call_firmly"
    NEXT_PROVIDER = "next_provider"
    FAIL = "fail"


def may_call(attempts: tuple[Attempt, ...], *, provider: str, paid: bool) -> bool:
    """Whether the run's budget leaves room for one more call to the provider."""
    made = [attempt for attempt in attempts if attempt.outcome is not Outcome.TURNED_AWAY]
    if sum(attempt.provider == provider for attempt in made) >= MAX_CALLS:
        return False
    return not paid or sum(attempt.billed for attempt in attempts) < MAX_PAID_CALLS


def next_step(error: ProviderError, attempts: tuple[Attempt, ...], *, paid: bool) -> NextStep:
    """Decide from the error's remedy and the calls made so far in this run."""
    if error.remedy is Remedy.GIVE_UP:
        return NextStep.FAIL
    if not may_call(attempts, provider=error.provider, paid=paid):
        return NextStep.NEXT_PROVIDER
    if error.remedy is Remedy.RETRY:
        return NextStep.CALL_AGAIN
    if error.remedy is Remedy.RETRY_FIRMLY and firm_calls(attempts, provider=error.provider) < 2:
        return NextStep.CALL_FIRMLY
    return NextStep.NEXT_PROVIDER


def firm_calls(attempts: tuple[Attempt, ...], *, provider: str) -> int:
    """How many of the run's calls to the provider ended in an error that a firmer prompt may mend.

    After the first of them the prompt insists; a second one shows that insisting does not help.
    """
    return sum(attempt.provider == provider and attempt.error_code in FIRM_CODES for attempt in attempts)
