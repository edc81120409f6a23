"""The event log of generations, and the hints that it grew."""

import asyncio
from collections import defaultdict
from typing import Any

import asyncpg
import structlog
from sqlalchemy import Text, cast, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from yarda.db.tables import events
from yarda.domain.generation import Generation, GenerationId
from yarda.pipeline.ports import Event

CHANNEL = "yarda_generation_changed"
PROBE_SECONDS = 5.0
_APPEND = insert(events).returning(func.pg_notify(CHANNEL, cast(events.c.generation_id, Text)))

log = structlog.get_logger()


class PostgresEvents:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def append(self, generation: Generation, snapshot: dict[str, Any]) -> None:
        values = {"generation_id": generation.id, "number": generation.change, "snapshot": snapshot}
        await self._connection.execute(_APPEND, values)

    async def list_after(self, generation: GenerationId, *, number: int) -> list[Event]:
        found = await self._connection.execute(
            select(events.c.number, events.c.snapshot)
            .where(events.c.generation_id == generation, events.c.number > number)
            .order_by(events.c.number)
        )
        return [Event(number=row.number, snapshot=row.snapshot) for row in found]

    async def latest(self, generation: GenerationId) -> Event:
        found = await self._connection.execute(
            select(events.c.number, events.c.snapshot)
            .where(events.c.generation_id == generation)
            .order_by(events.c.number.desc())
            .limit(1)
        )
        row = found.one()
        return Event(number=row.number, snapshot=row.snapshot)


class PostgresChanges:
    """One listening connection per process, probed and renewed; while it is away, waiting is only a timer."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None

    async def wait(self, generation: GenerationId, *, seconds: float) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._listen())
        hint = asyncio.Event()
        key = str(generation)
        self._waiting[key].add(hint)
        try:
            async with asyncio.timeout(seconds):
                await hint.wait()
        except TimeoutError:
            pass
        finally:
            self._waiting[key].discard(hint)
            if not self._waiting[key]:
                del self._waiting[key]

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.debug("change_listener_lost", error=type(error).__name__)
            await asyncio.sleep(1)

    async def _listen_once(self) -> None:
        connection = await asyncpg.connect(self._dsn, timeout=5)
        try:
            await connection.add_listener(CHANNEL, self._hint)
            while True:
                await asyncio.sleep(PROBE_SECONDS)
                await connection.execute("SELECT 1", timeout=5)
        finally:
            connection.terminate()

    def _hint(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        for hint in self._waiting.get(str(payload), ()):
            hint.set()
