"""`yarda backup` and `yarda restore`: everything an installation has, in a folder, and back."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from yarda import __version__
from yarda.bootstrap import open_empty, start
from yarda.core.backup import BackedUp, back_up, restore
from yarda.core.backup_folder import Manifest
from yarda.logs import set_up_logs
from yarda.settings import Settings, read_settings

err = Console(stderr=True, highlight=False)

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the backup.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable result.")]


def backup_command(folder: Folder, as_json: AsJson = False) -> None:
    """Back up database and pictures into a folder while Yarda runs; again, only what is new is copied."""
    set_up_logs("error")
    done = asyncio.run(_back_up(folder))
    manifest = done.manifest
    if as_json:
        copied = {"copied": done.copied, "lost": list(manifest.lost)}
        typer.echo(json.dumps(_described(manifest) | copied))
    else:
        _show(manifest)
        typer.echo(f"of these new: {done.copied}")
    for key in manifest.lost:
        err.print(f"[red]not in the storage:[/] {escape(key)}; `yarda audit` says whose it is", soft_wrap=True)
    raise typer.Exit(1 if manifest.lost else 0)


def restore_command(folder: Folder, as_json: AsJson = False) -> None:
    """Bring a backup into an empty database and storage, then migrate and audit; exit 0 means all is well."""
    set_up_logs("error")
    manifest, violations = asyncio.run(_restore(folder, read_settings()))
    if as_json:
        typer.echo(json.dumps(_described(manifest) | {"violations": violations}))
    else:
        _show(manifest)
        for violation in violations:
            typer.echo(violation)
        err.print(f"{len(violations)} violations" if violations else "restored; every invariant holds")
    raise typer.Exit(1 if violations else 0)


async def _back_up(folder: Path) -> BackedUp:
    async with start(read_settings()) as running:
        return await back_up(
            folder,
            dumps=running.dumps,
            store=running.tools.objects,
            version=__version__,
            now=running.tools.clock(),
        )


async def _restore(folder: Path, settings: Settings) -> tuple[Manifest, list[str]]:
    async with open_empty(settings) as (dumps, store):
        manifest = await restore(folder, dumps=dumps, store=store)
    async with start(settings) as running:
        await running.migrate()
        return manifest, await running.studio.audit()


def _described(manifest: Manifest) -> dict[str, object]:
    return {
        "made_at": manifest.made_at,
        "yarda": manifest.yarda,
        "postgres": manifest.postgres,
        "rows": manifest.rows,
        "database_bytes": manifest.dump_bytes,
        "objects": len(manifest.objects),
        "object_bytes": sum(manifest.objects.values()),
    }


def _show(manifest: Manifest) -> None:
    rows = ", ".join(f"{count} {table.replace('_', ' ')}" for table, count in manifest.rows.items())
    typer.echo(f"made {manifest.made_at[:19]} UTC by Yarda {manifest.yarda} on Postgres {manifest.postgres}")
    typer.echo(f"database: {_size(manifest.dump_bytes)}: {rows}")
    typer.echo(f"objects: {len(manifest.objects)}, {_size(sum(manifest.objects.values()))}")


def _size(count: int) -> str:
    return f"{count / 10**6:.1f} MB"
