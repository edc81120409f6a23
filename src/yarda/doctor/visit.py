"""One visit of the doctor: every part in turn, and none hides another."""

import platform
import tempfile
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yarda import __version__
from yarda.bootstrap import Running
from yarda.doctor import database, display, drawing, files, paid, queue, sight, store
from yarda.doctor.configuration import examine_settings, summarise
from yarda.doctor.drawing import PAINTER, Picture, Task
from yarda.doctor.findings import Finding, Verdict, not_tried
from yarda.settings import Settings

PARTS = (
    database.PART,
    queue.PART,
    store.PART,
    sight.PART,
    "prompt",
    paid.PART,
    display.PART,
)
"""After the settings, in the order of the report."""

Consent = Callable[[paid.Quote], bool]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to try. With `consent` a real paid call is made, once that has agreed to its price."""

    address: str | None
    photo: bytes | None
    out: Path
    consent: Consent | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was found; `settings` has no secrets in it, and is None where they could not be read."""

    findings: tuple[Finding, ...]
    settings: dict[str, Any] | None = None
    files: tuple[Path, ...] = ()

    @property
    def is_well(self) -> bool:
        return not any(finding.verdict is Verdict.FAILED for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        return {
            "version": __version__,
            "python": platform.python_version(),
            "platform": platform.platform(),
            "well": self.is_well,
            "settings": self.settings,
            "parts": [finding.as_json() for finding in self.findings],
            "files": [str(path) for path in self.files],
        }


async def visit(wanted: Wanted, *, say: Say) -> Report:
    """Try every part; `say` tells which is next. Nothing stays in the database but the record of a paid call."""
    finding, settings = await examine_settings()
    if settings is None:
        rest = (not_tried(part, "needs the settings") for part in PARTS)
        return Report(findings=(finding, *rest))
    is_agreed = _is_agreed(wanted, settings)
    with tempfile.TemporaryDirectory(prefix="yarda-doctor-") as scratch:
        async with AsyncExitStack() as stack:
            say("database")
            own, running = await database.open_installation(settings, stack, scratch=Path(scratch) / "objects")
            rounds = _Rounds(wanted, settings, running, stack, say=say, has_database=own.verdict is Verdict.OK)
            await rounds.make(is_agreed=is_agreed)
    return Report(findings=(finding, own, *rounds.findings), settings=summarise(settings), files=rounds.files)


def _is_agreed(wanted: Wanted, settings: Settings) -> bool | None:
    """None where no paid call is wanted. Asked before anything else, so that nobody has to wait for it."""
    if wanted.consent is None:
        return None
    quote = paid.find_quote(settings)
    return quote is None or wanted.consent(quote)


class _Rounds:
    """Every part after the database."""

    def __init__(
        self,
        wanted: Wanted,
        settings: Settings,
        running: Running,
        stack: AsyncExitStack,
        *,
        say: Say,
        has_database: bool,
    ) -> None:
        self.findings: list[Finding] = []
        self.files: tuple[Path, ...] = ()
        self._wanted = wanted
        self._settings = settings
        self._running = running
        self._stack = stack
        self._say = say
        self._has_database = has_database

    async def make(self, *, is_agreed: bool | None) -> None:
        await self._examine_ground()
        task = await self._examine_sources()
        picture = await self._examine_providers(task, is_agreed=is_agreed)
        self._say("display")
        small, thumbnail = await display.examine_thumbnail(picture)
        pages = await display.examine_pages(self._running, has_database=self._has_database)
        results = files.Results(task=task, picture=picture, thumbnail=thumbnail)
        left, written = await files.examine_files(self._wanted.out, results, self._running)
        self.findings += [small, pages, left]
        self.files = written or ()

    async def _examine_ground(self) -> None:
        self._say("queue")
        if self._has_database:
            self.findings.append(await queue.examine_queue(self._running))
        else:
            self.findings.append(not_tried(queue.PART, "needs the database"))
        self._say("storage")
        self.findings.append(await store.examine_storage(self._settings))

    async def _examine_sources(self) -> Task | None:
        """The street's picture goes before the photo, where there are both."""
        self._say("imagery")
        photo = await sight.examine_photo(self._wanted.photo, self._running)
        street = await sight.examine_address(self._wanted.address, self._settings, self._running)
        self.findings += [*photo.findings, *street.findings]
        imagery = street.imagery or photo.imagery
        if imagery is None:
            self.findings.append(not_tried("prompt", "needs a picture of a yard"))
            return None
        finding, task = await drawing.examine_prompt(imagery)
        self.findings.append(finding)
        return task

    async def _examine_providers(self, task: Task | None, *, is_agreed: bool | None) -> Picture | None:
        self._say("image providers")
        picture = None
        if task is None:
            self.findings.append(not_tried(paid.PART, "needs the prompt", about=PAINTER))
        else:
            finding, picture = await drawing.examine_painter(task, self._running)
            self.findings.append(finding)
        providers = await paid.examine_paid(self._settings, self._stack)
        self.findings += [finding for finding, _ in providers.values()]
        if is_agreed is None:
            return picture
        if not is_agreed or not self._has_database:
            why = "needs the database, where paid calls are on record" if is_agreed else "you did not agree to it"
            self.findings.append(not_tried(paid.PART, why, about=paid.LIVE))
            return picture
        self._say(f"one real call; its reply goes to {self._settings.data_dir / 'spool'} before it is read")
        finding, paid_picture = await paid.examine_live(providers, task, self._settings, self._running)
        self.findings.append(finding)
        return paid_picture or picture
