"""How often somebody may try: counted in Postgres over all processes, and counted even when the try fails."""

from dataclasses import dataclass
from datetime import timedelta

from yarda.accounts.tools import AccountTools
from yarda.errors import TooManyRequests


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """So many in a period, for each value of what `name` says is counted."""

    name: str
    most: int
    period: timedelta


# As PyPI limits its sign-in: 10 in 5 minutes for an address, 1,000 in 5 minutes in all.
LINKS_TO_ADDRESS = Limit(name="links to an address", most=5, period=timedelta(minutes=15))
LINKS_FROM_NETWORK = Limit(name="links from a network", most=20, period=timedelta(minutes=15))
LINKS = Limit(name="links", most=1000, period=timedelta(minutes=5))
TRIES_AT_ADDRESS = Limit(name="codes for an address", most=10, period=timedelta(minutes=5))
TRIES_FROM_NETWORK = Limit(name="sign-ins from a network", most=60, period=timedelta(minutes=5))
UPLOADS = Limit(name="uploads of an account", most=120, period=timedelta(minutes=10))
REQUESTS = Limit(name="design requests of an account", most=120, period=timedelta(minutes=10))
LOOKUPS = Limit(name="address lookups of an account", most=120, period=timedelta(minutes=10))
PREVIEWS = Limit(name="previews of an account", most=60, period=timedelta(minutes=10))
CHECKOUTS = Limit(name="checkouts of an account", most=20, period=timedelta(minutes=10))
ARCHIVES = Limit(name="archives of an account", most=10, period=timedelta(hours=1))


async def allow(*counted: tuple[Limit, str], tools: AccountTools) -> None:
    """Count one try under each limit, up to the first that is used up. Raises `TooManyRequests` then.

    So what somebody tries too often uses up nobody else's: name what is theirs first, what is everybody's last,
    and in the same order everywhere, since each row stays locked to the end. Values are hashed: no address and no
    network stands in the table.
    """
    async with tools.open_work() as work:
        for limit, value in counted:
            key = f"{limit.name}: {tools.pepper.hash('limit', value).hex()[:32]}"
            count, ends_at = await work.counters.count(key, period=limit.period)
            if is_used_up := count > limit.most:
                break
    if is_used_up:
        seconds = max(1, int((ends_at - tools.clock()).total_seconds()) + 1)
        minutes = -(-seconds // 60)
        when = "in a minute" if minutes == 1 else f"in {minutes} minutes"
        raise TooManyRequests(f"that was tried too often; try again {when}", retry_after=seconds)
