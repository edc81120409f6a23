"""`import yarda`: the contract's example, on the embedded database and the real painter."""

from pathlib import Path

import pytest
from PIL import Image

import yarda
from yarda.errors import InvalidRequest, SettingInvalid


@pytest.mark.embedded
async def test_the_contracts_example(reachable: Path, photo: bytes, tmp_path: Path) -> None:
    (tmp_path / "yard.jpg").write_bytes(photo)

    async with yarda.open(data_dir=reachable) as studio:
        generation = await studio.design(
            photo=tmp_path / "yard.jpg", areas={"front_yard": "japanese_zen"}, season="autumn"
        )
        area = generation.areas[0]
        assert area.image is not None
        saved = area.image.save(tmp_path / "zen.png")
        kept = await studio.wait_for(generation.id)

    assert area.save_plan(tmp_path / "plan.pdf").read_bytes().startswith(b"%PDF")
    assert b"<svg" in area.save_plan(str(tmp_path / "plan.SVG")).read_bytes()
    assert area.plants[0]["quantity"] >= 1
    assert area.unmet == ()
    with pytest.raises(InvalidRequest, match=r"\.svg, \.pdf"):
        area.save_plan(tmp_path / "plan.docx")
    assert (generation.status, area.provider, kept) == ("completed", "concept", generation)
    with Image.open(saved) as picture:
        assert (picture.format, picture.size) == ("PNG", (480, 320))


async def test_wrong_names_are_told(migrated: str, tmp_path: Path, photo: bytes) -> None:
    async with yarda.open(database_url=migrated, data_dir=tmp_path) as studio:
        with pytest.raises(InvalidRequest, match="front_yard"):
            await studio.design(photo=photo, areas={"roof": "japanese_zen"})
        with pytest.raises(InvalidRequest, match="japanese_zen"):
            await studio.design(photo=photo, areas={"patio": "baroque"})
        with pytest.raises(InvalidRequest, match="1 to 5"):
            await studio.design(photo=photo, areas={})
        with pytest.raises(InvalidRequest, match="three_years"):
            await studio.design(photo=photo, areas={"patio": "mediterranean"}, growth="old")
        with pytest.raises(FileNotFoundError):
            await studio.design(photo=tmp_path / "nowhere.jpg", areas={"patio": "japanese_zen"})


async def test_a_wrong_setting_stops_it_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match="YARDA_DATABASE_URL"):
        async with yarda.open(database_url="mysql://x", data_dir=tmp_path):
            pass
