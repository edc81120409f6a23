"""Logs as events: key=value on a terminal, JSON lines otherwise, always on stderr."""

import logging
import sys

import structlog


def set_up_logs(level: str = "info") -> None:
    """Call once, in a process of our own; a program that uses Yarda as a library sets up its own.

    The level is for our own events. Libraries log warnings only, whatever it is: some name whole requests, keys
    and all, when they are asked to say more.
    """
    processors: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if sys.stderr.isatty():
        # Tracebacks without local variables: those hold photos and keys.
        processors.append(structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback))
    else:
        processors += [structlog.processors.ExceptionRenderer(), structlog.processors.JSONRenderer()]
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s %(levelname)s %(message)s")
    for noisy in ("pgqueuer", "google_genai", "httpx2", "alembic", "stripe"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
