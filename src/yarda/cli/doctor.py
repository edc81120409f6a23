"""`yarda doctor`: tests every part by itself, and says what to do about each failure."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from yarda.cli.doctor_table import show
from yarda.doctor.paid import Quote
from yarda.doctor.visit import Consent, Wanted, visit
from yarda.errors import InvalidRequest
from yarda.logs import set_up_logs

err = Console(stderr=True, highlight=False)


def command(
    address: Annotated[
        str | None, typer.Option(help="A street address to look up and look at; Google charges under $0.02.")
    ] = None,
    photo: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A photo to draw into instead of the sample yard.")
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the five files are left.")] = Path(
        "yarda-doctor"
    ),
    live: Annotated[bool, typer.Option("--live", help="Make one real, paid call, after asking.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --live: do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable result, without secrets.")] = False,
) -> None:
    """Test each part by itself and say what to do about each failure; exits 0 only when none failed."""
    set_up_logs("error")
    if address is not None and not 5 <= len(address.strip()) <= 200:
        raise InvalidRequest("--address: 5 to 200 characters")
    wanted = Wanted(
        address=address,
        photo=None if photo is None else _read(photo),
        out=out,
        consent=_consent(live=live, yes=yes),
    )
    _make(out)
    report = asyncio.run(visit(wanted, say=_say))
    if as_json:
        typer.echo(json.dumps(report.as_json(), indent=2))
    else:
        show(report)
    raise typer.Exit(0 if report.is_well else 1)


def _consent(*, live: bool, yes: bool) -> Consent | None:
    if yes and not live:
        raise InvalidRequest("--yes answers what --live asks; give both")
    if not live:
        return None
    if not yes and not sys.stdin.isatty():
        raise InvalidRequest(
            "--live asks before it pays, and there is no terminal to ask on; --yes agrees beforehand"
        )
    return _agreed if yes else _ask


def _agreed(quote: Quote) -> bool:
    err.print(f"one real call to {quote.provider} ({quote.model}), at most {quote.cap_usd:.2f} USD")
    return True


def _ask(quote: Quote) -> bool:
    return typer.confirm(
        f"One real call to {quote.provider} ({quote.model}) costs at most {quote.cap_usd:.2f} USD. Make it?",
        err=True,
    )


def _say(part: str) -> None:
    """On the way, for whoever waits."""
    err.print(f"trying: {part}", soft_wrap=True, style="dim", markup=False)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidRequest(f"--photo {path}: {error.strerror or 'cannot be read'}") from error


def _make(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidRequest(f"--out {out}: {error.strerror or 'cannot be made'}") from error
