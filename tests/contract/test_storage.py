"""Objects and replies on disk: whole, under their own hash, or not there at all."""

import hashlib
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from yarda.domain.attempt import AttemptId
from yarda.errors import SettingInvalid, SetupError, StorageUnavailable, UnusableReply
from yarda.spool import KEEP, DiskSpool
from yarda.storage import ObjectStorage

# --- objects ---


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStorage:
    return ObjectStorage((tmp_path / "objects").as_uri())


async def test_an_object_comes_back_under_its_hash(objects: ObjectStorage) -> None:
    key = await objects.put(b"a picture")

    assert key.rsplit("/", 1)[-1] == hashlib.sha256(b"a picture").hexdigest()
    assert await objects.get(key) == b"a picture"
    assert await objects.size_of(key) == 9
    assert await objects.put(b"a picture") == key


async def test_a_damaged_object_is_not_handed_out(objects: ObjectStorage, tmp_path: Path) -> None:
    key = await objects.put(b"a picture")
    (tmp_path / "objects" / key).write_bytes(b"something else")

    with pytest.raises(StorageUnavailable, match="damaged"):
        await objects.get(key)


async def test_a_deleted_object_is_gone_and_may_be_deleted_again(objects: ObjectStorage) -> None:
    key = await objects.put(b"a picture")

    await objects.delete(key)
    await objects.delete(key)

    assert await objects.size_of(key) is None
    with pytest.raises(StorageUnavailable):
        await objects.get(key)


async def test_objects_are_listed_with_their_size_and_age(objects: ObjectStorage, tmp_path: Path) -> None:
    old, new = await objects.put(b"old"), await objects.put(b"new")
    os.utime(tmp_path / "objects" / old, (time.time() - 7200, time.time() - 7200))

    now = datetime.now(UTC)
    listed = {stored.key: stored async for stored in objects.list_all()}

    assert {key: stored.size for key, stored in listed.items()} == {old: 3, new: 3}
    assert listed[old].is_older(timedelta(hours=1), now=now)
    assert not listed[new].is_older(timedelta(hours=1), now=now)


async def test_a_remote_store_that_is_away_is_unavailable_not_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "id",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    objects = ObjectStorage("s3://yard/pictures")

    assert objects.is_remote
    with pytest.raises(StorageUnavailable):
        await objects.size_of("objects/00/00")


@pytest.mark.parametrize("url", ["ftp://nowhere/x", "s3:///no-bucket"])
def test_an_unknown_store_is_a_wrong_setting(url: str) -> None:
    with pytest.raises(SettingInvalid, match="YARDA_STORAGE_URL"):
        ObjectStorage(url)


def test_a_place_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(SetupError, match="cannot be made"):
        ObjectStorage((tmp_path / "file" / "objects").as_uri())


# --- replies ---


@pytest.fixture
def attempt() -> AttemptId:
    return AttemptId(uuid4())


@pytest.fixture
def spool(tmp_path: Path) -> DiskSpool:
    return DiskSpool(tmp_path / "spool", cap_bytes=1000)


async def receive(spool: DiskSpool, attempt: AttemptId, *chunks: bytes, whole: bool = True) -> None:
    async with spool.open_sink(attempt, provider="gemini") as sink:
        for chunk in chunks:
            await sink.write(chunk)
        if whole:
            await sink.commit()


async def test_a_whole_reply_is_found_by_its_attempt(spool: DiskSpool, attempt: AttemptId) -> None:
    await receive(spool, attempt, b"half ", b"and half")

    assert await spool.find(attempt) == b"half and half"
    assert await spool.find(AttemptId(uuid4())) is None


async def test_half_a_reply_leaves_nothing(spool: DiskSpool, attempt: AttemptId, tmp_path: Path) -> None:
    await receive(spool, attempt, b"half ", whole=False)

    assert await spool.find(attempt) is None
    assert list((tmp_path / "spool").iterdir()) == []


async def test_a_fragment_left_by_a_kill_is_no_reply(spool: DiskSpool, attempt: AttemptId, tmp_path: Path) -> None:
    (tmp_path / "spool" / f"{attempt}.part").write_bytes(b"half ")

    assert await spool.find(attempt) is None


async def test_a_damaged_reply_is_as_good_as_none(spool: DiskSpool, attempt: AttemptId, tmp_path: Path) -> None:
    await receive(spool, attempt, b"half and half")
    (kept,) = (tmp_path / "spool").iterdir()
    kept.write_bytes(b"half and hal")

    assert await spool.find(attempt) is None


async def test_a_reply_over_the_cap_is_refused_and_forgotten(spool: DiskSpool, attempt: AttemptId) -> None:
    with pytest.raises(UnusableReply, match="larger than"):
        await receive(spool, attempt, bytes(600), bytes(600))

    assert await spool.find(attempt) is None


async def test_a_discarded_reply_is_gone(spool: DiskSpool, attempt: AttemptId) -> None:
    await receive(spool, attempt, b"half and half")

    await spool.discard(attempt)

    assert await spool.find(attempt) is None


async def test_replies_nobody_came_back_for_are_forgotten_after_a_day(
    spool: DiskSpool, attempt: AttemptId, tmp_path: Path
) -> None:
    newer = AttemptId(uuid4())
    await receive(spool, attempt, b"old")
    await receive(spool, newer, b"new")
    (old,) = (tmp_path / "spool").glob(f"{attempt}.*")
    os.utime(old, (time.time() - KEEP.total_seconds() - 60,) * 2)

    assert spool.remove_old() == 1

    assert await spool.find(attempt) is None
    assert await spool.find(newer) == b"new"


async def test_another_machine_finds_the_reply_in_the_store(
    objects: ObjectStorage, attempt: AttemptId, tmp_path: Path
) -> None:
    here = DiskSpool(tmp_path / "here", mirror=objects)
    there = DiskSpool(tmp_path / "there", mirror=objects)

    await receive(here, attempt, b"paid for")

    assert await there.find(attempt) == b"paid for"
    await there.discard(attempt)
    assert await DiskSpool(tmp_path / "third", mirror=objects).find(attempt) is None
