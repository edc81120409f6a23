"""Providers' replies on disk, named by their attempt, until the design is stored.

A reply is written beside its name, synced, and renamed to `<attempt>.<sha256>`: what carries that
name is whole. Where objects live in a remote store a copy goes there too, so that a worker on
another machine finds it.
"""

import asyncio
import hashlib
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Protocol
from uuid import UUID

import structlog

from yarda.domain.attempt import AttemptId
from yarda.errors import DiskFull, ServiceUnavailableError, UnusableReply

CAP_BYTES = 25 * 2**20
KEEP = timedelta(days=1)
FULL = "the spool cannot be written; make room on the disk"

log = structlog.get_logger()


class Mirror(Protocol):
    """A remote place for copies, by name."""

    async def put_named(self, name: str, data: bytes) -> None: ...
    async def get_named(self, name: str) -> bytes: ...
    async def delete(self, key: str) -> None: ...


class DiskSpool:
    """Plays the `Spool` port in a directory that all processes of a machine share."""

    def __init__(self, directory: Path, *, mirror: Mirror | None = None, cap_bytes: int = CAP_BYTES) -> None:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._directory = directory
        self._mirror = mirror
        self._cap = cap_bytes

    @asynccontextmanager
    async def open_sink(self, attempt: AttemptId, *, provider: str) -> AsyncIterator["DiskSink"]:
        try:
            sink = DiskSink(self._directory, attempt, provider=provider, cap_bytes=self._cap)
        except OSError as error:
            raise DiskFull(FULL) from error
        try:
            yield sink
        finally:
            sink.close()
        if self._mirror is not None and sink.committed is not None:
            await self._copy(attempt, sink.committed)

    async def find(self, attempt: AttemptId) -> bytes | None:
        """The whole reply of that attempt, or None; a damaged one is as good as none."""
        for path in self._directory.glob(f"{attempt}.*"):
            if path.suffix == ".part":
                continue
            data = await asyncio.to_thread(path.read_bytes)
            if hashlib.sha256(data).hexdigest() == path.suffix[1:]:
                return data
            log.error("spool_damaged", attempt=str(attempt))
        if self._mirror is None:
            return None
        try:
            return _verified(await self._mirror.get_named(_mirror_name(attempt)))
        except ServiceUnavailableError:
            return None

    async def discard(self, attempt: AttemptId) -> None:
        for path in self._directory.glob(f"{attempt}.*"):
            path.unlink(missing_ok=True)
        if self._mirror is not None:
            try:
                await self._mirror.delete(_mirror_name(attempt))
            except ServiceUnavailableError:
                log.warning("spool_copy_not_deleted", attempt=str(attempt))

    def remove_old(self) -> int:
        """Forget replies and fragments nobody came back for in a day."""
        old = self._older_than(KEEP)
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def list_older_than(self, age: timedelta) -> list[str]:
        return sorted(path.name for path in self._older_than(age))

    def _older_than(self, age: timedelta) -> list[Path]:
        before, old = time.time() - age.total_seconds(), []
        for path in self._directory.iterdir():
            with suppress(FileNotFoundError):  # another process was done with it meanwhile
                if path.stat().st_mtime < before:
                    old.append(path)
        return old

    async def _copy(self, attempt: AttemptId, path: Path) -> None:
        assert self._mirror is not None
        data = await asyncio.to_thread(path.read_bytes)
        try:
            await self._mirror.put_named(_mirror_name(attempt), hashlib.sha256(data).digest() + data)
        except ServiceUnavailableError:
            log.warning("spool_copy_failed", attempt=str(attempt))


class DiskSink:
    """Plays the `ReplySink` port."""

    def __init__(self, directory: Path, attempt: UUID, *, provider: str, cap_bytes: int) -> None:
        self.committed: Path | None = None
        self._directory = directory
        self._attempt = attempt
        self._provider = provider
        self._cap = cap_bytes
        self._size = 0
        self._hash = hashlib.sha256()
        self._part = directory / f"{attempt}.part"
        self._file = self._part.open("wb")

    async def write(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._size > self._cap:
            raise UnusableReply(self._provider, f"the reply is larger than {self._cap // 2**20} MB")
        self._hash.update(chunk)
        try:
            await asyncio.to_thread(self._file.write, chunk)
        except OSError as error:
            raise DiskFull(FULL) from error

    async def commit(self) -> bytes:
        try:
            return await asyncio.to_thread(self._make_durable)
        except OSError as error:
            raise DiskFull(FULL) from error

    def close(self) -> None:
        self._file.close()
        self._part.unlink(missing_ok=True)

    def _make_durable(self) -> bytes:
        self._file.flush()
        os.fsync(self._file.fileno())
        target = self._directory / f"{self._attempt}.{self._hash.hexdigest()}"
        self._part.rename(target)
        descriptor = os.open(self._directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        self.committed = target
        return target.read_bytes()


def _mirror_name(attempt: UUID) -> str:
    return f"spool/{attempt}"


def _verified(copy: bytes) -> bytes | None:
    digest, data = copy[:32], copy[32:]
    return data if hashlib.sha256(data).digest() == digest else None
