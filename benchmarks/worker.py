"""A worker process of its own: `python -m benchmarks.worker URL FOLDER [GEMINI]`.

With a fixed provider, or with Gemini where the address of an emulated one is given.
"""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.emulators.gemini import KEY

from benchmarks.harness import Drawing, FixedProvider, settings_for
from yarda.bootstrap import start
from yarda.logs import set_up_logs
from yarda.worker import work

CONCURRENCY = 8


@asynccontextmanager
async def worker_process(url: str, folder: Path, *, gemini: str | None = None) -> AsyncIterator[int]:
    """Start one; gives its pid. At the end it drains and ends."""
    command = [sys.executable, "-m", "benchmarks.worker", url, str(folder), *([gemini] if gemini else [])]
    process = await asyncio.create_subprocess_exec(*command, cwd=Path(__file__).parents[1])
    try:
        yield process.pid
    finally:
        process.terminate()
        await process.wait()


async def _work(url: str, folder: Path, gemini: str | None = None) -> None:
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    changes = {"gemini_api_key": KEY, "gemini_base_url": gemini, "call_seconds": 60} if gemini else {}
    providers = [] if gemini else [FixedProvider(drawing=Drawing.KEPT)]
    async with start(settings_for(url, folder, **changes), providers=providers) as running:
        await work(running, concurrency=CONCURRENCY, stopping=stopping)


if __name__ == "__main__":
    set_up_logs("error")
    asyncio.run(_work(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:]))
