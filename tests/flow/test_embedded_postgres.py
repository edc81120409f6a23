"""The embedded Postgres with real processes that come, go and are killed."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from yarda.db.embedded import EmbeddedPostgres
from yarda.db.embedded.binaries import MAJOR, copied_binaries, installed_binaries
from yarda.errors import DatabaseDirectoryIncompatible, DatabaseUnavailable, SetupError

PATIENCE = 60.0
"""Seconds until a condition that does not come true fails its test, on a busy machine too."""

pytestmark = pytest.mark.embedded

Member = asyncio.subprocess.Process
Spawn = Callable[[], Awaitable[Member]]


@pytest.fixture(scope="module")
def made_once() -> Iterator[Path]:
    """A data directory whose cluster is made, with a row in it."""

    async def make(data_dir: Path) -> None:
        async with member(data_dir) as postgres:
            await query(postgres.url, "CREATE TABLE kept AS SELECT 42 AS answer")

    with reachable_folder() as folder:
        asyncio.run(make(folder / "yard"))
        yield folder / "yard"


@pytest.fixture
def data_dir(made_once: Path) -> Iterator[Path]:
    """That directory, without a server at the beginning and at the end."""
    yield made_once
    kill_servers_of(made_once)


@pytest.fixture
def copied_dir(data_dir: Path) -> Iterator[Path]:
    """A copy of it, to be moved or damaged."""
    with reachable_folder() as folder:
        subprocess.run(["cp", "-a", str(data_dir), str(folder / "copy")], check=True)
        yield folder / "copy"


@pytest.fixture
async def spawn(data_dir: Path) -> AsyncIterator[Spawn]:
    """Starts another process that is a member, and returns once it has joined."""
    async with AsyncExitStack() as stack:
        yield lambda: stack.enter_async_context(member_process(data_dir))


async def test_first_start_makes_a_database_that_answers() -> None:
    with reachable_folder() as folder:
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
    with reachable_folder() as folder:
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


def test_binaries_are_copied_once_and_run_from_there(tmp_path: Path) -> None:
    copy = copied_binaries(installed_binaries(), into=tmp_path)
    made = copy.stat().st_mtime_ns

    again = copied_binaries(installed_binaries(), into=tmp_path)
    said = subprocess.run([again / "initdb", "--version"], capture_output=True, text=True, check=True).stdout

    assert again == copy
    assert again.stat().st_mtime_ns == made
    assert f"(PostgreSQL) {MAJOR}" in said
    assert [entry.name for entry in tmp_path.iterdir()] == [copy.parents[2].name]


@asynccontextmanager
async def member(data_dir: Path) -> AsyncIterator[EmbeddedPostgres]:
    postgres = await EmbeddedPostgres.join(data_dir)
    try:
        yield postgres
    finally:
        await postgres.leave()


@asynccontextmanager
async def member_process(data_dir: Path) -> AsyncIterator[Member]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.flow.embedded_member", str(data_dir)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        assert await asyncio.wait_for(process.stdout.readline(), PATIENCE)
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)
        await leave(process)


async def leave(process: Member) -> None:
    await asyncio.wait_for(process.communicate(b""), PATIENCE)


async def freeze(process: Member) -> None:
    process.send_signal(signal.SIGSTOP)
    await asyncio.wait_for(asyncio.to_thread(os.waitpid, process.pid, os.WUNTRACED), PATIENCE)


async def query(url: str, statement: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def until_answered(url: str, statement: str) -> Any:
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(OSError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError):
                return await query(url, statement)
            await asyncio.sleep(0.02)


@contextmanager
def reachable_folder() -> Iterator[Path]:
    """A folder every user may pass through; servers left in it at the end are killed."""
    with tempfile.TemporaryDirectory(prefix="yarda-") as folder:
        os.chmod(folder, 0o755)
        try:
            yield Path(folder)
        finally:
            for found in Path(folder).rglob("postmaster.pid"):
                kill_servers_of(found.parents[2])


def kill_servers_of(data_dir: Path) -> None:
    for pid in servers_of(data_dir):
        os.kill(pid, signal.SIGKILL)


def moved(data_dir: Path, name: str) -> Path:
    return data_dir.rename(data_dir.with_name(name))


def cluster(data_dir: Path) -> Path:
    return data_dir / "postgres" / "data"


def sockets_of(postgres: EmbeddedPostgres) -> Path:
    return Path(parse_qs(urlsplit(postgres.url).query)["host"][0])


def postmaster(data_dir: Path) -> int:
    return int((cluster(data_dir) / "postmaster.pid").read_text().split("\n", 1)[0])


def servers_of(data_dir: Path) -> list[int]:
    """Pids of postmasters whose command names this cluster."""
    listed = subprocess.run(["ps", "-axww", "-o", "pid=,command="], capture_output=True, text=True, check=True)
    wanted = f"-D {cluster(data_dir.resolve())} "
    return [int(line.split()[0]) for line in listed.stdout.splitlines() if wanted in line and "/postgres " in line]


def state(pid: int) -> str:
    """As `ps` shows it; Z is a zombie, nothing is no process."""
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return shown.stdout.strip()


def is_alive(pid: int) -> bool:
    return not state(pid).startswith("Z") and state(pid) != ""
