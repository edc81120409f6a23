"""A backup of an installation at work, restored somewhere else."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from tests.emulators.gemini import GeminiEmulator
from tests.flow.scene import Scene
from yarda import bootstrap
from yarda.bootstrap import Running, start
from yarda.domain.catalog import AreaName
from yarda.domain.credit import AccountId, EntryKind
from yarda.domain.photo import ImageId
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
    data = await scene.running._objects.get(raw.object_key)
    photo = await scene.studio.add_photo(data, account=account)
    return replace(scene, account=account, photo=photo)


@pytest.fixture
def elsewhere(settings: Settings, empty_database: str, tmp_path: Path) -> Settings:
    """Another database, another data directory, the same provider."""
    return settings.model_copy(update={"database_url": empty_database, "data_dir": tmp_path / "elsewhere"})


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
        await member.running.back_up(folder)
        await member.studio.cancel(begun, account=member.account)
    before = await picture(member.running, drawn, member.account)

    await bootstrap.restore(elsewhere, folder)

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
