"""What one browser was asked, until it answers: once, within ten minutes, and in no other browser."""

from datetime import timedelta
from typing import Any

from yarda.accounts.tools import AccountTools

CHALLENGE_LIFE = timedelta(minutes=10)


async def remember_challenge(*key: str, value: dict[str, Any] | None = None, tools: AccountTools) -> None:
    """`key` is what it is for, a secret that is sent out, and a secret that only this browser has."""
    async with tools.open_work() as work:
        await work.challenges.put(_hash(key, tools), value or {}, life=CHALLENGE_LIFE)


async def take_challenge(*key: str, tools: AccountTools) -> dict[str, Any] | None:
    """In a transaction of its own: what comes after may fail, the challenge is gone."""
    async with tools.open_work() as work:
        return await work.challenges.take(_hash(key, tools))


def _hash(key: tuple[str, ...], tools: AccountTools) -> bytes:
    return tools.pepper.hash("challenge", *key)
