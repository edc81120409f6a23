"""The doctor's report for people: a table that reads without colour, then what to do about each failure."""

import platform

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from yarda import __version__
from yarda.doctor.findings import Finding, Verdict
from yarda.doctor.visit import Report

GLYPHS = {Verdict.OK: "✓", Verdict.FAILED: "✗", Verdict.NOT_SET_UP: "○", Verdict.NOT_TRIED: "–"}
PLAIN = {Verdict.OK: "+", Verdict.FAILED: "x", Verdict.NOT_SET_UP: "o", Verdict.NOT_TRIED: "-"}
STYLES = {Verdict.OK: "green", Verdict.FAILED: "bold red", Verdict.NOT_SET_UP: "yellow", Verdict.NOT_TRIED: "dim"}


def show(report: Report) -> None:
    """On stdout."""
    console = Console(highlight=False)
    console.print(_table(report, plain=console.options.ascii_only))
    failed = [finding for finding in report.findings if finding.verdict is Verdict.FAILED]
    for finding in failed:
        console.print(Text(f"\n{_name(finding)}: {finding.said}"), style="red")
        console.print(Text(f"  → {finding.remedy}" if not console.options.ascii_only else f"  > {finding.remedy}"))
    if not failed:
        console.print("\nall is well")
    for path in report.files:
        console.print(Text(str(path)), soft_wrap=True)


def _table(report: Report, *, plain: bool) -> Table:
    system = f"Yarda {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    table = Table(title=system, title_justify="left", title_style="", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("part", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("what was seen", overflow="fold", ratio=1)
    table.add_column("s", justify="right", no_wrap=True)
    before = ""
    for finding in report.findings:
        verdict = finding.verdict
        glyph = (PLAIN if plain else GLYPHS)[verdict]
        table.add_row(
            _label(finding, first=finding.part != before),
            Text(f"{glyph} {verdict.value}", style=STYLES[verdict]),
            Text(_seen(finding)),
            "" if finding.seconds is None else f"{finding.seconds:.2f}",
        )
        before = finding.part
    return table


def _label(finding: Finding, *, first: bool) -> str:
    """The part once, and below it what tells its findings apart."""
    if not finding.about:
        return finding.part
    return f"{finding.part}\n  {finding.about}" if first else f"  {finding.about}"


def _name(finding: Finding) -> str:
    return f"{finding.part}, {finding.about}" if finding.about else finding.part


def _seen(finding: Finding) -> str:
    facts = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in finding.seen.items())
    return "; ".join(filter(None, (facts, finding.said)))
