"""A painter that waits with everything loaded, so that the first preview does not wait for its start."""

import asyncio
import contextlib
from asyncio.subprocess import Process

from yarda.garden.brief import Limits
from yarda.garden.process import end_painter, start_painter

IDLE_SECONDS = 120.0


class Standby:
    """Keeps at most one child waiting, and ends it when nobody came for it in time."""

    def __init__(self, limits: Limits, *, paintings: int, idle_seconds: float = IDLE_SECONDS) -> None:
        self._limits = limits
        self._paintings = paintings
        self._idle_seconds = idle_seconds
        self._waiting: asyncio.Task[Process] | None = None
        self._idle: asyncio.Task[None] | None = None

    def warm_up(self) -> None:
        """Start a child unless one waits. Returns at once; calling it again gives that child more time."""
        if self._waiting is None:
            self._waiting = asyncio.create_task(start_painter(self._limits, paintings=self._paintings))
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.create_task(self._end_when_idle())

    async def take(self) -> Process | None:
        """The child that waits, for the caller to use up; None where there is none alive."""
        waiting, self._waiting = self._waiting, None
        if waiting is None:
            return None
        try:
            child = await asyncio.shield(waiting)
        except asyncio.CancelledError:
            self._waiting = waiting
            raise
        except OSError:  # it could not be started; whoever asks starts one and is told why
            return None
        if child.returncode is None:
            return child
        await end_painter(child)
        return None

    async def close(self) -> None:
        """End what waits. Safe to repeat."""
        if self._idle is not None:
            self._idle.cancel()
            await asyncio.gather(self._idle, return_exceptions=True)
        child = await self.take()
        if child is not None:
            await end_painter(child)

    async def _end_when_idle(self) -> None:
        await asyncio.sleep(self._idle_seconds)
        child = await self.take()
        if child is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.shield(end_painter(child))
