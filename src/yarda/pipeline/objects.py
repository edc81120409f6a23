"""The object store as the pipeline sees it: bytes under their content hash."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """What the store says of an object without reading it."""

    key: str
    size: int
    changed_at: datetime

    def is_older(self, age: timedelta, *, now: datetime) -> bool:
        return self.changed_at < now - age


class Objects(Protocol):
    """`put` has verified the object when it returns."""

    async def put(self, data: bytes) -> str:
        """Returns the key; storing the same bytes twice is one object."""
        ...

    async def get(self, key: str) -> bytes:
        """Raises `StorageUnavailable` when the object is gone or no longer has its hash."""
        ...

    async def size_of(self, key: str) -> int | None: ...
    async def delete(self, key: str) -> None: ...
    def list_all(self) -> AsyncIterator[StoredObject]: ...
    async def check(self) -> None:
        """Raises `ServiceUnavailableError` when objects cannot be written now."""
        ...
