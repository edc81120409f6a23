"""The painter's own process: what it answers, how it may end, and that nothing of it stays."""

import asyncio
import os
import shlex
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from tests.patience import PATIENCE
from yarda.garden.brief import Brief, Limits, Painting
from yarda.garden.errors import (
    NoGround,
    PainterCrashed,
    PainterError,
    PainterOutOfMemory,
    PainterTimedOut,
    PainterUnavailable,
    UnknownStyle,
    UnreadablePhoto,
)
from yarda.garden.process import paint_each_in_process, paint_in_process

Stage = Callable[[str], None]
LONG = "while :; do sleep 1; done"


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True)}


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """Whatever a test does to its painter, no process is left when it has its answer."""
    before = children()
    yield
    assert children() - before == set()


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Put a shell script in the place of the interpreter that runs the painter."""

    def stage(script: str) -> None:
        path = tmp_path / "painter"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(path))

    return stage


async def until_there(path: Path) -> None:
    async with asyncio.timeout(PATIENCE):
        while not path.exists():
            await asyncio.sleep(0.02)


async def until_ended(pid: int) -> None:
    """A signal takes a moment to arrive, and an orphan may wait for its funeral."""
    async with asyncio.timeout(PATIENCE):
        while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
            await asyncio.sleep(0.02)


async def test_a_process_paints_what_is_painted_here(brief: Brief, painting: Painting, tiles: Path) -> None:
    shares: list[float] = []

    there = await paint_in_process(brief, limits=Limits(cache=tiles), on_progress=shares.append)

    assert there.image_png == painting.image_png
    assert there.edit_mask_png == painting.edit_mask_png
    assert (there.garden, there.version) == (painting.garden, painting.version)
    assert shares == sorted(shares)
    assert len(shares) >= 2


async def test_errors_of_the_brief_come_out_of_the_process_as_they_are(brief: Brief) -> None:
    for wrong, error, said in (
        (replace(brief, ground=()), NoGround, "no ground is marked"),
        (replace(brief, style="baroque"), UnknownStyle, "'baroque' is not one of"),
        (replace(brief, photo=Path("/nowhere/yard.jpg")), UnreadablePhoto, "yard.jpg cannot be read"),
    ):
        with pytest.raises(error, match=said):
            await paint_in_process(wrong)


async def test_a_painter_at_work_that_is_killed_is_a_crash_with_its_signal(brief: Brief) -> None:
    before = children()

    def kill(share: float) -> None:
        for pid in children() - before:
            os.kill(pid, signal.SIGKILL)

    with pytest.raises(PainterCrashed, match="signal 9") as caught:
        await paint_in_process(brief, on_progress=kill)

    assert caught.value.code == -signal.SIGKILL


@pytest.mark.parametrize(("script", "code"), [("kill -SEGV $$", -signal.SIGSEGV), ("exit 3", 3)])
async def test_a_crash_says_how_the_painter_ended(script: str, code: int, brief: Brief, stage: Stage) -> None:
    stage(script)

    with pytest.raises(PainterCrashed) as caught:
        await paint_in_process(brief)

    assert caught.value.code == code


async def test_a_crash_keeps_the_painters_last_words(brief: Brief, stage: Stage) -> None:
    stage("echo first >&2; echo 'Embree said no' >&2; exit 1")

    with pytest.raises(PainterCrashed, match="exit code 1: Embree said no"):
        await paint_in_process(brief)


async def test_a_painter_that_ends_well_without_an_answer_has_crashed(brief: Brief, stage: Stage) -> None:
    stage("cat >/dev/null")

    with pytest.raises(PainterCrashed):
        await paint_in_process(brief)


async def test_a_painter_that_takes_too_long_is_timed_out(brief: Brief, stage: Stage) -> None:
    stage(LONG)

    with pytest.raises(PainterTimedOut, match=r"longer than 0\.3 s"):
        await paint_in_process(brief, limits=Limits(seconds=0.3))


async def test_a_real_painter_is_stopped_at_its_time_limit(brief: Brief) -> None:
    with pytest.raises(PainterTimedOut):
        await paint_in_process(replace(brief, samples=1024), limits=Limits(seconds=2.5))


async def test_a_painter_that_will_not_listen_takes_its_own_children_with_it(
    brief: Brief, stage: Stage, tmp_path: Path
) -> None:
    stage(f"trap '' TERM HUP INT\n({LONG}) &\necho $! >{shlex.quote(str(tmp_path))}/grandchild\n{LONG}")

    with pytest.raises(PainterTimedOut):
        await paint_in_process(brief, limits=Limits(seconds=1.0))

    await until_ended(int((tmp_path / "grandchild").read_text()))


async def test_cancelling_kills_the_painter(brief: Brief, stage: Stage, tmp_path: Path) -> None:
    stage(f"touch {shlex.quote(str(tmp_path))}/started\n{LONG}")
    task = asyncio.create_task(paint_in_process(brief))
    await until_there(tmp_path / "started")

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_cancelling_a_painter_at_work_leaves_nothing(brief: Brief) -> None:
    started = asyncio.Event()
    task = asyncio.create_task(
        paint_in_process(replace(brief, samples=1024), on_progress=lambda share: started.set())
    )
    async with asyncio.timeout(PATIENCE):
        await started.wait()

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_error_of_the_listener_ends_the_painter(brief: Brief) -> None:
    def refuse(share: float) -> None:
        raise LookupError("nobody listens")

    with pytest.raises(LookupError):
        await paint_in_process(brief, on_progress=refuse)


@pytest.mark.parametrize("said", ["std::bad_alloc", "MemoryError"])
async def test_last_words_about_memory_are_an_error_of_memory(said: str, brief: Brief, stage: Stage) -> None:
    stage(f"echo '{said}' >&2; exit 1")

    with pytest.raises(PainterOutOfMemory):
        await paint_in_process(brief)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux only")
async def test_a_painter_with_too_little_memory_fails_as_a_painter(brief: Brief) -> None:
    with pytest.raises(PainterError):
        await paint_in_process(brief, limits=Limits(memory_bytes=200 * 2**20))


async def test_a_platform_without_mitsuba_is_told_to_use_another_provider(brief: Brief, stage: Stage) -> None:
    program = (
        "import runpy, sys; sys.modules['mitsuba'] = None; sys.argv = sys.argv[3:];"
        "runpy.run_module('yarda.garden.painter', run_name='__main__', alter_sys=True)"
    )
    stage(f'exec {shlex.quote(sys.executable)} -I -c "{program}" "$@"')

    with pytest.raises(PainterUnavailable, match="use another image provider"):
        await paint_in_process(brief)


async def test_kept_tiles_change_nothing_and_damaged_ones_are_made_again(
    brief: Brief, painting: Painting, tmp_path: Path
) -> None:
    cached = Limits(cache=tmp_path / "cache")

    first = await paint_in_process(brief, limits=cached)
    kept = list((tmp_path / "cache").iterdir())
    second = await paint_in_process(brief, limits=cached)
    kept[0].write_bytes(b"damaged")
    third = await paint_in_process(brief, limits=cached)

    assert kept
    assert painting.image_png == first.image_png == second.image_png == third.image_png
    assert all(path.suffix == ".npz" and path.stat().st_size > 1000 for path in (tmp_path / "cache").iterdir())


async def test_several_are_painted_in_one_child_and_a_bad_one_among_them_is_no_end(
    brief: Brief, tiles: Path
) -> None:
    bad = replace(brief, style="baroque")

    answers = [answer async for answer in paint_each_in_process([brief, bad, brief], limits=Limits(cache=tiles))]

    assert [type(answer) for answer in answers] == [Painting, UnknownStyle, Painting]
    assert answers[0].image_png == answers[2].image_png  # type: ignore[union-attr]


async def test_leaving_the_loop_ends_the_child(brief: Brief, tiles: Path) -> None:
    painting = paint_each_in_process([brief] * 5, limits=Limits(cache=tiles))

    before = children()
    await anext(painting)
    assert children() > before

    await painting.aclose()

    assert children() == before
