"""A folder that holds one backup: a dump, the objects its rows need, and a manifest that is written last."""

import asyncio
import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from yarda.errors import BackupUnusable

FORMAT = 1
MANIFEST = "manifest.json"
DUMP_NAME = re.compile(r"database-[0-9TZ]+\.dump")
KEY = re.compile(r"objects/[0-9a-f]{2}/[0-9a-f]{64}")
CHUNK = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds. `objects` are keys with their sizes; a key ends in the hash of its bytes.

    `lost` are objects that rows need, and neither the storage nor an earlier backup had.
    """

    yarda: str
    made_at: str
    postgres: int
    dump: str
    dump_bytes: int
    dump_sha256: str
    rows: dict[str, int]
    objects: dict[str, int]
    lost: tuple[str, ...] = ()
    format: int = field(default=FORMAT)


class BackupFolder:
    """Without a manifest it is a backup that did not finish, and cannot be restored."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @contextmanager
    def make(self) -> Iterator[None]:
        """Have the folder for oneself. Raises `BackupUnusable` where it cannot be made or somebody else has it."""
        try:
            self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
            held = os.open(self._root, os.O_RDONLY)
        except OSError as error:
            raise BackupUnusable(f"{self._root} cannot be made ({error.strerror}); name another folder") from error
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if self._holds_something_else():
                raise BackupUnusable(f"{self._root} holds something else than a backup; name an empty folder")
            yield
        except BlockingIOError as error:
            raise BackupUnusable(f"another backup into {self._root} is under way; wait for it") from error
        finally:
            os.close(held)

    def dump_path(self, name: str) -> Path:
        return self._root / name

    def has(self, key: str, *, size: int) -> bool:
        path = self._root / key
        return path.is_file() and path.stat().st_size == size

    def write_object(self, key: str, data: bytes) -> None:
        self._write(self._root / key, data)

    def read_object(self, key: str) -> bytes:
        """Raises `BackupUnusable` where it is gone or damaged."""
        try:
            data = (self._root / key).read_bytes()
        except OSError as error:
            raise BackupUnusable(f"{self._root / key} is missing: this backup is damaged; use another") from error
        if hashlib.sha256(data).hexdigest() != key.rsplit("/", 1)[-1]:
            raise BackupUnusable(f"{self._root / key} is damaged; use another backup")
        return data

    def find_object(self, key: str) -> bytes | None:
        """Only a whole one."""
        try:
            return self.read_object(key)
        except BackupUnusable:
            return None

    def finish(self, manifest: Manifest) -> None:
        """From here on this is the backup; what only an older one needed is removed."""
        os.sync()  # the manifest must not outlive what it names
        self._write(self._root / MANIFEST, json.dumps(asdict(manifest), indent=1).encode())
        for path in self._root.glob("database-*.dump"):
            if path.name != manifest.dump:
                path.unlink()
        for path in self._root.glob("objects/*/*"):
            if path.relative_to(self._root).as_posix() not in manifest.objects:
                path.unlink()

    def read_manifest(self) -> Manifest:
        """Raises `BackupUnusable` where there is no whole backup."""
        try:
            values = json.loads((self._root / MANIFEST).read_bytes())
            if values["format"] != FORMAT:
                raise BackupUnusable(f"{self._root} was made by a newer Yarda; restore it with that one")
            manifest = Manifest(**{**values, "lost": tuple(values["lost"])})
        except OSError as error:
            raise BackupUnusable(
                f"{self._root} holds no finished backup ({MANIFEST} is missing); run `yarda backup` again"
            ) from error
        except (ValueError, KeyError, TypeError) as error:
            raise BackupUnusable(f"{self._root / MANIFEST} is damaged; use another backup") from error
        if not DUMP_NAME.fullmatch(manifest.dump) or not all(map(KEY.fullmatch, manifest.objects)):
            raise BackupUnusable(f"{self._root / MANIFEST} is damaged; use another backup")
        return manifest

    async def check(self, manifest: Manifest) -> None:
        """Read everything once and compare the hashes. Raises `BackupUnusable`."""
        dump = self.dump_path(manifest.dump)
        if not dump.is_file() or await asyncio.to_thread(hash_of, dump) != manifest.dump_sha256:
            raise BackupUnusable(f"{dump} is damaged; use another backup")
        for key in manifest.objects:
            await asyncio.to_thread(self.read_object, key)

    def _holds_something_else(self) -> bool:
        """Whether somebody's own files are here, which the end of a backup could remove."""
        known = {MANIFEST, f"{MANIFEST}.part", "objects"}
        return any(path.name not in known and not DUMP_NAME.fullmatch(path.name) for path in self._root.iterdir())

    def _write(self, path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = path.with_name(f"{path.name}.part")
        part.write_bytes(data)
        part.chmod(0o600)
        part.rename(path)


def hash_of(path: Path) -> str:
    """SHA-256 of a file of any size."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
