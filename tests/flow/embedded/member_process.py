"""A process that joins the embedded Postgres of a data directory, says so, and leaves at the end of its input."""

import asyncio
import sys
from pathlib import Path

from yarda.db.embedded import EmbeddedPostgres


async def main() -> None:
    postgres = await EmbeddedPostgres.join(Path(sys.argv[1]))
    sys.stdout.write(f"{postgres.url}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await postgres.leave()


asyncio.run(main())
