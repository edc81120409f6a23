"""Credits for money: what packs there are, and a purchase on its way."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yarda.domain.account import PurchaseId
from yarda.domain.credit import AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """So many credits for so much; `currency` in ISO 4217 lower case, `cents` in its smallest unit."""

    credits: int
    cents: int
    currency: str = "usd"

    @property
    def price(self) -> str:
        """As people read it: 9.00 USD."""
        return f"{self.cents / 100:.2f} {self.currency.upper()}"


class PurchaseStatus(StrEnum):
    OPEN = "open"
    PAID = "paid"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """`reference` is the payment service's name of it, once it has one."""

    id: PurchaseId
    account: AccountId
    pack: Pack
    status: PurchaseStatus = PurchaseStatus.OPEN
    reference: str | None = None
    created_at: datetime
    settled_at: datetime | None = None
