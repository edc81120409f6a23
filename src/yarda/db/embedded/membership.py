"""Who shares the embedded Postgres: each process of a data directory is a member while it lives.

A member holds a shared lock, which the kernel drops at its death. The server starts and stops under a
lock held alone. Whichever member notices that the server died starts it again; the last to leave stops it.
"""

import asyncio
from pathlib import Path
from urllib.parse import quote

import asyncpg
import structlog

from yarda.db.embedded.home import Home, prepare_home
from yarda.db.embedded.locks import alone, could_lock_alone, lock_shared, open_lock, unlock
from yarda.db.embedded.server import DATABASE, PORT, Server
from yarda.errors import DatabaseUnavailable

WATCH_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
NOT_YET = (
    OSError,
    TimeoutError,
    asyncpg.CannotConnectNowError,
    asyncpg.ConnectionDoesNotExistError,
    asyncpg.TooManyConnectionsError,
)

log = structlog.get_logger()


class EmbeddedPostgres:
    """Membership in the server of a data directory; made by `join`, ended by `leave` or by death."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._server = Server(home)
        self._member = open_lock(home.folder / "members.lock")
        self._leaving = asyncio.Event()
        self._has_left = False
        self._watch: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://{DATABASE}@/{DATABASE}?host={quote(str(self._home.sockets))}&port={PORT}"

    @classmethod
    async def join(cls, data_dir: Path) -> "EmbeddedPostgres":
        """Make the cluster at first use, start or join its server, and wait until it answers.

        Recovery after a crash takes as long as it takes. Raises `SetupError` where no embedded Postgres
        can run, `DatabaseDirectoryIncompatible` for another major version's cluster,
        `DatabaseUnavailable` when the server does not start.
        """
        postgres = cls(await asyncio.to_thread(prepare_home, data_dir))
        try:
            await asyncio.to_thread(lock_shared, postgres._member)
            await postgres.ensure_running()
            await postgres._wait_for_answer()
        except BaseException:
            await postgres.leave()
            raise
        postgres._watch = asyncio.create_task(postgres._keep_running())
        return postgres

    async def leave(self) -> None:
        """Give up membership; the last to leave stops the server and waits for its end."""
        self._leaving.set()
        if self._watch is not None:
            await self._watch
        await asyncio.to_thread(self._leave)

    async def ensure_running(self) -> None:
        """Start the server if it is gone; cheap while it lives. Raises `DatabaseUnavailable`."""
        if not self._server.is_up():
            await asyncio.to_thread(self._start)

    async def _keep_running(self) -> None:
        pause = WATCH_SECONDS
        while not await self._leaves_within(pause):
            try:
                self._server.trim_log()
                if self._server.is_up():
                    pause = WATCH_SECONDS
                    continue
                log.warning("embedded_postgres_gone")
                failing = self._server.has_given_up()
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS) if failing else WATCH_SECONDS
                await asyncio.to_thread(self._start)
            except (OSError, DatabaseUnavailable):  # a full disk, say: the next look may go better
                log.exception("embedded_postgres_does_not_start")

    async def _leaves_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                return await self._leaving.wait()
        except TimeoutError:
            return False

    async def _wait_for_answer(self) -> None:
        while True:
            try:
                connection = await asyncpg.connect(self.url, timeout=5)
            except NOT_YET:
                if self._server.has_given_up():
                    raise DatabaseUnavailable(
                        f"the embedded Postgres does not start: {self._server.last_words()}"
                    ) from None
                await asyncio.sleep(0.03)
                await self.ensure_running()
            else:
                await connection.close()
                return

    def _start(self) -> None:
        with alone(self._home.lock):
            if not self._has_left and not self._server.is_up():
                self._server.start()

    def _leave(self) -> None:
        with alone(self._home.lock):
            if self._has_left:
                return
            self._has_left = True
            try:
                if could_lock_alone(self._member):
                    self._server.stop()
            finally:
                unlock(self._member)
