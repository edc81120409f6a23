"""Where the embedded Postgres lives, and as whom it runs.

Postgres does not run as root. There it gets an unprivileged user, a folder that user reaches, and where
needed a copy of the binaries; other folders and the system's user list stay as they are. The server's
user owns `data` and `run` only: what root opens lies beside them.
"""

import hashlib
import os
import re
import stat
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from yarda.db.embedded.binaries import MAJOR, copied_binaries, installed_binaries
from yarda.db.embedded.locks import alone
from yarda.errors import DatabaseDirectoryIncompatible, SetupError

if sys.platform != "win32":
    import pwd

OUTSIDE = Path("/var/lib/yarda")
"""Where root keeps what the server's user cannot reach in its place."""

TEMPORARY = Path("/tmp")
"""Not `tempfile.gettempdir()`, on which members with different environments would disagree."""

FIT_FOR_SOCKETS = re.compile(r"[A-Za-z0-9_./-]{1,85}")
"""An address ends at 104 bytes on the strictest system, file name included; drivers split it at commas."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Folders of one embedded server; `identity` is how its processes are started."""

    folder: Path
    lock: Path
    sockets: Path
    binaries: Path
    identity: dict[str, Any] = field(default_factory=dict)

    @property
    def cluster(self) -> Path:
        return self.folder / "data"


def prepare_home(data_dir: Path) -> Home:
    """The same home for every member, made at first use.

    Raises `SetupError` where no embedded Postgres can run, `DatabaseDirectoryIncompatible` where the
    cluster is another major version's.
    """
    if sys.platform == "win32":
        raise SetupError("the embedded Postgres needs Linux or macOS; set YARDA_DATABASE_URL to a Postgres server")
    try:
        data_dir = data_dir.resolve()
        data_dir.mkdir(parents=True, exist_ok=True)
        with alone(data_dir / "postgres.lock"):
            return _prepare(data_dir)
    except OSError as error:
        raise SetupError(
            f"{error.filename or data_dir} cannot be used ({error.strerror}): run Yarda as the user who owns "
            f"{data_dir}, or set YARDA_DATA_DIR or YARDA_DATABASE_URL"
        ) from error


def _prepare(data_dir: Path) -> Home:
    folder = data_dir / "postgres"
    if folder.is_symlink() and not folder.exists():
        raise SetupError(
            f"the database of {data_dir} was in {folder.readlink()}, which is gone: bring it back, "
            f"or remove {folder} to start empty"
        )
    binaries = installed_binaries()
    identity: dict[str, Any] = {}
    if os.geteuid() != 0:
        folder.mkdir(mode=0o700, exist_ok=True)
    else:
        identity = _identity(folder)
        if not folder.exists():
            _make_reachable(folder, identity)
        if not _can_use(binaries / "postgres", identity):
            binaries = copied_binaries(binaries, into=_outside())
    folder = folder.resolve()
    _check_major(folder / "data")
    sockets = _sockets(folder, owner=identity.get("user", os.geteuid()))
    return Home(
        folder=folder, lock=data_dir / "postgres.lock", sockets=sockets, binaries=binaries, identity=identity
    )


def _identity(folder: Path) -> dict[str, Any]:
    """The user who made the cluster, so that root can join anybody's; else `nobody`."""
    nobody = pwd.getpwnam("nobody")
    user, group = nobody.pw_uid, nobody.pw_gid
    with suppress(FileNotFoundError):
        found = (folder / "data").stat()
        if found.st_uid != 0:
            user, group = found.st_uid, found.st_gid
    return {"user": user, "group": group, "extra_groups": []}


def _make_reachable(folder: Path, identity: dict[str, Any]) -> None:
    """Make the folder, or a link to one elsewhere if, say, it is inside root's closed home."""
    folder.mkdir()
    folder.chmod(0o711)
    if _can_use(folder, identity):
        return
    folder.rmdir()
    elsewhere = _outside() / uuid4().hex
    elsewhere.mkdir()
    elsewhere.chmod(0o711)
    folder.symlink_to(elsewhere)


def _outside() -> Path:
    if not OUTSIDE.exists():
        OUTSIDE.mkdir(parents=True, exist_ok=True)
        OUTSIDE.chmod(0o755)
    return OUTSIDE


def _can_use(path: Path, identity: dict[str, Any]) -> bool:
    return subprocess.run(["test", "-x", str(path)], check=False, **identity).returncode == 0


def _check_major(cluster: Path) -> None:
    try:
        found = (cluster / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        return
    if found != MAJOR:
        raise DatabaseDirectoryIncompatible(
            f"{cluster} was made by Postgres {found}, and this Yarda brings {MAJOR}: move it away to start "
            f"empty, or dump it with Postgres {found} and restore it into the new one"
        )


def _sockets(folder: Path, *, owner: int) -> Path:
    """A folder closed to others, with a path fit for an address and the same for every member."""
    sockets = folder / "run"
    if not FIT_FOR_SOCKETS.fullmatch(str(sockets)):
        name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
        sockets = TEMPORARY / f"yarda-{name}"
    sockets.mkdir(mode=0o700, exist_ok=True)
    found = sockets.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {owner, os.geteuid()}:
        raise SetupError(f"{sockets} belongs to somebody else: remove it")
    if found.st_uid != owner:
        os.chown(sockets, owner, -1)
    return sockets
