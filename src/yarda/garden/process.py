"""Runs the painter in a process of its own, with limits, so that its crash is one failed attempt and no more."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator, Coroutine, Sequence

from yarda.garden import errors
from yarda.garden.brief import CACHE_VARIABLE, Brief, Limits, OnProgress, Painting
from yarda.garden.catalog import CATALOG_VARIABLE
from yarda.garden.errors import (
    GardenError,
    PainterCrashed,
    PainterOutOfMemory,
    PainterTimedOut,
    PainterUnavailable,
)
from yarda.garden.model import Garden

HEADER_BYTES = 8 * 2**20
"""The longest line a child may answer with: the scene as JSON."""


async def paint_in_process(
    brief: Brief, *, limits: Limits | None = None, on_progress: OnProgress | None = None
) -> Painting:
    """Paint in a child. Cancelling this kills the child at once.

    Raises what `paint` raises, `PainterCrashed`, `PainterTimedOut`, `PainterOutOfMemory`.
    """
    paintings = paint_each_in_process([brief], limits=limits, on_progress=on_progress)
    async with contextlib.aclosing(paintings):
        painting = await anext(paintings)
    if isinstance(painting, GardenError):
        raise painting
    return painting


async def paint_each_in_process(
    briefs: Sequence[Brief], *, limits: Limits | None = None, on_progress: OnProgress | None = None
) -> AsyncGenerator[Painting | GardenError, None]:
    """Paint several in one child, which starts once; each is handed over as it finishes, or why it could not be.

    The limit on seconds is for each. Closing the generator kills the child. Raises as `paint_in_process` does when
    the child itself ends.
    """
    limits = limits or Limits()
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-m", "yarda.garden.painter"),
        *(str(limits.memory_bytes), str(int(limits.seconds * limits.threads * len(briefs)) + 5)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=HEADER_BYTES,
        start_new_session=True,
        env=_environment(limits),
    )
    feeding = asyncio.create_task(_feed(child, briefs))
    following = asyncio.create_task(_follow(child, on_progress))
    try:
        for _ in briefs:
            async with asyncio.timeout(limits.seconds):
                reply = await _unless_failed(_receive(child), following)
                if reply is None:
                    await child.wait()
                    raise _ending(child.returncode or 0, await following)
            yield reply
    except TimeoutError:
        raise PainterTimedOut(f"the painter took longer than {limits.seconds:g} s") from None
    finally:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
        assert child.stdout is not None
        await child.stdout.read()  # to its end, so that the pipe is closed
        await child.wait()
        await asyncio.gather(feeding, following, return_exceptions=True)


async def _unless_failed(
    receiving: Coroutine[None, None, Painting | GardenError | None], following: "asyncio.Task[str]"
) -> Painting | GardenError | None:
    """The answer, unless whoever listens to the progress raises first."""
    answer = asyncio.ensure_future(receiving)
    try:
        await asyncio.wait({answer, following}, return_when=asyncio.FIRST_COMPLETED)
        if following.done() and following.exception() is not None:
            following.result()
        return await answer
    finally:
        answer.cancel()
        await asyncio.gather(answer, return_exceptions=True)


async def _feed(child: asyncio.subprocess.Process, briefs: Sequence[Brief]) -> None:
    assert child.stdin is not None
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        for brief in briefs:
            child.stdin.write(brief.to_json().encode() + b"\n")
        await child.stdin.drain()
    child.stdin.close()


async def _receive(child: asyncio.subprocess.Process) -> Painting | GardenError | None:
    """One answer, or None when the child ended without one."""
    assert child.stdout is not None
    line = await child.stdout.readline()
    if not line.endswith(b"\n"):
        return None
    header = json.loads(line)
    if "error" in header:
        return _error(header["error"], header["said"])
    try:
        image = await child.stdout.readexactly(header["image"])
        mask = await child.stdout.readexactly(header["edit_mask"])
    except asyncio.IncompleteReadError:
        return None
    return Painting(
        image_png=image,
        edit_mask_png=mask,
        garden=Garden.from_json(header["garden"]),
        version=header["version"],
        seconds=header["seconds"],
    )


async def _follow(child: asyncio.subprocess.Process, on_progress: OnProgress | None) -> str:
    """Pass progress on; keep the last words for the error message."""
    assert child.stderr is not None
    last = ""
    async for line in child.stderr:
        text = line.decode(errors="replace").strip()
        if text.startswith("progress "):
            if on_progress is not None:
                on_progress(float(text.split()[1]))
        elif text:
            last = text
    return last[-300:]


def _ending(code: int, said: str) -> GardenError:
    """Why the child ended without an answer."""
    if "bad_alloc" in said or "MemoryError" in said:
        return PainterOutOfMemory("the painter needs more memory than it may have")
    if PainterUnavailable.__name__ in said:
        return PainterUnavailable(said.partition(": ")[2])
    return PainterCrashed(code, said)


def _error(name: str, said: str) -> GardenError:
    kind = getattr(errors, name, GardenError)
    return kind(said) if isinstance(kind, type) and issubclass(kind, GardenError) else GardenError(said)


def _environment(limits: Limits) -> dict[str, str]:
    threads = str(limits.threads)
    return {
        "PATH": os.environ.get("PATH", ""),
        "HOME": os.environ.get("HOME", "/nonexistent"),
        "MALLOC_ARENA_MAX": "2",
        **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "YARDA_PAINTER_THREADS"), threads),
        **({CACHE_VARIABLE: str(limits.cache)} if limits.cache else {}),
        **({CATALOG_VARIABLE: os.environ[CATALOG_VARIABLE]} if os.environ.get(CATALOG_VARIABLE) else {}),
    }
