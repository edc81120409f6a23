"""`yarda operate`: what the operator's page shows and does, on the command line."""

import json
from collections.abc import Awaitable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Annotated, Any, TypeVar
from uuid import UUID

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from yarda.bootstrap import Running
from yarda.cli.accounts import ACTOR, AsJson
from yarda.cli.running import run
from yarda.domain.generation import AreaId, GenerationId
from yarda.web.operate_views import area_view, audit_view, name_age, provider_view

T = TypeVar("T")
app = typer.Typer(help="See what goes on in an installation, and put it right.", no_args_is_help=True)

Design = Annotated[UUID, typer.Argument(metavar="GENERATION", help="The design's id.")]


@app.command("overview")
def overview(as_json: AsJson = False) -> None:
    """Queue, oldest job and area, the workers' last audit; unfinished areas, and failed ones to draw again."""
    shown, now = run(lambda running: _both(running.operator.look(), running))
    measured = shown.measured
    if as_json:
        _dump(
            {
                "jobs": measured.jobs_by_status,
                "areas": measured.areas_by_status,
                "oldest_job_seconds": measured.oldest_job_seconds,
                "oldest_area_seconds": measured.oldest_area_seconds,
                "overdue_areas": measured.overdue_areas,
                "invariants_violated": measured.invariants_violated,
                "audited_at": measured.audited_at or None,
                "unfinished": [asdict(area) for area in shown.unfinished],
                "failed": [asdict(area) for area in shown.failed],
            }
        )
        return
    for name, counts in (("jobs", measured.jobs_by_status), ("areas", measured.areas_by_status)):
        typer.echo(f"{name}: " + (", ".join(f"{count} {status}" for status, count in counts.items()) or "none"))
    ages = measured.oldest_area_seconds.values()
    typer.echo(f"oldest job: {name_age(measured.oldest_job_seconds)}")
    typer.echo(f"oldest unfinished area: {name_age(max(ages)) if ages else 'none'}")
    typer.echo(f"overdue: {measured.overdue_areas}")
    typer.echo(f"audit: {audit_view(measured, now=now)}")
    for title, areas in (("unfinished", shown.unfinished), ("failed, may run again", shown.failed)):
        if areas:
            typer.echo(f"\n{title}")
            for area in areas:
                _show_area(area_view(area, now=now))


@app.command("cancel")
def cancel(generation: Design, as_json: AsJson = False) -> None:
    """Cancel what is left of somebody's design; its credits go back."""
    view = run(lambda running: running.operator.cancel(GenerationId(generation), actor=ACTOR))
    _show_outcome(view, as_json=as_json)


@app.command("retry")
def retry(
    generation: Design,
    area: Annotated[UUID, typer.Argument(metavar="AREA", help="The area's id.")],
    provider: Annotated[str | None, typer.Option(help="Who draws it; else whoever was to.")] = None,
    as_json: AsJson = False,
) -> None:
    """Run somebody's failed or cancelled area again, on their credits; a worker draws it."""
    view = run(
        lambda running: running.operator.retry(
            GenerationId(generation), AreaId(area), provider=provider, actor=ACTOR
        )
    )
    _show_outcome(view, as_json=as_json)


@app.command("failures")
def failures(as_json: AsJson = False) -> None:
    """Count areas that failed in the last 30 days, by code."""
    found = run(lambda running: running.operator.look()).failures
    if as_json:
        _dump([asdict(failure) for failure in found])
        return
    _table(("code", "areas", "last"), [(f.code, str(f.areas), f"{f.last:%Y-%m-%d %H:%M}") for f in found])


@app.command("providers")
def providers(as_json: AsJson = False) -> None:
    """Say which provider may be called now, at which pace, and why not."""
    states = run(lambda running: running.operator.measure()).providers
    if as_json:
        _dump([asdict(state) for state in states])
        return
    shown = [provider_view(state) for state in states]
    _table(("provider", "state", "pace", "reason"), [(p.name, p.state, p.pace, p.reason) for p in shown])


@app.command("spend")
def spend(as_json: AsJson = False) -> None:
    """Show what provider calls cost at most on each UTC day of the last 30."""
    found = run(lambda running: running.operator.look())
    limit = found.measured.spend_limit_usd
    if as_json:
        _dump({"daily_limit_usd": limit, "days": [asdict(entry) for entry in found.spend]})
        return
    rows = [(entry.day.isoformat(), entry.provider, str(entry.calls), f"{entry.usd:.4f}") for entry in found.spend]
    _table(("day", "provider", "calls", "US dollars"), rows)
    typer.echo(f"today: {found.measured.spend_today_usd:.2f}" + (f" of {limit:.2f}" if limit is not None else ""))


@app.command("log")
def show_log(
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=1000)] = 50, as_json: AsJson = False
) -> None:
    """Show who did what, the newest first."""
    entries = run(lambda running: running.operator.list_log(limit=limit))
    if as_json:
        _dump([asdict(entry) for entry in entries])
        return
    for entry in entries:
        detail = ", ".join(f"{name}: {value}" for name, value in entry.detail.items())
        about = f"account {entry.account}" if entry.account else ""
        words = [f"{entry.created_at:%Y-%m-%d %H:%M}", entry.action, f"by {entry.actor}", about, detail]
        typer.echo("  ".join(filter(None, words)))


async def _both(look: Awaitable[T], running: Running) -> tuple[T, datetime]:
    return await look, running.operator.now()


def _show_area(area: SimpleNamespace) -> None:
    late = "  overdue" if area.is_overdue else ""
    why = f"  {area.code}" if area.code else ""
    typer.echo(f"  {area.age}  {area.name}, {area.style}  {area.stage}  {area.provider}{why}{late}")
    typer.echo(f"    {area.whose}  claims {area.claims}, calls {area.attempts}")
    typer.echo(f"    {area.generation} {area.id}")


def _show_outcome(view: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        _dump(view)
        return
    typer.echo(f"{view['id']}: {view['status']}")
    for area in view["areas"]:
        typer.echo(f"  {area['id']}: {area['area']}, {area['status']}")


def _table(heads: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
    if not rows:
        typer.echo("nothing")
        return
    table = Table(*heads, box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        table.add_row(*[Text(cell) for cell in row])
    Console(highlight=False).print(table)


def _dump(value: object) -> None:
    typer.echo(json.dumps(value, default=_plain))


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else str(value)
