"""A database that has to prove who it is gets no password before it has."""

import asyncio

import pytest
from sqlalchemy import text

from yarda.db.unit_of_work import open_engine

ENCRYPT = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
"""How a client asks a Postgres for TLS."""


@pytest.mark.parametrize("by", ["address", "environment"])
async def test_an_address_that_wants_tls_is_never_spoken_to_without(
    by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard, hung_up = b"", asyncio.Event()

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal heard
        heard += await reader.read(8)
        writer.write(b"N")
        heard += await reader.read()
        writer.close()
        hung_up.set()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    url = f"postgresql://dana:planted@127.0.0.1:{server.sockets[0].getsockname()[1]}/yarda"
    if by == "environment":
        monkeypatch.setenv("PGSSLMODE", "require")
    else:
        url += "?sslmode=require"
    engine = open_engine(url)

    with pytest.raises(ConnectionError):
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    await hung_up.wait()
    await engine.dispose()
    server.close()
    assert heard == ENCRYPT
