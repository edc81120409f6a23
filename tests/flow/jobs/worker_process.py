"""A worker process for the tests of the job engine: a run is a row, and ends when the gate opens."""

import argparse
import asyncio
import os
import signal
import time
from pathlib import Path
from uuid import UUID

import asyncpg

from yarda import jobs
from yarda.pipeline.ports import Done, Verdict

TABLE = """CREATE TABLE runs (
    id bigserial PRIMARY KEY, area uuid NOT NULL, worker int NOT NULL,
    started timestamptz NOT NULL DEFAULT clock_timestamp(), ended timestamptz
)"""


def wait_for(gate: Path) -> None:
    while not gate.exists():
        time.sleep(0.02)


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("database_url")
    parser.add_argument("--gate", type=Path, default=Path("/"), help="handlers end once this path exists")
    parser.add_argument("--concurrency", type=int, default=4)
    parser.add_argument("--lease", type=float, default=3.0)
    given = parser.parse_args()
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)

    async with asyncpg.create_pool(given.database_url, min_size=1, max_size=given.concurrency) as pool:

        async def handle(area: UUID) -> Verdict:
            start = "INSERT INTO runs (area, worker) VALUES ($1, $2) RETURNING id"
            run = await pool.fetchval(start, area, os.getpid())
            await asyncio.to_thread(wait_for, given.gate)
            await pool.execute("UPDATE runs SET ended = clock_timestamp() WHERE id = $1", run)
            return Done()

        await jobs.run_jobs(
            database_url=given.database_url,
            handlers={jobs.DESIGN_AREA: handle, jobs.SEND_MAIL: handle},
            concurrency=given.concurrency,
            lease_seconds=given.lease,
            stopping=stopping,
        )


if __name__ == "__main__":
    asyncio.run(main())
