"""Runs the benchmarks that are named, or all, and prints a table for docs/reference/performance.md."""

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path

from benchmarks import accept, audit, drain, fan_out, latency, memory, painter, replies, storm
from benchmarks.harness import Result, database, machine, workplace
from yarda.logs import set_up_logs

Run = Callable[[str, Path], Awaitable[list[Result]]]
ALL = {
    "accept": accept,
    "fan_out": fan_out,
    "latency": latency,
    "drain": drain,
    "memory": memory,
    "replies": replies,
    "audit": audit,
    "storm": storm,
    "painter": painter,
}
RUNS: dict[str, Run] = {name: module.run for name, module in ALL.items()}
QUICK: dict[str, Run] = {**RUNS, "painter": painter.run_quick}


async def measure(names: list[str], runs: dict[str, Run]) -> tuple[str, list[Result]]:
    """Each benchmark on a new database, one after the other."""
    results: list[Result] = []
    about = ""
    for name in names:
        with workplace() as folder:
            async with database(folder) as url:
                about = about or await machine(url, folder)
                sys.stderr.write(f"{name} …\n")
                results += await runs[name](url, folder)
    return about, results


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(ALL)}; all without any")
    parser.add_argument("--json", action="store_true", help="machine-readable results")
    parser.add_argument("--quick", action="store_true", help="few and small pictures of the painter")
    options = parser.parse_args()
    if unknown := set(options.names) - set(ALL):
        parser.error(f"there is no {', '.join(sorted(unknown))}; choose of {', '.join(ALL)}")
    set_up_logs("error")
    about, results = asyncio.run(measure(options.names or list(ALL), QUICK if options.quick else RUNS))
    if options.json:
        sys.stdout.write(json.dumps({"machine": about, "results": [asdict(result) for result in results]}) + "\n")
        return
    sys.stdout.write(f"{about}\n\n| What | Goal | Measured | Met |\n| --- | --- | --- | --- |\n")
    for result in results:
        met = {True: "yes", False: "no", None: ""}[result.met]
        sys.stdout.write(f"| {result.what} | {result.goal} | {result.measured} | {met} |\n")


if __name__ == "__main__":
    main()
