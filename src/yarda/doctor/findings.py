"""What was found about one part: a verdict, what was seen, and what to do."""

import asyncio
import time
from collections.abc import Awaitable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

import structlog

from yarda.errors import YardaError

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Facts = Mapping[str, str | int | float]
Remedies = Mapping[type[Exception], str]

LONGEST_SECONDS = 120.0
REPORT_IT = "report this with the output of `yarda doctor --json`"

log = structlog.get_logger()


class Verdict(StrEnum):
    """Only FAILED is a fault of the installation."""

    OK = "ok"
    FAILED = "failed"
    NOT_SET_UP = "not set up"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One row of the report. `about` tells the findings of a part apart.

    `said` is why it is not ok, or a remark; `remedy` is what to do about a failure.
    """

    part: str
    about: str = ""
    verdict: Verdict
    seen: Facts = field(default_factory=dict)
    said: str = ""
    remedy: str = ""
    seconds: float | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"seen": dict(self.seen), "verdict": self.verdict.value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen(Generic[T_co]):
    """What a test that went well saw, and what it leaves for the tests that build on it."""

    facts: Facts
    made: T_co
    said: str = ""


class Faulty(Exception):
    """A test's own judgement, raised and caught in this package only: the part works, and not as it should."""

    def __init__(self, said: str, *, remedy: str, seen: Facts | None = None) -> None:
        super().__init__(said)
        self.remedy = remedy
        self.seen = seen or {}


async def examine(
    part: str,
    test: Awaitable[Seen[T]],
    *,
    about: str = "",
    remedies: Remedies,
    seconds: float = LONGEST_SECONDS,
) -> tuple[Finding, T | None]:
    """Run one test. Whatever it raises becomes its finding, so that no part hides another."""
    started = time.perf_counter()

    def found(verdict: Verdict, **facts: Any) -> Finding:
        spent = round(time.perf_counter() - started, 2)
        return Finding(part=part, about=about, verdict=verdict, seconds=spent, **facts)

    try:
        async with asyncio.timeout(seconds):
            seen = await test
    except Faulty as fault:
        return found(Verdict.FAILED, said=str(fault), remedy=fault.remedy, seen=fault.seen), None
    except YardaError as error:
        return found(Verdict.FAILED, said=str(error), remedy=_remedy(error, remedies)), None
    except TimeoutError:
        said = f"no answer within {seconds:g} s"
        return found(Verdict.FAILED, said=said, remedy=remedies.get(TimeoutError, REPORT_IT)), None
    except Exception as error:
        log.exception("doctor_stumbled", part=part)
        return found(Verdict.FAILED, said=f"a fault in Yarda: {type(error).__name__}", remedy=REPORT_IT), None
    return found(Verdict.OK, seen=seen.facts, said=seen.said), seen.made


def not_tried(part: str, why: str, *, about: str = "") -> Finding:
    return Finding(part=part, about=about, verdict=Verdict.NOT_TRIED, said=why)


def not_set_up(part: str, change: str, *, about: str = "") -> Finding:
    """`change` says what would be different, and which setting makes it so."""
    return Finding(part=part, about=about, verdict=Verdict.NOT_SET_UP, said=change)


def kilobytes(data: bytes) -> str:
    return f"{max(1, round(len(data) / 1024))} KB"


def _remedy(error: Exception, remedies: Remedies) -> str:
    """The most particular one that there is for the error."""
    return next((remedies[kind] for kind in type(error).__mro__ if kind in remedies), REPORT_IT)
