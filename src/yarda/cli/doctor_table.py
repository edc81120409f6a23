"""The doctor's report for people: a table that reads without colour, then what to do about each failure."""

import io
import platform
import sys

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
    """On stdout, with what it cannot spell replaced."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    console = Console(highlight=False)
    console.print(_table(report, plain=console.options.ascii_only))
    failed = [finding for finding in report.findings if finding.verdict is Verdict.FAILED]
    console.print(_remedies(failed) if failed else "all is well")
    console.print()
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
        if finding.about and finding.part != before:
            table.add_row(finding.part)
        before = finding.part
        glyph = (PLAIN if plain else GLYPHS)[finding.verdict]
        table.add_row(
            f"  {finding.about}" if finding.about else finding.part,
            Text(f"{glyph} {finding.verdict.value}", style=STYLES[finding.verdict]),
            Text(_seen(finding)),
            "" if finding.seconds is None else f"{finding.seconds:.2f}",
        )
    return table


def _remedies(failed: list[Finding]) -> Table:
    table = Table(title="what to do", title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.show_header = False
    for finding in failed:
        name = f"{finding.part}, {finding.about}" if finding.about else finding.part
        table.add_row(Text(name, style="red"), Text(finding.remedy))
    return table


def _seen(finding: Finding) -> str:
    facts = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in finding.seen.items())
    return "; ".join(filter(None, (facts, finding.said)))
