"""Runs what a command wants of an installation, and ends."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from yarda.bootstrap import Running, start
from yarda.logs import set_up_logs
from yarda.settings import read_settings

T = TypeVar("T")


def run(work: Callable[[Running], Awaitable[T]]) -> T:
    """Once the database is at this version. Raises `SetupError`, `ServiceUnavailableError`."""
    set_up_logs("error")
    return asyncio.run(_started(work))


async def _started(work: Callable[[Running], Awaitable[T]]) -> T:
    async with start(read_settings()) as running:
        await running.studio.ready()
        return await work(running)
