"""Credits: the unit of price, and the ledger that never forgets."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

AccountId = NewType("AccountId", UUID)
Prices = dict[str, int]
"""Whole credits per Area, by provider name."""


class EntryKind(StrEnum):
    """What a ledger entry does. Each moves credits between two books, so that every entry sums to zero."""

    GRANT = "grant"
    HOLD = "hold"
    CAPTURE = "capture"
    RELEASE = "release"


class Book(StrEnum):
    """Where credits can be: outside, with the account to use, set aside for an Area, or spent."""

    ISSUED = "issued"
    AVAILABLE = "available"
    HELD = "held"
    SPENT = "spent"


MOVES: dict[EntryKind, tuple[Book, Book]] = {
    EntryKind.GRANT: (Book.ISSUED, Book.AVAILABLE),
    EntryKind.HOLD: (Book.AVAILABLE, Book.HELD),
    EntryKind.CAPTURE: (Book.HELD, Book.SPENT),
    EntryKind.RELEASE: (Book.HELD, Book.AVAILABLE),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One line of an account's ledger; `credits` is how many moved, always positive.

    `balance` and `held` are the account's right after it.
    """

    id: int
    created_at: datetime
    kind: EntryKind
    credits: int
    generation: UUID | None
    area: UUID | None
    reason: str
    balance: int
    held: int

    @property
    def signed_credits(self) -> int:
        """As shown to people: grant and hold add, capture and release take away."""
        return self.credits if self.kind in (EntryKind.GRANT, EntryKind.HOLD) else -self.credits


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Sums over the ledger: `balance` = grants − captures, `held` = holds − captures − releases."""

    balance: int
    held: int

    @property
    def available(self) -> int:
        return self.balance - self.held


def highest_price(providers: tuple[str, ...], prices: Prices) -> int:
    """What to hold for an Area that any of these providers may serve."""
    return max((prices[name] for name in providers), default=0)
