"""What the programs that dump and restore are told, and which of them are taken."""

from pathlib import Path

import pytest

from yarda.db.dump import find_program, without_password
from yarda.db.embedded.binaries import MAJOR
from yarda.errors import SetupError


@pytest.mark.parametrize(
    ("dsn", "address", "password"),
    [
        ("postgresql://ann:p%40ss@db:5432/yarda", "postgresql://ann@db:5432/yarda", "p@ss"),
        ("postgresql://ann@db/yarda?sslmode=require&password=s", "postgresql://ann@db/yarda?sslmode=require", "s"),
        ("postgresql://yarda@/yarda?host=/run/pg&port=1", "postgresql://yarda@/yarda?host=/run/pg&port=1", ""),
        ("postgresql://db/yarda", "postgresql://db/yarda", ""),
    ],
)
def test_a_password_is_no_part_of_the_address(dsn: str, address: str, password: str) -> None:
    assert without_password(dsn) == (address, password)


async def test_the_programs_of_the_embedded_server_come_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    assert Path(await find_program("pg_dump", major=MAJOR)).is_file()


async def test_a_program_of_another_version_is_refused_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "pg_dump"
    program.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 15.2 (Debian 15.2-1)'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert await find_program("pg_dump", major="15") == str(program)
    with pytest.raises(SetupError, match=r"Postgres 14.*pg_dump 15 in PATH.*postgresql-client-14"):
        await find_program("pg_dump", major="14")
    with pytest.raises(SetupError, match="no pg_restore in PATH"):
        await find_program("pg_restore", major="14")
