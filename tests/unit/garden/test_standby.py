"""A painter kept waiting: used up once, ended when nobody comes, gone with its owner."""

import asyncio
import threading
from collections.abc import Iterator

import psutil
import pytest

from tests.patience import PATIENCE
from yarda.garden.brief import Brief, Limits, Painting
from yarda.garden.process import paint_each_in_process
from yarda.garden.standby import Standby


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True)}


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    before = children()
    yield
    assert children() - before == set()


async def until(number: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while len(children()) != number:
            await asyncio.sleep(0.02)


async def test_a_warm_painter_paints_the_same_and_is_used_up(brief: Brief, painting: Painting) -> None:
    standby = Standby(Limits(), paintings=2)
    standby.warm_up()
    standby.warm_up()
    child = await standby.take()
    assert child is not None
    assert await standby.take() is None

    answers = [answer async for answer in paint_each_in_process([brief], child=child)]

    assert [answer.image_png for answer in answers if isinstance(answer, Painting)] == [painting.image_png]
    await standby.close()


async def test_one_nobody_comes_for_is_ended() -> None:
    before = len(children())
    standby = Standby(Limits(), paintings=1, idle_seconds=0.3)

    standby.warm_up()
    await until(before + 1)
    await until(before)

    assert await standby.take() is None
    await standby.close()


async def test_one_that_died_while_it_waited_is_not_handed_out() -> None:
    before, threads = children(), set(threading.enumerate())
    standby = Standby(Limits(), paintings=1)
    standby.warm_up()
    await until(len(before) + 1)
    (pid,) = children() - before
    psutil.Process(pid).kill()
    await until(len(before))
    async with asyncio.timeout(PATIENCE):  # until the loop has heard of it, which a thread of its own waits for
        while psutil.pid_exists(pid) or set(threading.enumerate()) - threads:
            await asyncio.sleep(0.01)
    for _ in range(3):  # asyncio hands the news on from one turn of its loop to the next
        await asyncio.sleep(0)

    assert await standby.take() is None
    await standby.close()


async def test_closing_ends_the_one_that_waits_and_may_be_repeated() -> None:
    before = children()
    standby = Standby(Limits(), paintings=1)
    standby.warm_up()

    await standby.close()
    await standby.close()

    assert children() == before
