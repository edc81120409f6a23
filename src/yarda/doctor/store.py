"""The object store: that it takes, gives back and deletes."""

import os
import time

from yarda.doctor.configuration import without_secrets
from yarda.doctor.findings import Faulty, Finding, Remedies, Seen, examine, kilobytes
from yarda.errors import DiskFull, SetupError, StorageUnavailable
from yarda.settings import Settings
from yarda.storage import ObjectStorage

PART = "storage"
PROBE_BYTES = 256 * 2**10
CHECK_IT = (
    "check YARDA_STORAGE_URL, that this user (or the store's key) may read, write and delete there, and the "
    "store's own variables (AWS_…, GOOGLE_…, AZURE_…)"
)
REMEDIES: Remedies = {
    DiskFull: "make room on the disk, or set YARDA_STORAGE_URL to another place",
    StorageUnavailable: CHECK_IT,
    SetupError: CHECK_IT,
    TimeoutError: CHECK_IT,
}


async def examine_storage(settings: Settings) -> Finding:
    finding, _ = await examine(PART, _use(settings.storage), remedies=REMEDIES)
    return finding


async def _use(url: str) -> Seen[None]:
    store = ObjectStorage(url)
    await store.check()
    probe, started = os.urandom(PROBE_BYTES), time.perf_counter()
    key = await store.put(probe)
    try:
        if await store.get(key) != probe:
            raise StorageUnavailable("the object store gave back other bytes than it took")
    finally:
        await store.delete(key)
    if await store.size_of(key) is not None:
        raise Faulty("what was deleted is still there", remedy=CHECK_IT)
    there_and_back = f"{kilobytes(probe)} in {time.perf_counter() - started:.2f} s"
    return Seen(facts={"in": without_secrets(url), "there_and_back": there_and_back}, made=None)
