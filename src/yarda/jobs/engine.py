"""PgQueuer as we need it: names of its own, one watched connection, and no hand on another's jobs."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.domain.models import Job
from pgqueuer.domain.settings import DBSettings
from pgqueuer.domain.types import QueueEntrypoint, QueueManagerId
from pgqueuer.ports.repository import EntrypointExecutionParameter
from pgqueuer.queries import Queries

NAMES = DBSettings.model_construct()
"""The default names. Left alone the engine takes them from the environment, even from a plain `CHANNEL`."""


def queries_on(connection: asyncpg.Connection) -> Queries:
    return Queries(
        AsyncpgDriver(connection),
        qbe=QueryBuilderEnvironment(NAMES),
        qbq=QueryQueueBuilder(NAMES),
        qbs=QuerySchedulerBuilder(NAMES),
    )


class Line(AsyncpgDriver):
    """A worker's connection. The first failure ends it, and from then on nothing is written."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        super().__init__(connection)
        self.lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        connection.add_termination_listener(lambda _: self.lose("the server closed the connection"))

    def lose(self, reason: str) -> None:
        if not self.lost.done():
            self.lost.set_result(reason)

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        with self._watched():
            return await super().fetch(query, *args)

    async def execute(self, query: str, *args: object) -> str:
        if self.lost.done():
            return ""
        with self._watched():
            return await super().execute(query, *args)

    @contextmanager
    def _watched(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self.lose(str(error) or type(error).__name__)
            raise


class HeldJobs(Queries):
    """The queue as one worker process sees it, across all its connections: `holder` stays the same.

    What it held when its last connection was lost it takes back first of all.
    """

    def __init__(self, line: Line, *, holder: QueueManagerId, concurrency: int) -> None:
        super().__init__(
            line,
            qbe=QueryBuilderEnvironment(NAMES),
            qbq=_FencedStatements(NAMES, holder=holder),
            qbs=QuerySchedulerBuilder(NAMES),
        )
        self._concurrency = concurrency
        self._took_back = False

    async def dequeue(
        self,
        batch_size: int,
        entrypoints: dict[QueueEntrypoint, EntrypointExecutionParameter],
        queue_manager_id: QueueManagerId,
        global_concurrency_limit: int | None,
        heartbeat_timeout: timedelta,
    ) -> list[Job]:
        if not self._took_back:
            self._took_back = True
            held = await self._take_back(queue_manager_id)
            if held:
                return held
        # The engine's loop refuses a limit of one, for the sake of its batches; the statement does not.
        return await super().dequeue(
            batch_size, entrypoints, queue_manager_id, self._concurrency, heartbeat_timeout
        )

    async def _take_back(self, holder: QueueManagerId) -> list[Job]:
        rows = await self.driver.fetch(
            "UPDATE pgqueuer SET heartbeat = now() WHERE queue_manager_id = $1 RETURNING *", holder
        )
        return [Job.model_validate(row) for row in rows]


@dataclass
class _FencedStatements(QueryQueueBuilder):
    """Settles and renews only what `holder` still holds: a thawed worker's job may be another's by now."""

    holder: QueueManagerId | None = field(default=None, kw_only=True)

    def build_log_job_query(self) -> str:
        return self._fenced(super().build_log_job_query())

    def build_retry_job_query(self) -> str:
        return self._fenced(super().build_retry_job_query())

    def build_update_heartbeat_query(self) -> str:
        return self._fenced(super().build_update_heartbeat_query())

    def _fenced(self, statement: str) -> str:
        assert "WHERE id = " in statement
        return statement.replace("WHERE id = ", f"WHERE queue_manager_id = '{self.holder}' AND id = ")
