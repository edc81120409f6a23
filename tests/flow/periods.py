"""Tests of limits count within one period, so they begin with enough of one before them."""

import asyncio
import time
from datetime import timedelta

SECONDS = 20.0


async def room_in(period: timedelta) -> None:
    """Wait for the next period where this one is about to end; periods are counted from the epoch."""
    left = -time.time() % period.total_seconds()
    if left < SECONDS:
        await asyncio.sleep(left + 0.1)
