"""Schemathesis against the OpenAPI document of a served studio: every check, also along its links."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.emulators.maps import KEY, MapsEmulator
from tests.flow.processes import ROOT, YardaProcess
from tests.hostile.conftest import PATIENCE
from yarda.settings import read_settings

SECONDS = os.environ.get("YARDA_FUZZ_SECONDS", "60")
"""For the whole run; more find more."""
SEED = os.environ.get("YARDA_FUZZ_SEED", "1")
HERE = Path(__file__).parent


@pytest.fixture
async def studio(folder: Path) -> AsyncIterator[YardaProcess]:
    """With maps on loopback, so that addresses are found."""
    async with MapsEmulator() as maps:
        more = {
            "YARDA_GOOGLE_MAPS_API_KEY": KEY,
            "YARDA_GOOGLE_MAPS_BASE_URL": maps.base_url,
            "YARDA_GOOGLE_MAPS_TERMS_ACCEPTED": "true",
            "YARDA_NOMINATIM_BASE_URL": maps.base_url,
            "YARDA_PANORAMAX_BASE_URL": maps.base_url,
        }
        settings = read_settings(data_dir=folder / "data")
        process = YardaProcess(
            settings, "serve", "--port", "0", "--workers", "1", log=folder / "serve.log", more=more
        )
        try:
            yield process
        finally:
            process.stop()


@pytest.mark.timeout(3600)
async def test_nothing_that_can_be_asked_breaks_the_studio_or_its_description(
    studio: YardaProcess, folder: Path
) -> None:
    url = await studio.address(patience=PATIENCE)
    fuzzer = await asyncio.create_subprocess_exec(
        *(str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(HERE / "schemathesis.toml")),
        *("run", f"{url}/openapi.json", "--phases", "examples,coverage,fuzzing,stateful"),
        *("--max-time", SECONDS, "--seed", SEED, "--no-shrink", "--continue-on-failure"),
        *("--generation-database", "none", "--no-color"),
        cwd=folder,
        env={**os.environ, "SCHEMATHESIS_HOOKS": "tests.hostile.schemathesis_hooks", "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await fuzzer.communicate()

    assert fuzzer.returncode == 0, said.decode()[-20_000:]
    assert "request_crashed" not in (folder / "serve.log").read_text()
