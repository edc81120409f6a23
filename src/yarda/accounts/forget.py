"""Forgets what is over: links that were asked for, challenges, sessions, and counts of past periods."""

from yarda.accounts.ports import OpenAccountWork


async def forget_expired(*, open_work: OpenAccountWork) -> int:
    """By the database's clock; none of it is found any more. Returns how many there were."""
    async with open_work() as work:
        forgotten = [
            await work.sign_ins.forget_expired(),
            await work.challenges.forget_expired(),
            await work.sessions.forget_expired(),
            await work.counters.forget_old(),
        ]
    return sum(forgotten)
