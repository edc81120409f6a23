"""Real Postgres for every flow test: a server per session, a fresh migrated database per test."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest

from tests.flow.studio import Process, StudioUnderTest
from tests.emulators.gemini import GeminiEmulator
from yarda.bootstrap import start
from yarda.db.embedded import EmbeddedPostgres
from yarda.settings import Settings

TEMPLATE = "yarda_template"


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A server that may create databases: YARDA_TEST_DATABASE_URL, else an embedded one."""
    given = os.environ.get("YARDA_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="yarda-tests-") as folder:
        loop = asyncio.new_event_loop()
        embedded = loop.run_until_complete(EmbeddedPostgres.join(Path(folder) / "data"))
        try:
            yield embedded.url
        finally:
            loop.run_until_complete(embedded.leave())
            loop.close()
