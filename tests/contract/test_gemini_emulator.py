"""The emulator as a process of its own, as the tests with crashing workers use it."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from uuid import uuid4

import pytest

from tests.emulators.gemini import KEY
from yarda.domain.attempt import AttemptId
from yarda.errors import OutcomeUnknown, ProviderBusy
from yarda.pipeline.provider import RenderOrder
from yarda.providers.gemini import GeminiProvider
from yarda.spool import DiskSpool

ROOT = Path(__file__).parents[2]


async def test_keeps_a_log_of_all_that_arrives_and_whether_the_client_waited(
    order: RenderOrder, spool: DiskSpool, tmp_path: Path
) -> None:
    log = tmp_path / "calls.jsonl"
    options = ("--script", "ok,retry_info:7s,hang,ok", "--log", str(log))
    emulator = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.emulators.gemini", *options, cwd=ROOT, stdout=PIPE
    )
    assert emulator.stdout is not None
    base_url = (await emulator.stdout.readline()).decode().strip()
    provider = GeminiProvider(api_key=KEY, base_url=base_url, call_seconds=5)

    async def call() -> None:
        async with spool.open_sink(AttemptId(uuid4()), provider="gemini") as sink:
            await provider.render(order, sink)

    try:
        await call()
        with pytest.raises(ProviderBusy):
            await call()
        with pytest.raises(OutcomeUnknown):
            await call()
        await call()
    finally:
        await provider.close()
        emulator.terminate()
        await emulator.communicate()

    lines = [json.loads(line) for line in log.read_text().splitlines()]
    ended = {line["number"]: (line["outcome"], line["client_gone"]) for line in lines if line["event"] == "ended"}
    assert [line["number"] for line in lines if line["event"] == "arrived"] == [1, 2, 3, 4]
    assert (ended[1], ended[2], ended[3]) == (("ok", False), ("retry_info:7s", False), ("hang", True))
    assert len({line["body_sha256"] for line in lines}) == 1
