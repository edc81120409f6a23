"""What whoever runs an installation looks at, and the two things they can do to somebody's design."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from yarda.domain.credit import AccountId
from yarda.domain.generation import AreaId, GenerationId
from yarda.pipeline.control import cancel_generation, retry_area
from yarda.pipeline.tools import Tools


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaAtWork:
    """An Area without a verdict, or one that failed; `email` is its account's, None for the owner."""

    id: AreaId
    generation: GenerationId
    account: AccountId
    email: str | None
    area: str
    style: str
    status: str
    stage: str
    provider: str | None
    attempts: int
    claims_in_run: int
    error_code: str | None
    queued_at: datetime
    is_overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """How many areas failed for a reason, and when one last did."""

    code: str
    areas: int
    last: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySpent:
    """What a UTC day's provider calls cost at most."""

    day: date
    provider: str
    calls: int
    usd: Decimal


class OperatorRows(Protocol):
    """Reads over everybody's rows."""

    async def list_unfinished(self, *, limit: int) -> list[AreaAtWork]:
        """The oldest first."""
        ...

    async def list_failed(self, *, limit: int) -> list[AreaAtWork]:
        """Those that may run again, the newest first."""
        ...

    async def count_failures(self, *, days: int) -> list[Failures]: ...
    async def list_spend(self, *, days: int) -> list[DaySpent]:
        """The newest day first; days without a paid call are left out."""
        ...

    async def find_account(self, generation: GenerationId) -> AccountId:
        """Whose a generation is. Raises `GenerationNotFound`."""
        ...


async def cancel_for(generation: GenerationId, *, rows: OperatorRows, tools: Tools) -> dict[str, Any]:
    """Cancel somebody's design for them: their credits go back. Raises `GenerationNotFound`."""
    account = await rows.find_account(generation)
    return await cancel_generation(generation, account=account, tools=tools)


async def retry_for(
    generation: GenerationId, area: AreaId, *, provider: str | None, rows: OperatorRows, tools: Tools
) -> dict[str, Any]:
    """Run somebody's failed area again, on their credits.

    Raises `GenerationNotFound`, `AreaNotFound`, `AreaNotRetryable`, `UnknownProvider`, `NotEnoughCredits`.
    """
    account = await rows.find_account(generation)
    return await retry_area(generation, area, account=account, provider=provider, tools=tools)
