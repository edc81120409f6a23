"""The command line: results on stdout, everything else on stderr; exit codes 0, 1 and 2."""

import asyncio
import json
import signal
import sys
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from yarda import __version__
from yarda.bootstrap import start
from yarda.cli import accounts, backup, design, doctor, operate, serve
from yarda.errors import RequestError, ServiceUnavailableError, SetupError
from yarda.logs import set_up_logs
from yarda.pipeline.audit import Depth
from yarda.settings import read_settings

app = typer.Typer(
    help="Designs of your own yard: from a photo to pictures in which the house stays the house.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
err = Console(stderr=True, highlight=False)


def main() -> NoReturn:
    """The `yarda` command. SIGTERM ends it as Ctrl-C does: in good order."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        app()
    except SetupError as error:
        err.print(f"[red]yarda cannot start:[/] {error}", soft_wrap=True)
        sys.exit(2)
    except RequestError as error:
        err.print(f"[red]not accepted:[/] {error}", soft_wrap=True)
        sys.exit(2)
    except ServiceUnavailableError as error:
        err.print(f"[red]not now:[/] {error}", soft_wrap=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(0)


app.command("design")(design.command)
app.command("serve")(serve.command)
app.command("worker")(serve.worker_command)
app.command("doctor")(doctor.command)
app.command("backup")(backup.backup_command)
app.command("restore")(backup.restore_command)
app.add_typer(accounts.account_app, name="account")
app.add_typer(accounts.credits_app, name="credits")
app.add_typer(operate.app, name="operate")


@app.command("migrate")
def migrate() -> None:
    """Bring the database to this version."""
    set_up_logs()
    asyncio.run(_migrate())
    err.print("the database is at this version")


@app.command("audit")
def audit(
    deep: Annotated[bool, typer.Option("--deep", help="Read every object again, and compare its hash.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable result.")] = False,
) -> None:
    """Check every invariant over the whole database and storage; exit 0 means none is violated."""
    violations = asyncio.run(_audit(Depth.WHOLE if deep else Depth.PRESENT))
    if as_json:
        typer.echo(json.dumps({"violations": violations}))
    else:
        for violation in violations:
            typer.echo(violation)
        err.print(f"{len(violations)} violations" if violations else "every invariant holds")
    raise typer.Exit(1 if violations else 0)


@app.command("version")
def show_version() -> None:
    """Print the version."""
    typer.echo(__version__)


async def _migrate() -> None:
    async with start(read_settings()) as running:
        await running.migrate()


async def _audit(depth: Depth) -> list[str]:
    async with start(read_settings()) as running:
        await running.studio.ready()
        return await running.studio.audit(depth)
