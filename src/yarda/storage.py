"""Objects under their content hash, on a disk, S3, Google Cloud Storage or Azure, through obstore."""

import asyncio
import errno
import hashlib
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from yarda.errors import DiskFull, SettingInvalid, SetupError, StorageUnavailable
from yarda.pipeline.objects import StoredObject

PREFIX = "objects"
RESERVE_SHARE = 0.05
RESERVE_BYTES = 2 * 2**30
"""New work is refused when less than both of these is free, so that work in progress can end."""


class ObjectStorage:
    """Plays the `Objects` port. Every failure of the store is a `StorageUnavailable` or a `DiskFull`."""

    def __init__(self, url: str) -> None:
        """Raises `SettingInvalid` when the URL names no store this program knows."""
        parts = urlsplit(url)
        self._root: Path | None = None
        if parts.scheme == "file":
            self._root = Path(unquote(parts.path))
            make_private(self._root)
            self._store: ObjectStore = LocalStore(prefix=self._root)
        else:
            self._store = _open_remote(url)

    @property
    def is_remote(self) -> bool:
        return self._root is None

    async def put(self, data: bytes) -> str:
        """Store and read back; the object is whole and durable when this returns its key."""
        digest = hashlib.sha256(data).hexdigest()
        key = f"{PREFIX}/{digest[:2]}/{digest}"
        await self.put_named(key, data)
        if hashlib.sha256(await self.get_named(key)).hexdigest() != digest:
            raise StorageUnavailable("the object store gave back other bytes than it took")
        return key

    async def get(self, key: str) -> bytes:
        """Raises `StorageUnavailable` when the object is gone or no longer has its hash."""
        data = await self.get_named(key)
        if hashlib.sha256(data).hexdigest() != key.rsplit("/", 1)[-1]:
            raise StorageUnavailable("a stored object is damaged")
        return data

    async def size_of(self, key: str) -> int | None:
        try:
            return int((await self._store.head_async(key))["size"])
        except FileNotFoundError:
            return None
        except (BaseError, OSError) as error:
            raise _translated(error) from error

    async def delete(self, key: str) -> None:
        try:
            await self._store.delete_async(key)
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise _translated(error) from error

    async def put_named(self, name: str, data: bytes) -> None:
        try:
            await self._store.put_async(name, data)
            if self._root is not None:
                await asyncio.to_thread(_sync, self._root / name)
        except (BaseError, OSError) as error:
            raise _translated(error) from error

    async def get_named(self, name: str) -> bytes:
        try:
            answer = await self._store.get_async(name)
            return bytes(await answer.bytes_async())
        except (BaseError, OSError) as error:
            raise _translated(error) from error

    async def list_all(self) -> AsyncIterator[StoredObject]:
        try:
            async for batch in self._store.list(PREFIX):
                for entry in batch:
                    yield StoredObject(key=entry["path"], size=entry["size"], changed_at=entry["last_modified"])
        except (BaseError, OSError) as error:
            raise _translated(error) from error

    async def check(self) -> None:
        if self._root is None:
            return
        usage = await asyncio.to_thread(shutil.disk_usage, self._root)
        if usage.free < min(RESERVE_SHARE * usage.total, RESERVE_BYTES):
            raise DiskFull("the disk that holds the pictures is almost full; make room, then try again")


def make_private(directory: Path) -> None:
    """Make a directory for this user alone. Raises `SetupError` where that cannot be."""
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SetupError(f"{directory} cannot be made ({error.strerror}); set YARDA_DATA_DIR") from error


def _open_remote(url: str) -> ObjectStore:
    try:
        return from_url(url)
    except (BaseError, ValueError) as error:
        raise SettingInvalid(
            "YARDA_STORAGE_URL: use file:///path, s3://bucket/prefix, gs://bucket/prefix or "
            "az://container/prefix, with the store's usual environment variables for its keys"
        ) from error


def _translated(error: Exception) -> Exception:
    if (isinstance(error, OSError) and error.errno == errno.ENOSPC) or "os error 28" in str(error):
        return DiskFull("the disk is full; make room, then try again")
    return StorageUnavailable("the object store does not answer as it should")


def _sync(path: Path) -> None:
    for target in (path, path.parent, path.parent.parent):
        descriptor = os.open(target, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
