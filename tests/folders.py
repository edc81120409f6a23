"""Folders for databases: as root, the embedded one runs as somebody else, who must reach them."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def reachable_folder() -> Iterator[Path]:
    """A new folder that every user may pass through."""
    with tempfile.TemporaryDirectory(prefix="yarda-tests-") as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


def with_tiles(data_dir: Path, tiles: Path) -> Path:
    """A new data directory that shares what painters keep for the next picture."""
    data_dir.mkdir()
    (data_dir / "painter").symlink_to(tiles)
    return data_dir
