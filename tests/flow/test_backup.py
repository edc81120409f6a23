"""A backup of an installation at work, restored somewhere else."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PIL import Image, ImageOps
from sqlalchemy import text

from tests.emulators.gemini import GeminiEmulator
from tests.flow.processes import YardaProcess
from tests.flow.scene import Scene
from yarda import __version__
from yarda.bootstrap import Running, open_empty, start
from yarda.core import backup
from yarda.core.backup import BackedUp
from yarda.db.dump import PostgresDumps
from yarda.domain.catalog import AreaName
from yarda.domain.credit import AccountId, EntryKind
from yarda.domain.photo import ImageId
from yarda.errors import BackupUnusable, RestoreRefused
from yarda.pipeline.pictures import PictureSize
from yarda.settings import Settings

SOMEBODY = "00000000-0000-4000-8000-0000000000aa"


@pytest.fixture
async def member(scene: Scene) -> Scene:
    """The scene of an account with an address, credits and a photo of its own."""
    account = AccountId(UUID(SOMEBODY))
    async with scene.running.database.open_work() as work:
        await work.ledger._connection.execute(
            text(f"INSERT INTO accounts (id, kind, email) VALUES ('{SOMEBODY}', 'person', 'dana@example.org')")
        )
        await work.ledger.post(account, EntryKind.GRANT, credits=5, reason="trial credits")
    raw = await scene.studio.get_photo(scene.photo.id, account=scene.account)
    data = await scene.running.tools.objects.get(raw.object_key)
    photo = await scene.studio.add_photo(data, account=account)
    return replace(scene, account=account, photo=photo)


@pytest.fixture
def elsewhere(settings: Settings, empty_database: str, tmp_path: Path) -> Settings:
    """Another database, another data directory, the same provider."""
    return settings.model_copy(update={"database_url": empty_database, "data_dir": tmp_path / "elsewhere"})


async def back_up(scene: Scene, folder: Path, *, dumps: PostgresDumps | None = None) -> BackedUp:
    return await backup.back_up(
        folder,
        dumps=dumps or scene.running.dumps,
        store=scene.running.tools.objects,
        version=__version__,
        now=datetime.now(UTC),
    )


async def restore(settings: Settings, folder: Path) -> None:
    async with open_empty(settings) as (dumps, store):
        await backup.restore(folder, dumps=dumps, store=store)


async def rows(running: Running, query: str) -> list[Any]:
    async with running.database.connect() as connection:
        return list((await connection.execute(text(query))).all())


async def picture(running: Running, view: dict[str, Any], account: AccountId) -> bytes:
    image = ImageId(UUID(view["areas"][0]["image_url"].rsplit("/", 1)[-1]))
    return (await running.studio.get_picture(image, account=account, size=PictureSize.FULL)).data


async def test_what_is_restored_elsewhere_is_whole_and_goes_on_where_it_was(
    member: Scene, elsewhere: Settings, gemini: GeminiEmulator, tmp_path: Path
) -> None:
    folder = tmp_path / "backup"
    async with member.working():
        drawn = await member.finished(await member.accept())
        gemini.script.append("hang")
        begun = await member.accept(AreaName.PATIO)
        await member.until_stage(begun, "rendering")
        await back_up(member, folder)
        await member.studio.cancel(begun, account=member.account)
    before = await picture(member.running, drawn, member.account)

    await restore(elsewhere, folder)

    async with start(elsewhere) as running:
        await running.migrate()
        assert await running.studio.audit() == []
        assert await picture(running, drawn, member.account) == before
        there = replace(member, running=running)
        assert (await there.view(begun))["status"] == "processing"
        async with there.working():
            assert (await there.finished(begun))["status"] == "completed"
        await there.idle()
        assert await running.studio.audit() == []
        captured = f"SELECT count(*) FROM ledger WHERE kind = 'capture' AND generation_id = '{begun}'"
        assert (await rows(running, captured))[0][0] == 1
        assert (await running.studio.balance(member.account)).balance == 3


async def test_a_second_backup_copies_what_is_new_and_forgets_what_was_deleted(
    member: Scene, photo: bytes, tmp_path: Path
) -> None:
    folder, other = tmp_path / "backup", mirrored(photo)
    async with member.working():
        first = await member.accept()
        await member.finished(first)
    await member.idle()
    before = await back_up(member, folder)
    assert before.copied == len(before.manifest.objects) == len(objects_in(folder))

    assert (await back_up(member, folder)).copied == 0

    await member.studio.add_photo(other, account=member.account)
    await member.studio.delete_generation(first, account=member.account)
    after = await back_up(member, folder)
    assert 0 < after.copied < len(after.manifest.objects)
    assert objects_in(folder) == set(after.manifest.objects)
    assert len(list(folder.glob("*.dump"))) == 1


async def test_a_picture_deleted_while_it_is_backed_up_is_in_neither_half(
    member: Scene, elsewhere: Settings, tmp_path: Path
) -> None:
    """The dump still has the design, and the store has its pictures no more: the dump is made again."""
    async with member.working():
        deleted = await member.accept()
        await member.finished(deleted)
    await member.idle()

    class Slow(PostgresDumps):
        async def write(self, path: Path) -> None:
            await super().write(path)
            if await member.rows(f"SELECT 1 FROM generations WHERE id = '{deleted}'"):
                await member.studio.delete_generation(deleted, account=member.account)

    database, dsn = member.running.database, str(member.running.settings.database_url)
    done = await back_up(member, tmp_path / "backup", dumps=Slow(database, dsn=dsn))

    assert done.manifest.lost == ()
    assert done.manifest.rows["generations"] == 0
    await restore(elsewhere, tmp_path / "backup")


async def test_what_is_not_whole_is_refused_before_anything_is_written(
    member: Scene, elsewhere: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "backup"
    await back_up(member, folder)
    manifest, damaged = folder / "manifest.json", folder / sorted(objects_in(folder))[0]
    whole = damaged.read_bytes()

    damaged.write_bytes(whole[:-1] + b"x")
    with pytest.raises(BackupUnusable, match="damaged"):
        await restore(elsewhere, folder)
    damaged.write_bytes(whole)
    manifest.rename(folder / "manifest.json.part")
    with pytest.raises(BackupUnusable, match="no finished backup"):
        await restore(elsewhere, folder)

    assert not list((elsewhere.data_dir / "objects").rglob("*.*"))
    (folder / "manifest.json.part").rename(manifest)
    await restore(elsewhere, folder)
    with pytest.raises(RestoreRefused, match="already holds tables"):
        await restore(elsewhere, folder)


async def test_what_the_storage_has_lost_is_kept_from_an_earlier_backup_or_named(
    member: Scene, tmp_path: Path
) -> None:
    await back_up(member, tmp_path / "earlier")
    key = (await member.rows("SELECT object_key FROM photos LIMIT 1"))[0][0]
    (member.running.settings.data_dir / "objects" / key).unlink()

    first = await back_up(member, tmp_path / "backup")
    again = await back_up(member, tmp_path / "earlier")

    assert first.manifest.lost == (key,)
    assert again.manifest.lost == ()
    assert key in objects_in(tmp_path / "earlier")


async def test_by_command_from_a_server_into_the_embedded_database_and_back_again(
    member: Scene, elsewhere: Settings, tmp_path: Path
) -> None:
    async def run(settings: Settings, *arguments: str) -> int:
        process = YardaProcess(settings, *arguments, log=tmp_path / "log.txt")
        try:
            return await process.ended()
        finally:
            process.end()

    first, second = str(tmp_path / "first"), str(tmp_path / "second")
    embedded = elsewhere.model_copy(update={"database_url": None, "data_dir": tmp_path / "embedded"})

    assert await run(member.running.settings, "backup", first) == 0
    assert await run(embedded, "restore", first) == 0, (tmp_path / "log.txt").read_text()
    assert await run(embedded, "backup", second) == 0
    assert await run(elsewhere, "restore", second) == 0, (tmp_path / "log.txt").read_text()
    assert "every invariant holds" in (tmp_path / "log.txt").read_text()


def mirrored(photo: bytes) -> bytes:
    out = io.BytesIO()
    ImageOps.mirror(Image.open(io.BytesIO(photo))).save(out, "JPEG")
    return out.getvalue()


def objects_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.glob("objects/*/*")}
