"""What an operator does for somebody's account."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console

from yarda.bootstrap import start
from yarda.errors import SettingInvalid
from yarda.logs import set_up_logs
from yarda.settings import read_settings

app = typer.Typer(help="Accounts of this studio.", no_args_is_help=True)
err = Console(stderr=True, highlight=False)

ACTOR = "operator"


@app.callback()
def _group() -> None:
    """Accounts of this studio."""


@app.command("forget-passkeys")
def forget_passkeys(email: Annotated[str, typer.Argument(help="The account's address.")]) -> None:
    """Let somebody who has lost their passkeys sign in by a link again. Make sure who asks."""
    set_up_logs()
    count = asyncio.run(_forget_passkeys(email))
    err.print(f"{count} {'passkey is' if count == 1 else 'passkeys are'} forgotten; links sign in again")


async def _forget_passkeys(email: str) -> int:
    settings = read_settings()
    if settings.access == "local":
        raise SettingInvalid("YARDA_ACCESS is local: there are no accounts")
    async with start(settings) as running:
        assert running.desk is not None
        return await running.desk.forget_passkeys(email, actor=ACTOR)
