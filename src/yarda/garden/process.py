"""Runs the painter in a process of its own, with limits, so that its crash is one failed attempt and no more."""

import asyncio
import contextlib
import json
import os
import signal
import sys

from yarda.garden import errors
from yarda.garden.brief import Brief, Limits, OnProgress, Painting
from yarda.garden.errors import (
    GardenError,
    PainterCrashed,
    PainterOutOfMemory,
    PainterTimedOut,
    PainterUnavailable,
)
from yarda.garden.model import Garden


async def paint_in_process(
    brief: Brief, *, limits: Limits | None = None, on_progress: OnProgress | None = None
) -> Painting:
    """Paint in a child. Cancelling this kills the child at once.

    Raises what `paint` raises, `PainterCrashed`, `PainterTimedOut`, `PainterOutOfMemory`.
    """
    limits = limits or Limits()
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-m", "yarda.garden.painter"),
        *(str(limits.memory_bytes), str(int(limits.seconds * limits.threads) + 5)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        env=_environment(limits),
    )
    try:
        async with asyncio.timeout(limits.seconds):
            reply, said = await asyncio.gather(_feed(child, brief), _follow(child, on_progress))
            await child.wait()
    except TimeoutError:
        raise PainterTimedOut(f"the painter took longer than {limits.seconds:g} s") from None
    finally:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            await child.wait()
    return _read(reply, code=child.returncode or 0, said=said)


async def _feed(child: asyncio.subprocess.Process, brief: Brief) -> bytes:
    assert child.stdin is not None
    assert child.stdout is not None
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        child.stdin.write(brief.to_json().encode())
        await child.stdin.drain()
    child.stdin.close()
    return await child.stdout.read()


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


def _read(reply: bytes, *, code: int, said: str) -> Painting:
    line, _, pictures = reply.partition(b"\n")
    if code != 0 or not line:
        if "bad_alloc" in said or "MemoryError" in said:
            raise PainterOutOfMemory("the painter needs more memory than it may have")
        if PainterUnavailable.__name__ in said:
            raise PainterUnavailable(said.partition(": ")[2])
        raise PainterCrashed(code, said)
    header = json.loads(line)
    if "error" in header:
        raise _error(header["error"], header["said"])
    size = header["image"]
    return Painting(
        image_png=pictures[:size],
        edit_mask_png=pictures[size : size + header["edit_mask"]],
        garden=Garden.from_json(header["garden"]),
        version=header["version"],
        seconds=header["seconds"],
    )


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
    }
