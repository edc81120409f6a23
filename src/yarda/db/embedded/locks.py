"""File locks the kernel releases when their holders die, so that none is ever stale.

A lock belongs to an open file and to every process that inherited it.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import fcntl


def open_lock(path: Path) -> int:
    """A file to lock, made where it is missing; the caller closes it."""
    return os.open(path, os.O_RDONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)


def lock_shared(lock: int) -> None:
    """Wait until nobody else holds it alone."""
    fcntl.flock(lock, fcntl.LOCK_SH)


def lock_alone(lock: int) -> None:
    """Wait until nobody else holds it."""
    fcntl.flock(lock, fcntl.LOCK_EX)


def could_lock_alone(lock: int) -> bool:
    """Lock it if nobody else holds it; a shared lock held before is given up either way."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def unlock(lock: int) -> None:
    """Unlock for all who inherited it, which closing would not do."""
    fcntl.flock(lock, fcntl.LOCK_UN)
    os.close(lock)


def is_held_alone(path: Path) -> bool:
    """Whether somebody holds it alone."""
    lock = open_lock(path)
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold it alone for the block."""
    lock = open_lock(path)
    try:
        lock_alone(lock)
        yield
    finally:
        unlock(lock)
