"""The queue: that a job goes through the engine and back, and that somebody works on the others."""

import asyncpg

from yarda.bootstrap import Running
from yarda.doctor.findings import Facts, Faulty, Finding, Remedies, Seen, examine
from yarda.errors import DatabaseUnavailable

PART = "queue"
SECONDS = 20.0
START_A_WORKER = "start `yarda serve`, or `yarda worker` beside it"
REMEDIES: Remedies = {
    DatabaseUnavailable: "see to the database first",
    TimeoutError: "look for locks on the table pgqueuer, and run `yarda migrate` again",
}


async def examine_queue(running: Running) -> Finding:
    finding, _ = await examine(PART, _carry_one(running), remedies=REMEDIES, seconds=SECONDS)
    return finding


async def _carry_one(running: Running) -> Seen[None]:
    try:
        probe = await running.probe_queue()
    except asyncpg.PostgresError as error:
        raise Faulty(f"the engine's tables: {error}", remedy="run `yarda migrate`") from error
    facts: Facts = {
        "there_and_back": f"{probe.seconds:.2f} s",
        "workers": probe.workers,
        "waiting": probe.depth.queued,
    }
    if probe.workers:
        return Seen(facts=facts, made=None)
    if probe.depth.queued:
        raise Faulty("areas wait, and no worker runs", remedy=START_A_WORKER, seen=facts)
    return Seen(facts=facts, made=None, said=f"no worker runs now: {START_A_WORKER}")
