"""What an account used today, as a port: the UTC day of the database's clock."""

from typing import Protocol

from yarda.domain.credit import AccountId


class Usage(Protocol):
    async def count_areas(self, account: AccountId, areas: int) -> int:
        """Count them in this transaction; returns the day's sum. Others of the account wait until its end."""
        ...

    async def credits_today(self, account: AccountId) -> int:
        """Set aside today and not given back. The caller has locked the account's ledger."""
        ...
