"""The embedded Postgres with real processes that come, go and are killed."""

import asyncio
import os
import signal
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.flow.embedded.servers import (
    Spawn,
    cluster,
    folder_of_servers,
    freeze,
    is_alive,
    leave,
    member,
    member_process,
    postmaster,
    query,
    servers_of,
    state,
    until_answered,
)
from yarda.db.embedded.binaries import MAJOR

pytestmark = pytest.mark.embedded


async def test_first_start_makes_a_database_that_answers() -> None:
    with folder_of_servers() as folder:
        async with member(folder / "new" / "yard") as postgres:
            answer = await query(postgres.url, "SELECT lower('ÄPFEL')")
            settings = await query(
                postgres.url,
                "SELECT concat_ws(' ', current_setting('server_version_num')::int / 10000, "
                "current_setting('TimeZone'), current_setting('server_encoding'), current_setting('fsync'), "
                "current_setting('max_wal_size'), current_setting('listen_addresses'))",
            )

    assert answer == "äpfel"
    assert settings == f"{MAJOR} UTC UTF8 on 256MB "


async def test_members_share_one_server(data_dir: Path, spawn: Spawn) -> None:
    async with member(data_dir):
        before = postmaster(data_dir)
        await spawn()

        after = postmaster(data_dir)

    assert after == before


async def test_processes_that_join_at_once_start_exactly_one_server() -> None:
    with folder_of_servers() as folder:
        async with AsyncExitStack() as stack:
            joining = [stack.enter_async_context(member_process(folder)) for _ in range(3)]
            await asyncio.gather(*joining)

            servers = servers_of(folder)

    assert len(servers) == 1


async def test_a_linked_directory_is_the_same_directory(data_dir: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(data_dir)

    async with member(data_dir), member(link):
        servers = servers_of(data_dir)

    assert len(servers) == 1


async def test_the_server_outlives_the_member_that_started_it(data_dir: Path, spawn: Spawn) -> None:
    starter = await spawn()
    async with member(data_dir) as postgres:
        before = postmaster(data_dir)
        starter.kill()
        await starter.wait()

        answer = await query(postgres.url, "SELECT answer FROM kept")

        assert answer == 42
        assert postmaster(data_dir) == before


async def test_a_killed_server_comes_back_with_its_data(data_dir: Path) -> None:
    async with member(data_dir) as postgres:
        before = postmaster(data_dir)
        os.kill(before, signal.SIGKILL)

        answer = await until_answered(postgres.url, "SELECT answer FROM kept")

        assert answer == 42
        assert postmaster(data_dir) != before
        assert state(before) == ""


async def test_a_member_brings_back_the_server_of_a_killed_starter(data_dir: Path, spawn: Spawn) -> None:
    starter = await spawn()
    async with member(data_dir) as postgres:
        starter.kill()
        os.kill(postmaster(data_dir), signal.SIGKILL)

        answer = await until_answered(postgres.url, "SELECT answer FROM kept")

        assert answer == 42


async def test_a_member_replaces_a_server_its_frozen_parent_cannot_reap(data_dir: Path, spawn: Spawn) -> None:
    starter = await spawn()
    async with member(data_dir) as postgres:
        zombie = postmaster(data_dir)
        await freeze(starter)
        os.kill(zombie, signal.SIGKILL)

        answer = await until_answered(postgres.url, "SELECT answer FROM kept")

        assert answer == 42
        assert state(zombie).startswith("Z")


async def test_a_process_joins_after_everything_was_killed(data_dir: Path, spawn: Spawn) -> None:
    members = [await spawn(), await spawn()]
    for each in members:
        each.kill()
        await each.wait()
    os.kill(postmaster(data_dir), signal.SIGKILL)

    async with member(data_dir) as postgres:
        answer = await query(postgres.url, "SELECT answer FROM kept")

    assert answer == 42


async def test_an_orphaned_server_is_joined_and_stopped_by_the_next_member(data_dir: Path, spawn: Spawn) -> None:
    starter = await spawn()
    starter.kill()
    await starter.wait()
    orphan = postmaster(data_dir)

    async with member(data_dir):
        joined = postmaster(data_dir)

    assert joined == orphan
    assert not is_alive(orphan)


async def test_lock_files_with_a_reused_pid_are_no_obstacle(data_dir: Path) -> None:
    async with member(data_dir):
        claim = (cluster(data_dir) / "postmaster.pid").read_text()
        owner = cluster(data_dir).stat()
    stranger = str(os.getpid())
    for stale in (cluster(data_dir) / "postmaster.pid", data_dir / "postgres" / "run" / ".s.PGSQL.5432.lock"):
        stale.write_text(claim.replace(claim.split("\n", 1)[0], stranger, 1))
        os.chown(stale, owner.st_uid, owner.st_gid)

    async with member(data_dir) as postgres:
        answer = await query(postgres.url, "SELECT answer FROM kept")

    assert answer == 42


async def test_the_last_to_leave_stops_the_server_and_nothing_remains(data_dir: Path, spawn: Spawn) -> None:
    other = await spawn()
    async with member(data_dir) as postgres:
        processes = await query(postgres.url, "SELECT array_agg(pid) FROM pg_stat_activity")
        processes.append(postmaster(data_dir))
        await leave(other)
        after_the_first = is_alive(postmaster(data_dir))

    assert after_the_first
    assert not any(is_alive(pid) for pid in processes)
    assert servers_of(data_dir) == []


async def test_a_member_that_has_left_does_not_start_the_server_again(data_dir: Path) -> None:
    async with member(data_dir) as postgres:
        pass

    await postgres.ensure_running()
    await postgres.leave()

    assert servers_of(data_dir) == []


async def test_ctrl_c_in_the_terminal_is_not_meant_for_the_server(data_dir: Path) -> None:
    async with member(data_dir):
        group, session = os.getpgid(postmaster(data_dir)), os.getsid(postmaster(data_dir))

    assert group != os.getpgrp()
    assert session != os.getsid(0)
