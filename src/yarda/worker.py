"""The process part that hands each job to `Studio.design_area`, and keeps house meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import structlog

from yarda.bootstrap import Running
from yarda.errors import ServiceUnavailableError
from yarda.pipeline.runs import Runs

SWEEP_SHARE = 3
"""Lost areas are looked for this many times per lease."""
AUDIT_EVERY = 60.0
ORPHANS_EVERY = 3600.0
EXPIRED_EVERY = 300.0
DRAIN_SECONDS = 28.0

log = structlog.get_logger()


async def work(running: Running, *, concurrency: int, stopping: asyncio.Event) -> None:
    """Carry areas to their end until `stopping` is set, then drain: finish, or hand back after 30 s.

    Neither an outage of the database nor a defect ends it early: a worker never dies silently.
    """
    while True:
        try:
            await _work(running, concurrency=concurrency, stopping=stopping)
        except Exception:
            log.exception("worker_crashed")
            await asyncio.sleep(1)
        if stopping.is_set():
            return


async def _work(running: Running, *, concurrency: int, stopping: asyncio.Event) -> None:
    studio, lease = running.studio, running.settings.lease_seconds
    log.info("worker_started", concurrency=concurrency, lease_seconds=lease)
    async with AsyncExitStack() as stack:
        for upkeep in (
            studio.runs.watch_claims(lease_seconds=lease),
            _every(lease / SWEEP_SHARE, studio.requeue_lost_areas),
            _every(AUDIT_EVERY, studio.watch_invariants),
            _every(AUDIT_EVERY, studio.forget_places),
            _every(ORPHANS_EVERY, studio.remove_orphans),
            _every(EXPIRED_EVERY, studio.delete_expired),
            _every(ORPHANS_EVERY, running.forget_old),
        ):
            task = asyncio.create_task(upkeep)
            stack.push_async_callback(_end, task)
        drain = asyncio.create_task(_drain(studio.runs, stopping))
        stack.push_async_callback(_end, drain)
        await running.run_jobs(studio.design_area, concurrency=concurrency, stopping=stopping)
    log.info("worker_stopped")


async def _drain(runs: Runs, stopping: asyncio.Event) -> None:
    """After the stop: let runs finish for a while, then hand their areas back to other workers."""
    await stopping.wait()
    log.info("worker_draining", areas=len(runs))
    await runs.finish(seconds=DRAIN_SECONDS)
    await runs.hand_back()


async def _every(seconds: float, do: Callable[[], Awaitable[object]]) -> None:
    while True:
        try:
            await do()
        except ServiceUnavailableError as error:
            log.debug("upkeep_postponed", reason=error.code)
        except Exception:
            log.exception("upkeep_failed")
        await asyncio.sleep(seconds)


async def _end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
