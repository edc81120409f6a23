"""What the upload gate survives: the child dies of it, and nothing is left behind."""

import asyncio
import contextlib
import os
import resource
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.contract.hostile_pictures import jpeg_claiming, png, slow_jpeg, webp_claiming
from tests.patience import PATIENCE
from yarda.errors import PhotoTooManyPixels, PhotoUnreadable
from yarda.imagery.photo import ANSWER_BYTES, PhotoGate, read_answer

MIB = 2**20
TOO_SMALL_TO_DECODE = 120 * MIB
"""Enough for the child to start and to read a header, not for 40 megapixels."""


@pytest.fixture(scope="module")
def slow() -> bytes:
    return slow_jpeg()


@pytest.fixture(autouse=True)
async def _no_child_is_left() -> AsyncIterator[None]:
    yield
    assert children_of(os.getpid()) == set()


def children_of(parent: int) -> set[int]:
    """The decoding children of a process that still run."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it ended while we looked
            state, its_parent = stat.read_text().rpartition(")")[2].split()[:2]
            command = stat.with_name("cmdline").read_bytes()
            if int(its_parent) == parent and state != "Z" and b"yarda.imagery.decoding" in command:
                found.add(int(stat.parent.name))
    return found


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def limits_of(process: int) -> dict[str, str]:
    lines = Path(f"/proc/{process}/limits").read_text().splitlines()[1:]
    return {line[:26].strip(): line[26:].split()[0] for line in lines}


def environment_of(process: int) -> bytes:
    return Path(f"/proc/{process}/environ").read_bytes()


def resident_bytes_of(process: int) -> int:
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * resource.getpagesize()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # another process has no event to wait for
            await asyncio.sleep(0.01)


async def started(work: "asyncio.Task[object]", *, children: int = 1) -> set[int]:
    await until(lambda: work.done() or len(children_of(os.getpid())) == children)
    return children_of(os.getpid())


@pytest.mark.parametrize(
    "raw",
    [png(8000, 5125), png(11_000, 8000), jpeg_claiming(6500, 6500), webp_claiming(16_383, 16_383)],
    ids=["41 Mpx PNG", "88 Mpx PNG", "42 Mpx JPEG", "268 Mpx WebP"],
)
async def test_too_many_pixels_are_refused_before_they_are_decoded(raw: bytes) -> None:
    gate = PhotoGate(memory_bytes=TOO_SMALL_TO_DECODE)

    with pytest.raises(PhotoTooManyPixels, match="40 megapixels") as refusal:
        await gate.clean(raw)

    assert (refusal.value.status, refusal.value.code) == (413, "photo_too_many_pixels")


async def test_forty_megapixels_are_taken() -> None:
    clean = await PhotoGate().clean(png(8000, 5000))

    assert clean.width * clean.height == 40_000_000


async def test_a_picture_that_needs_more_memory_than_allowed_dies_in_the_child() -> None:
    gate = PhotoGate(memory_bytes=TOO_SMALL_TO_DECODE)

    with pytest.raises(PhotoUnreadable, match="too much time or memory") as refusal:
        await gate.clean(png(8000, 5000))

    assert refusal.value.status == 422


async def test_a_child_that_cannot_even_start_is_a_refusal_too() -> None:
    with pytest.raises(PhotoUnreadable):
        await PhotoGate(memory_bytes=MIB).clean(png(300, 300))


async def test_a_picture_that_takes_too_long_is_refused_and_its_child_killed(slow: bytes) -> None:
    gate = PhotoGate(seconds=1)

    with pytest.raises(PhotoUnreadable, match="too much time or memory"):
        await gate.clean(slow)

    assert children_of(os.getpid()) == set()


async def test_cancelling_kills_the_child(slow: bytes) -> None:
    work = asyncio.create_task(PhotoGate().clean(slow))
    assert await started(work)

    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work

    assert children_of(os.getpid()) == set()


@pytest.mark.parametrize("turns", range(12))
async def test_cancelling_at_any_moment_leaves_no_child(slow: bytes, turns: int) -> None:
    work = asyncio.create_task(PhotoGate().clean(slow))
    for _ in range(turns):
        await asyncio.sleep(0)

    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work

    assert children_of(os.getpid()) == set()


async def test_the_child_dies_with_its_parent(slow: bytes, tmp_path: Path) -> None:
    photo = tmp_path / "photo"
    photo.write_bytes(slow)
    program = (
        "import asyncio, pathlib, sys; from yarda.imagery.photo import PhotoGate;"
        "asyncio.run(PhotoGate().clean(pathlib.Path(sys.argv[1]).read_bytes()))"
    )
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", program, str(photo))
    await until(lambda: parent.returncode is not None or children_of(parent.pid))
    (child,) = children_of(parent.pid)
    await until(lambda: resident_bytes_of(child) > 100 * MIB)  # it decodes

    parent.send_signal(signal.SIGKILL)
    await parent.wait()

    await until(lambda: not is_running(child))


async def test_the_child_has_limits_and_none_of_our_secrets(slow: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YARDA_SECRET_KEY", "not for the child")
    work = asyncio.create_task(PhotoGate(seconds=5, memory_bytes=300 * MIB).clean(slow))
    (child,) = await started(work)

    await until(lambda: limits_of(child)["Max address space"] == str(300 * MIB))
    limits, environment = limits_of(child), environment_of(child)
    work.cancel()
    await asyncio.wait([work])

    assert (limits["Max cpu time"], limits["Max file size"], limits["Max open files"]) == ("11", "0", "32")
    assert b"YARDA" not in environment


async def test_no_more_children_run_than_there_is_room_for(slow: bytes) -> None:
    gate = PhotoGate(concurrency=2)
    works = [asyncio.create_task(gate.clean(slow)) for _ in range(3)]
    first = await started(works[2], children=2)

    works[0].cancel()
    await until(lambda: children_of(os.getpid()) - first)
    second = children_of(os.getpid())
    for work in works:
        work.cancel()
    await asyncio.wait(works)

    assert len(first) == len(second) == 2
    assert len(first & second) == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"no answer\n",
        b"[]\n",
        b"{}\n",
        b'{"sizes": [-1]}\n',
        b'{"sizes": ["1"]}\n1',
        b'{"sizes": [5]}\nfour',
        b'{"sizes": [%d, 1]}\n' % ANSWER_BYTES,
        b"a line without an end" * 10_000,
    ],
    ids=lambda answer: answer[:20].decode() or "nothing",
)
async def test_a_child_taken_over_cannot_fill_our_memory_or_confuse_us(answer: bytes) -> None:
    stdout = asyncio.StreamReader(limit=MIB)
    stdout.feed_data(answer)
    if b"%d" % ANSWER_BYTES not in answer:
        stdout.feed_eof()

    async with asyncio.timeout(PATIENCE):  # an answer over the cap is not even waited for
        assert await read_answer(stdout) is None
