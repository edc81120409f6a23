"""`yarda worker` with a SIGKILL waiting at one named point of the way around a paid call.

    python -m tests.flow.crashing_worker after_last_byte

The points are methods of the adapters, so nothing of this is in the program itself.
"""

import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from yarda.cli import main
from yarda.db.attempts import PostgresAttempts
from yarda.db.photos import PostgresImages
from yarda.providers._streaming import SendOnce
from yarda.spool import DiskSink, DiskSpool
from yarda.storage import ObjectStorage

BEFORE = {
    "before_the_call_is_recorded": (PostgresAttempts, "add"),
    "before_it_is_sent": (SendOnce, "handle_async_request"),
    "after_last_byte": (DiskSink, "commit"),
    "before_the_reply_is_recorded": (PostgresAttempts, "close"),
    "before_it_is_stored": (ObjectStorage, "put"),
    "before_it_is_delivered": (PostgresImages, "add"),
    "after_it_is_delivered": (DiskSpool, "discard"),
}
AFTER = {"during_the_body": (DiskSink, "write"), "after_the_spool": (DiskSink, "commit")}
POINTS = {**BEFORE, **AFTER}

Method = Callable[..., Awaitable[Any]]


def arm(point: str) -> None:
    """Let the process die at that point."""
    owner, name = POINTS[point]
    original: Method = getattr(owner, name)

    async def dying(*given: Any, **named: Any) -> Any:
        if point in AFTER:
            await original(*given, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, dying)


if __name__ == "__main__":
    arm(sys.argv[1])
    sys.argv = ["yarda", "worker"]
    main()
