"""The server of one embedded cluster: made, started, found and stopped. The caller holds the home's lock.

A running server is known by the lock that it and all its processes inherit, never by its pid alone.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import structlog

from yarda.db.embedded.home import Home
from yarda.db.embedded.locks import is_held_alone, lock_alone, open_lock
from yarda.errors import DatabaseUnavailable

DATABASE = "yarda"
PORT = 5432
LOG_LIMIT = 10 * 2**20
STOP_SECONDS = 60
SYNC_METHOD = "syncfs" if sys.platform == "linux" else "fsync"
"""One call for all of a thousand files, where there is such a call: three times as fast on a busy disk."""

OPTIONS = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "recovery_init_sync_method": SYNC_METHOD,
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
}
INITDB = (f"--username={DATABASE}", "--auth=trust", "--no-instructions", f"--sync-method={SYNC_METHOD}")
ENCODING = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
log = structlog.get_logger()


class Server:
    """The cluster in a home, and the server process if this process started it."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._child: subprocess.Popen[bytes] | None = None
        self._alive = home.folder / "server.lock"
        self._log = home.folder / "postgres.log"

    def is_up(self) -> bool:
        """Whether a process of the server lives, ready or not."""
        return is_held_alone(self._alive) or self._find_pid() is not None

    def has_given_up(self) -> bool:
        """Whether the server this process started last ended by itself, and none replaced it."""
        return self._child is not None and (self._child.poll() or 0) > 0 and not self.is_up()

    def last_words(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines()
        return "; ".join(lines[-2:])

    def start(self) -> None:
        """Make the cluster if there is none, and start its server. Raises `DatabaseUnavailable`."""
        if not (self._home.cluster / "PG_VERSION").exists():
            self._initialise()
        self._remove_stale_locks()
        alive = open_lock(self._alive)
        try:
            lock_alone(alive)
            self._child = self._spawn(alive)
        finally:
            os.close(alive)
        # Reaped by a thread of its own: a zombie's pid would keep the next server from starting.
        threading.Thread(target=self._child.wait, name="embedded-postgres", daemon=True).start()

    def stop(self) -> None:
        """End sessions, lose nothing, and wait until no process is left."""
        asked = None
        deadline = time.monotonic() + STOP_SECONDS
        while self.is_up():
            if asked is None:
                asked = self._find_pid()
                if asked is not None:
                    os.kill(asked, signal.SIGINT)
            if time.monotonic() > deadline:
                log.warning("embedded_postgres_does_not_stop", pid=asked)
                return
            time.sleep(0.02)
        if self._child is not None:
            self._child.wait()

    def trim_log(self) -> None:
        """Keep the log and one older piece of it small; the server goes on writing to the same file."""
        if self._log.exists() and self._log.stat().st_size > LOG_LIMIT:
            shutil.copyfile(self._log, self._log.with_suffix(".log.old"))
            os.truncate(self._log, 0)

    def _initialise(self) -> None:
        """Make the cluster and its database under another name first: this may be killed on its way."""
        making = self._home.folder / "data.making"
        if making.exists():
            shutil.rmtree(making)
        making.mkdir(mode=0o700)
        if "user" in self._home.identity:
            os.chown(making, self._home.identity["user"], self._home.identity["group"])
        self._run("initdb", "-D", str(making), *INITDB, *ENCODING)
        self._run("postgres", "--single", "-D", str(making), "postgres", said=f"CREATE DATABASE {DATABASE}\n")
        making.rename(self._home.cluster)

    def _run(self, program: str, *arguments: str, said: str = "") -> None:
        done = subprocess.run(
            [str(self._home.binaries / program), *arguments],
            input=said,
            capture_output=True,
            text=True,
            cwd=self._home.folder,
            env=_environment(),
            check=False,
            **self._home.identity,
        )
        if done.returncode != 0:
            raise DatabaseUnavailable(f"{program} failed: {done.stderr.strip()[-500:]}")

    def _spawn(self, alive: int) -> subprocess.Popen[bytes]:
        options = [part for name, value in OPTIONS.items() for part in ("-c", f"{name}={value}")]
        program = str(self._home.binaries / "postgres")
        places = ["-D", str(self._home.cluster), "-k", str(self._home.sockets), "-p", str(PORT)]
        with self._log.open("ab") as output:
            return subprocess.Popen(
                [program, *places, *options],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self._home.folder,
                env=_environment(),
                start_new_session=True,  # a Ctrl-C in the terminal is not meant for it
                pass_fds=(alive,),
                **self._home.identity,
            )

    def _find_pid(self) -> int | None:
        try:
            pid = int((self._home.cluster / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None
        return pid if _is_server(pid, self._home.cluster) else None

    def _remove_stale_locks(self) -> None:
        """Postgres refuses to start while the pid in its lock files lives, whoever has it now."""
        address = self._home.sockets / f".s.PGSQL.{PORT}"
        for path in (self._home.cluster / "postmaster.pid", address, address.with_name(f"{address.name}.lock")):
            path.unlink(missing_ok=True)


def _is_server(pid: int, cluster: Path) -> bool:
    """Whether that process is a server of this cluster, not a zombie and not a reused pid."""
    try:
        command = os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes()).replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError):
        if Path("/proc/self").exists():
            return False
        command = subprocess.run(
            ["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
        ).stdout
    return re.search(rf"postgres .*-D {re.escape(str(cluster))}\s", f"{command} ") is not None


def _environment() -> dict[str, str]:
    return {"LC_ALL": "C", "TZ": "UTC", "PATH": os.environ.get("PATH", "")}
