"""Where the embedded Postgres lives: damaged, moved, closed and foreign folders."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.flow.embedded.servers import (
    cluster,
    member,
    moved,
    query,
    sockets_of,
)
from yarda.db.embedded import EmbeddedPostgres
from yarda.db.embedded.binaries import MAJOR, copied_binaries, installed_binaries
from yarda.errors import DatabaseDirectoryIncompatible, DatabaseUnavailable, SetupError

pytestmark = pytest.mark.embedded


async def test_an_initdb_that_was_killed_on_its_way_is_begun_anew(copied_dir: Path) -> None:
    cluster(copied_dir).rename(copied_dir / "postgres" / "data.making")

    async with member(copied_dir) as postgres:
        tables = await query(postgres.url, "SELECT count(*) FROM pg_tables WHERE tablename = 'kept'")

    assert tables == 0


async def test_another_major_version_is_refused_with_advice(tmp_path: Path) -> None:
    cluster(tmp_path).mkdir(parents=True)
    (cluster(tmp_path) / "PG_VERSION").write_text("15\n")

    with pytest.raises(DatabaseDirectoryIncompatible, match=rf"made by Postgres 15.*brings {MAJOR}.*move it away"):
        await EmbeddedPostgres.join(tmp_path)

    assert [entry.name for entry in cluster(tmp_path).iterdir()] == ["PG_VERSION"]


async def test_a_server_that_does_not_start_is_reported_in_its_own_words(copied_dir: Path) -> None:
    (cluster(copied_dir) / "postgresql.conf").write_text("no_such_setting = 1\n")

    with pytest.raises(DatabaseUnavailable, match="no_such_setting"):
        await EmbeddedPostgres.join(copied_dir)


async def test_a_long_or_odd_path_is_no_obstacle(copied_dir: Path) -> None:
    odd = moved(copied_dir, "a yard, with a rose: 100 % ä " + "x" * 100)

    async with member(odd) as postgres:
        answer = await query(postgres.url, "SELECT answer FROM kept")
        sockets = sockets_of(postgres)
        mode = os.stat(sockets).st_mode & 0o777
    shutil.rmtree(sockets)

    assert answer == 42
    assert mode == 0o700


async def test_a_socket_folder_that_is_not_ours_is_not_trusted(copied_dir: Path) -> None:
    odd = moved(copied_dir, "a yard, too")
    async with member(odd) as postgres:
        sockets = sockets_of(postgres)
    shutil.rmtree(sockets)
    sockets.symlink_to(odd)

    with pytest.raises(SetupError, match="remove it"):
        await EmbeddedPostgres.join(odd)

    os.unlink(sockets)


async def test_a_directory_closed_to_others_works_too(tmp_path: Path) -> None:
    """Root's server runs as somebody else, who gets a place of his own then."""
    os.chmod(tmp_path, 0o700)
    data_dir = tmp_path / "yard"
    try:
        async with member(data_dir) as first:
            await query(first.url, "CREATE TABLE kept AS SELECT 42 AS answer")
        async with member(data_dir) as again:
            answer = await query(again.url, "SELECT answer FROM kept")
    finally:
        shutil.rmtree((data_dir / "postgres").resolve())

    assert answer == 42


async def test_a_lost_place_elsewhere_is_not_replaced_by_an_empty_database(tmp_path: Path) -> None:
    (tmp_path / "postgres").symlink_to(tmp_path / "gone")

    with pytest.raises(SetupError, match="gone"):
        await EmbeddedPostgres.join(tmp_path)


def test_binaries_are_copied_once_and_run_from_there(reachable: Path) -> None:
    copy = copied_binaries(installed_binaries(), into=reachable)
    made = copy.stat().st_mtime_ns

    again = copied_binaries(installed_binaries(), into=reachable)
    said = subprocess.run([again / "initdb", "--version"], capture_output=True, text=True, check=True).stdout

    assert again == copy
    assert again.stat().st_mtime_ns == made
    assert f"(PostgreSQL) {MAJOR}" in said
    assert [entry.name for entry in reachable.iterdir()] == [copy.parents[2].name]
