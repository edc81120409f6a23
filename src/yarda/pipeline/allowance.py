"""Keeps an account within what it may have on a day."""

from datetime import UTC, datetime, timedelta

from yarda.domain.credit import AccountId
from yarda.domain.generation import Area
from yarda.errors import DailyLimitReached
from yarda.pipeline.ports import UnitOfWork
from yarda.pipeline.tools import Tools


async def take_allowance(account: AccountId, areas: tuple[Area, ...], *, tools: Tools, work: UnitOfWork) -> None:
    """Count these areas in the transaction that accepts them, so that what is refused does not count.

    Areas count as asked for, whatever becomes of them; credits only while they are held or spent.
    Raises `DailyLimitReached`.
    """
    if tools.daily_areas is not None:
        asked = await work.usage.count_areas(account, len(areas))
        _check(asked, tools.daily_areas, of="areas", now=tools.clock())
    credits = sum(area.credits for area in areas)
    if tools.daily_credits is not None and credits:
        await work.ledger.lock(account)
        spent = await work.usage.credits_today(account)
        _check(spent + credits, tools.daily_credits, of="credits", now=tools.clock())


def _check(wanted: int, limit: int, *, of: str, now: datetime) -> None:
    if wanted > limit:
        midnight = (now.astimezone(UTC) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        raise DailyLimitReached(
            f"this makes {wanted} {of} today, and {limit} a day is the limit; ask for less, or after 00:00 UTC",
            retry_after=int((midnight - now).total_seconds()) + 1,
        )
