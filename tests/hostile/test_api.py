"""Schemathesis against the OpenAPI document of a served studio: every check, also along its links."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.browser.conftest import free_port
from tests.emulators.maps import KEY, MapsEmulator
from tests.flow.accounts.people import Message, Visitor
from tests.flow.processes import ROOT, YardaProcess
from tests.folders import with_tiles
from tests.hostile.conftest import PATIENCE
from yarda.settings import read_settings
from yarda.web.cookies import SESSION

SECONDS = int(os.environ.get("YARDA_FUZZ_SECONDS", "30"))
"""For all runs together; more find more."""
SEED = os.environ.get("YARDA_FUZZ_SEED", "1")
HERE = Path(__file__).parent
EMAIL = "dana@example.org"
ACCOUNT = "^/(credits|keys|member|packs|passkeys|purchases|sessions)"
"""What an account has of its own; without accounts most of it is not there."""
WAYS_OUT = "^DELETE /(member|sessions/.+)$"
"""After one of these nobody is signed in, and every further answer is the same."""


@pytest.fixture
async def studio(folder: Path, tiles: Path) -> AsyncIterator[YardaProcess]:
    """With maps on loopback, so that addresses are found."""
    async with MapsEmulator() as maps:
        more = {
            "YARDA_GOOGLE_MAPS_API_KEY": KEY,
            "YARDA_GOOGLE_MAPS_BASE_URL": maps.base_url,
            "YARDA_GOOGLE_MAPS_TERMS_ACCEPTED": "true",
            "YARDA_NOMINATIM_BASE_URL": maps.base_url,
            "YARDA_PANORAMAX_BASE_URL": maps.base_url,
        }
        settings = read_settings(data_dir=with_tiles(folder / "data", tiles))
        process = YardaProcess(
            settings, "serve", "--port", "0", "--workers", "1", log=folder / "serve.log", more=more
        )
        try:
            yield process
        finally:
            process.stop()


@pytest.fixture
async def town(folder: Path) -> AsyncIterator[YardaProcess]:
    """With accounts; what it would mail is in its log."""
    port = free_port()
    settings = read_settings(
        data_dir=folder / "town",
        access="accounts",
        base_url=f"http://127.0.0.1:{port}",
        secret_key="a secret of the tests, at least 32 letters long",
    )
    process = YardaProcess(settings, "serve", "--port", str(port), "--workers", "1", log=folder / "town.log")
    try:
        yield process
    finally:
        process.stop()


@pytest.mark.timeout(3600)
async def test_nothing_that_can_be_asked_breaks_the_studio_or_its_description(
    studio: YardaProcess, folder: Path
) -> None:
    url = await studio.address(patience=PATIENCE)

    await fuzz(url, "--phases", "examples,coverage,fuzzing", share=0.5, folder=folder)
    followed = await fuzz(url, "--phases", "stateful", "--exclude-path-regex", ACCOUNT, share=0.2, folder=folder)

    assert links_in(followed) > 0, followed
    assert "request_crashed" not in (folder / "serve.log").read_text()


@pytest.mark.timeout(3600)
async def test_nothing_that_can_be_asked_of_an_account_breaks_it(town: YardaProcess, folder: Path) -> None:
    url = await town.address(patience=PATIENCE)
    only = ("--include-path-regex", ACCOUNT, "--exclude-name-regex", WAYS_OUT)
    async with Visitor(url) as member:
        await sign_in(member, town, log=folder / "town.log")
        cookie = f"Cookie: {SESSION}={member.kept[SESSION]}"

        only += ("--header", cookie)
        await fuzz(url, *only, "--phases", "examples,coverage,fuzzing", share=0.1, folder=folder)
        followed = await fuzz(url, *only, "--phases", "stateful", share=0.2, folder=folder)

        assert links_in(followed) > 0, followed
        assert (await member.get("/keys")).json()["items"], "the fuzzer was not signed in"
    assert "request_crashed" not in (folder / "town.log").read_text()


async def fuzz(url: str, *options: str, share: float, folder: Path) -> str:
    """One run without a finding, in its share of the time. Returns what it said."""
    fuzzer = await asyncio.create_subprocess_exec(
        *(str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(HERE / "schemathesis.toml")),
        *("run", f"{url}/openapi.json", *options, "--max-time", str(max(1, round(SECONDS * share)))),
        *("--seed", SEED, "--no-shrink", "--continue-on-failure", "--generation-database", "none", "--no-color"),
        cwd=folder,
        env={**os.environ, "SCHEMATHESIS_HOOKS": "tests.hostile.schemathesis_hooks", "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said = (await fuzzer.communicate())[0].decode()
    assert fuzzer.returncode == 0, said[-20_000:]
    return said


def links_in(said: str) -> int:
    """How many links from one answer to the next request were followed."""
    found = re.search(r"API Links: +(\d+) covered", said)
    return int(found[1]) if found else 0


async def sign_in(member: Visitor, town: YardaProcess, *, log: Path) -> None:
    await member.post("/sign-in", data={"email": EMAIL})
    await town.said("/sign-in/link?token=")
    await member.post("/sign-in/link", data={"token": Message(to=EMAIL, text=log.read_text()).token})
