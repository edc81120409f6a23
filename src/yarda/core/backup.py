"""Back an installation up while it runs, and restore it somewhere else."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from yarda.core.backup_folder import BackupFolder, Manifest, hash_of
from yarda.errors import RestoreRefused, StorageUnavailable
from yarda.pipeline.objects import Objects

AT_A_TIME = 8
LOOKS = 3
"""How often the database is dumped again because objects went with rows that were deleted meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The database at one moment, which a dump will show: keys of the objects its rows need, and counts."""

    postgres: int
    objects: tuple[str, ...]
    rows: dict[str, int]


class Dumps(Protocol):
    """The whole database as a file."""

    def look(self) -> AbstractAsyncContextManager[Snapshot]:
        """A moment that stays while the block lasts. Raises `DatabaseOutdated`, `DatabaseNewer`."""
        ...

    async def write(self, path: Path) -> None:
        """Dump that moment; only inside the block. Raises `SetupError` without a fitting program, `DumpFailed`."""
        ...

    async def check_empty(self, *, postgres: int) -> None:
        """Raises `RestoreRefused` where there are tables, or where the server is older than the dump's."""
        ...

    async def read(self, path: Path) -> None:
        """Bring in a whole dump, or nothing of it. Raises `SetupError`, `DumpFailed`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """What there is now, and how much of it is new."""

    manifest: Manifest
    copied: int


async def back_up(root: Path, *, dumps: Dumps, store: Objects, version: str, now: datetime) -> BackedUp:
    """Database first, then the objects its rows need and the folder does not have yet.

    Objects never change and are written before the row that points to them, so the dump needs none that is not
    there already. One that is deleted before it is copied went with its row: then the database is dumped again.
    What still is missing is kept from an earlier backup, or else named in the manifest as lost.

    Raises `BackupUnusable`, `SetupError` without a fitting `pg_dump`, `DumpFailed`, `ServiceUnavailableError`.
    """
    folder, copied = BackupFolder(root), 0
    with folder.make():
        for look in range(LOOKS):
            path = folder.dump_path(f"database-{now:%Y%m%dT%H%M%S%fZ}.dump")
            async with dumps.look() as snapshot:
                await dumps.write(path)
            objects: dict[str, int] = {}
            copied += await _copy(snapshot.objects, folder=folder, store=store, into=objects)
            lost = tuple(key for key in snapshot.objects if key not in objects)
            if not lost or look == LOOKS - 1:
                break
        manifest = Manifest(
            yarda=version,
            made_at=now.isoformat(),
            postgres=snapshot.postgres,
            dump=path.name,
            dump_bytes=path.stat().st_size,
            dump_sha256=await asyncio.to_thread(hash_of, path),
            rows=snapshot.rows,
            objects=objects,
            lost=lost,
        )
        await asyncio.to_thread(folder.finish, manifest)
    return BackedUp(manifest=manifest, copied=copied)


async def restore(root: Path, *, dumps: Dumps, store: Objects) -> Manifest:
    """Bring a backup into an empty database and storage. All of it is read and checked before anything is written.

    A restore that was cut short may be repeated: the database is brought in whole, after the objects.

    Raises `BackupUnusable`, `RestoreRefused`, `SetupError` without a fitting `pg_restore`, `DumpFailed`,
    `ServiceUnavailableError`.
    """
    folder = BackupFolder(root)
    manifest = folder.read_manifest()
    await dumps.check_empty(postgres=manifest.postgres)
    async for stored in store.list_all():
        if stored.key not in manifest.objects:
            raise RestoreRefused(
                "the storage holds pictures of another installation; set YARDA_STORAGE_URL or YARDA_DATA_DIR "
                "to an empty place"
            )
    await folder.check(manifest)

    async def bring(key: str) -> None:
        await store.put(await asyncio.to_thread(folder.read_object, key))

    await _all(list(manifest.objects), bring)
    await dumps.read(folder.dump_path(manifest.dump))
    return manifest


async def _copy(keys: tuple[str, ...], *, folder: BackupFolder, store: Objects, into: dict[str, int]) -> int:
    """Copy what the folder lacks; `into` gets what it has then, with sizes. Returns how many were copied."""
    copied = []

    async def copy(key: str) -> None:
        size = await store.size_of(key)
        if size is not None and folder.has(key, size=size):
            into[key] = size
        elif (data := await _find(key, store=store)) is not None:
            await asyncio.to_thread(folder.write_object, key, data)
            copied.append(key)
            into[key] = len(data)
        elif (kept := await asyncio.to_thread(folder.find_object, key)) is not None:
            into[key] = len(kept)

    await _all(keys, copy)
    return len(copied)


async def _find(key: str, *, store: Objects) -> bytes | None:
    """None where it is gone or damaged. Raises `StorageUnavailable` where nothing is found."""
    try:
        return await store.get(key)
    except StorageUnavailable:
        await store.size_of(key)
        return None


async def _all(keys: Sequence[str], do: Callable[[str], Awaitable[None]]) -> None:
    for start in range(0, len(keys), AT_A_TIME):
        await asyncio.gather(*[do(key) for key in keys[start : start + AT_A_TIME]])
