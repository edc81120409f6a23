"""The embedded Postgres: the wheel's binaries under a supervisor of our own.

Members of one data directory share one server. Each holds a shared lock on `members` for as long as
it lives, so that the kernel knows who is left; starting and stopping happens under an exclusive
lock on `start`. Whoever notices that the server died starts it again.
"""

import asyncio
import fcntl
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import asyncpg
import structlog

from yarda.db.embedded_home import Home, choose_home
from yarda.errors import DatabaseDirectoryIncompatible, DatabaseUnavailable

DATABASE = "yarda"
WATCH_SECONDS = 0.5
LOG_LIMIT = 10 * 2**20
OPTIONS = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
}

log = structlog.get_logger()


class EmbeddedPostgres:
    """Membership in the server of a data directory; made by `join`, ended by `leave` or by death."""

    def __init__(self, home: Home, members: IO[str]) -> None:
        self._home = home
        self._members = members
        self._child: subprocess.Popen[bytes] | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return self._url(DATABASE)

    @classmethod
    async def join(cls, data_dir: Path) -> "EmbeddedPostgres":
        """Make the cluster at first use, start or join its server, and wait until it answers.

        Recovery after a crash takes as long as it takes. Raises `DatabaseDirectoryIncompatible` for
        another major version's directory, `DatabaseUnavailable` when the server does not start.
        """
        home = await asyncio.to_thread(choose_home, data_dir)
        _check_version(home)
        members = (home.folder / "members").open("w")
        postgres = cls(home, members)
        await asyncio.to_thread(fcntl.flock, members, fcntl.LOCK_SH)
        try:
            await asyncio.to_thread(postgres._ensure_running)
            await postgres._wait_ready()
        except BaseException:
            await postgres.leave()
            raise
        postgres._watch = asyncio.create_task(postgres._keep_running())
        return postgres

    async def leave(self) -> None:
        """Stop the server if no other member is left."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        await asyncio.to_thread(self._leave)

    async def _keep_running(self) -> None:
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if self._child is not None:
                self._child.poll()  # reaps it: a zombie's pid keeps the next server from starting
            if self._running_pid() is None:
                log.warning("embedded_postgres_died")
                try:
                    await asyncio.to_thread(self._ensure_running)
                except Exception:  # whatever it was, the next look may go better
                    log.exception("embedded_postgres_does_not_start")

    def _ensure_running(self) -> None:
        with self._starting():
            if not (self._home.cluster / "PG_VERSION").exists():
                self._initialise()
            if self._running_pid() is None:
                self._remove_stale_locks()
                self._start()

    def _initialise(self) -> None:
        making = self._home.folder / "data.making"  # renamed when whole: initdb may be killed on its way
        if making.exists():
            shutil.rmtree(making)
        self._run("initdb", "-D", str(making), "-U", DATABASE, "-E", "UTF8", "--locale=C", "--auth=trust")
        making.rename(self._home.cluster)

    def _start(self) -> None:
        log_path = self._home.folder / "postgres.log"
        if log_path.exists() and log_path.stat().st_size > LOG_LIMIT:
            log_path.rename(log_path.with_suffix(".old"))
        options = [part for name, value in OPTIONS.items() for part in ("-c", f"{name}={value}")]
        with log_path.open("ab") as output:
            self._child = subprocess.Popen(
                [
                    str(self._home.binaries / "postgres"),
                    *("-D", str(self._home.cluster), "-k", str(self._home.sockets), "-p", "5432"),
                    *options,
                ],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self._home.folder,
                start_new_session=True,
                env={"LC_ALL": "C", "PATH": os.environ.get("PATH", "")},
                **self._home.identity,
            )

    async def _wait_ready(self) -> None:
        while True:
            try:
                connection = await asyncpg.connect(self._url("postgres"), timeout=5)
            except (OSError, TimeoutError, asyncpg.CannotConnectNowError):
                if self._child is not None and self._child.poll() is not None and self._running_pid() is None:
                    raise DatabaseUnavailable(
                        f"the embedded Postgres does not start; see {self._home.folder / 'postgres.log'}"
                    ) from None
                await asyncio.sleep(0.03)
                continue
            break
        try:
            if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
                await connection.execute(f"CREATE DATABASE {DATABASE}")
        except (asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
            log.debug("database_made_by_another_member")
        finally:
            await connection.close()

    def _leave(self) -> None:
        with self._starting():
            fcntl.flock(self._members, fcntl.LOCK_UN)
            try:
                fcntl.flock(self._members, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._members.close()
                return
            pid = self._running_pid()
            if pid is not None:
                os.kill(pid, signal.SIGINT)  # fast shutdown: sessions end, nothing is lost
                self._wait_gone(pid)
            self._members.close()

    def _wait_gone(self, pid: int) -> None:
        if self._child is not None and self._child.pid == pid:
            self._child.wait()
            return
        wait_for_exit(pid, still_there=lambda: self._running_pid() == pid)

    @contextmanager
    def _starting(self) -> Iterator[None]:
        with (self._home.folder / "start").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _running_pid(self) -> int | None:
        """The pid of this cluster's server, if the process of that pid is really it."""
        try:
            pid = int((self._home.cluster / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return pid if is_our_postgres(pid, self._home.cluster) else None

    def _remove_stale_locks(self) -> None:
        """Postgres refuses to start while the pid in its lock files lives, whoever has it now."""
        for path in (self._home.cluster / "postmaster.pid", self._home.sockets / ".s.PGSQL.5432.lock"):
            path.unlink(missing_ok=True)
        (self._home.sockets / ".s.PGSQL.5432").unlink(missing_ok=True)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._home.binaries / program), *arguments],
            capture_output=True,
            text=True,
            cwd=self._home.folder,
            env={"LC_ALL": "C", "PATH": os.environ.get("PATH", "")},
            check=False,
            **self._home.identity,
        )
        if done.returncode != 0:
            raise DatabaseUnavailable(f"{program} failed: {done.stderr.strip()[-500:]}")

    def _url(self, database: str) -> str:
        return f"postgresql://{DATABASE}@/{database}?host={self._home.sockets}&port=5432"


def wait_for_exit(pid: int, *, still_there: Callable[[], bool]) -> None:
    """Wait until a process that is not our child is gone; after a minute it is killed."""
    deadline = time.monotonic() + 60
    while still_there():
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)


def is_our_postgres(pid: int, cluster: Path) -> bool:
    """Whether that process is a live server of this cluster, not a zombie and not a reused pid."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return False
        shown = subprocess.run(
            ["ps", "-o", "stat=,command=", "-p", str(pid)], capture_output=True, text=True, check=False
        ).stdout
        state, _, command = shown.strip().partition(" ")
    return not state.startswith("Z") and bool(
        re.search(rf"postgres\b.*-D {re.escape(str(cluster))}( |$)", command)
    )


def _check_version(home: Home) -> None:
    try:
        found = (home.cluster / "PG_VERSION").read_text().strip()
    except OSError:
        return
    if found != home.major:
        raise DatabaseDirectoryIncompatible(
            f"{home.cluster} was made by Postgres {found}, and this Yarda brings {home.major}. Move it away to "
            "start empty, or dump it with the old version and restore it (docs/guide/back-up-and-restore.md)"
        )
