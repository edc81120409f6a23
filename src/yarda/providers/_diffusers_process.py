"""The child process that holds a diffusers pipeline: started when it is first needed, kept between orders."""

import asyncio
import base64
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import Process
from typing import Any

from yarda.errors import ProviderCrashed, ProviderError, ProviderMisconfigured
from yarda.providers._words import shortened

NAME = "diffusers"
LINE_BYTES = 64 * 2**20
LAST_WORDS_BYTES = 2000


class PipelineProcess:
    """Loads a model once and draws with it, one order at a time, as the caller sees to.

    Torch and the weights are the child's: its memory and its crash are not the worker's.
    """

    def __init__(self, *, model: str, device: str, steps: int | None) -> None:
        self._arguments = (model, device, str(steps or 0))
        self._child: Process | None = None
        self._loading: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[str] | None = None

    async def load(self) -> None:
        """Have the model ready. Whoever waits may go away: the loading goes on.

        Raises `ProviderMisconfigured` with what to change, `ProviderCrashed`.
        """
        if self._loading is None:
            self._loading = asyncio.create_task(self._start())
        try:
            await asyncio.shield(self._loading)
        except ProviderError:
            await self.close()
            raise

    async def draw(self, order: bytes) -> bytes:
        """The picture as PNG. The child ends with a call that fails or is cancelled. Raises `ProviderCrashed`."""
        child = self._child
        assert child is not None
        assert child.stdin is not None
        try:
            with contextlib.suppress(ConnectionError):  # it has ended, and its last words say why
                child.stdin.write(order + b"\n")
                await child.stdin.drain()
            answer = await self._answer(child)
            if "image" not in answer:
                raise ProviderCrashed(NAME, shortened(answer["said"]))
            return base64.b64decode(answer["image"])
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Ends the child, whatever it is doing. Safe to repeat; the next order starts another."""
        loading, self._loading = self._loading, None
        child, self._child = self._child, None
        if loading is not None:
            loading.cancel()
            await asyncio.gather(loading, return_exceptions=True)
        if child is None:
            return
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.close()
        await child.stdout.read()  # to its end, so that the pipe is closed
        await child.wait()

    async def _start(self) -> None:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-m", "yarda.providers._diffusers_child", *self._arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=LINE_BYTES,
            start_new_session=True,
            env=_environment(),
        )
        self._child = child
        self._listening = asyncio.create_task(_listen(child))
        answer = await self._answer(child)
        if "loaded" not in answer:
            raise ProviderMisconfigured(NAME, shortened(answer["said"]))

    async def _answer(self, child: Process) -> dict[str, Any]:
        """What the child says next. Raises `ProviderCrashed` when it has ended instead."""
        assert child.stdout is not None
        assert self._listening is not None
        line = await child.stdout.readline()
        if line.endswith(b"\n"):
            answer: dict[str, Any] = json.loads(line)
            return answer
        code, said = await child.wait(), await self._listening
        how = f"was killed by signal {-code}, as for want of memory" if code < 0 else f"ended with {code}"
        raise ProviderCrashed(NAME, shortened(f"its process {how}: {said[-200:]}"))


async def _listen(child: Process) -> str:
    """The end of what the child writes to stderr: libraries write much, and not in lines."""
    assert child.stderr is not None
    last = b""
    while chunk := await child.stderr.read(4096):
        last = (last + chunk)[-LAST_WORDS_BYTES:]
    return last.decode(errors="replace")


def _environment() -> dict[str, str]:
    """The hub's, CUDA's and the system's variables, and none of Yarda's, which hold keys."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("YARDA_")}
    return {"HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", **ours}
