"""`yarda account` and `yarda credits`: what an operator does to accounts, each with a line in the audit log."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from yarda.accounts.manage import (
    MOST_CREDITS,
    create_account,
    disable_account,
    enable_account,
    find_account,
    grant_credits,
    list_accounts,
)
from yarda.bootstrap import Running
from yarda.cli.running import run
from yarda.domain.account import Account
from yarda.domain.credit import Balance, LedgerEntry
from yarda.errors import SettingInvalid
from yarda.settings import read_settings

ACTOR = "operator command"
PAGE = 200

err = Console(stderr=True, highlight=False)
account_app = typer.Typer(help="Create, list, disable accounts.", no_args_is_help=True)
credits_app = typer.Typer(help="Grant credits; show a ledger.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="ACCOUNT", help="An address, an account's id, or owner.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable result.")]
Limit = Annotated[int, typer.Option(help="How many at most.", min=1, max=PAGE)]


@account_app.command("create")
def create(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="Where its link to sign in is sent.")],
    operator: Annotated[bool, typer.Option("--operator", help="It may operate this installation.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make an account; its address counts as proved after the first sign-in."""

    async def work(running: Running) -> dict[str, Any]:
        made = await create_account(
            email, operator=operator, actor=ACTOR, now=datetime.now(UTC), open_work=running.database.open_work
        )
        return _account(made.account) | {"created": made.created}

    _show(run(work), as_json=as_json)


@account_app.command("list")
def list_all(
    containing: Annotated[str, typer.Option(help="Only addresses with this in them.")] = "",
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Show accounts, newest first."""

    async def work(running: Running) -> list[dict[str, Any]]:
        found = await list_accounts(limit=limit, containing=containing, open_work=running.database.open_work)
        return [_account(account) for account in found]

    found = run(work)
    if as_json:
        typer.echo(json.dumps(found))
        return
    for account in found:
        typer.echo("  ".join([account["id"], account["email"], *_marks(account)]))


@account_app.command("show")
def show(account: Name, as_json: AsJson = False) -> None:
    """Show an account with its balance."""

    async def work(running: Running) -> dict[str, Any]:
        found = await find_account(account, open_work=running.database.open_work)
        return _account(found) | _balance(await running.studio.balance(found.id))

    _show(run(work), as_json=as_json)


@account_app.command("disable")
def disable(account: Name, as_json: AsJson = False) -> None:
    """Shut an account out; what it has stays."""

    async def work(running: Running) -> dict[str, Any]:
        open_work = running.database.open_work
        return _account(await disable_account(account, actor=ACTOR, now=datetime.now(UTC), open_work=open_work))

    _show(run(work), as_json=as_json)


@account_app.command("enable")
def enable(account: Name, as_json: AsJson = False) -> None:
    """Let a disabled account in again."""

    async def work(running: Running) -> dict[str, Any]:
        return _account(await enable_account(account, actor=ACTOR, open_work=running.database.open_work))

    _show(run(work), as_json=as_json)


@account_app.command("forget-passkeys")
def forget_passkeys(email: Annotated[str, typer.Argument(help="The account's address.")]) -> None:
    """Let somebody who has lost their passkeys sign in by a link again. Make sure who asks."""
    settings = read_settings()
    if settings.access == "local":
        raise SettingInvalid("YARDA_ACCESS is local: there are no accounts")

    async def work(running: Running) -> int:
        assert running.desk is not None
        return await running.desk.forget_passkeys(email, actor=ACTOR)

    count = run(work)
    err.print(f"{count} {'passkey is' if count == 1 else 'passkeys are'} forgotten; links sign in again")


@credits_app.command("grant")
def grant(
    account: Name,
    credits: Annotated[int, typer.Argument(metavar="CREDITS", help="How many.", min=1, max=MOST_CREDITS)],
    reason: Annotated[str, typer.Option(help="Why; the account's owner reads it in the ledger.")],
    once: Annotated[str | None, typer.Option(metavar="KEY", help="Grant under this key a single time.")] = None,
    as_json: AsJson = False,
) -> None:
    """Give an account credits."""

    async def work(running: Running) -> dict[str, Any]:
        granted = await grant_credits(
            account, credits, reason=reason, once=once, actor=ACTOR, open_work=running.database.open_work
        )
        return {"account": str(granted.account), "granted": granted.booked, **_balance(granted.balance)}

    result = run(work)
    if not result["granted"]:
        err.print(f"granted before under the key {escape(str(once))}; nothing was booked", soft_wrap=True)
    _show(result, as_json=as_json)


@credits_app.command("show")
def show_ledger(account: Name, limit: Limit = 50, as_json: AsJson = False) -> None:
    """Show an account's balance and its ledger, newest first."""

    async def work(running: Running) -> dict[str, Any]:
        found = await find_account(account, open_work=running.database.open_work)
        page = await running.studio.list_entries(found.id, limit=limit)
        entries = [_entry(entry) for entry in page.items]
        return _balance(await running.studio.balance(found.id)) | {"entries": entries}

    result = run(work)
    if as_json:
        typer.echo(json.dumps(result))
        return
    entries = result.pop("entries")
    _show(result, as_json=False)
    for entry in entries:
        typer.echo(f"{entry['created_at'][:19]}  {entry['kind']:<8} {entry['credits']:>+7}  {entry['reason']}")


def _account(account: Account) -> dict[str, Any]:
    return {
        "id": str(account.id),
        "email": account.email,
        "operator": account.is_operator,
        "plan": account.plan.value,
        "created_at": account.created_at.isoformat(),
        "verified_at": account.verified_at.isoformat() if account.verified_at else None,
        "disabled_at": account.disabled_at.isoformat() if account.disabled_at else None,
    }


def _marks(account: dict[str, Any]) -> list[str]:
    marks = {
        "operator": account["operator"],
        "not proved": account["verified_at"] is None,
        "disabled": account["disabled_at"] is not None,
    }
    return [mark for mark, holds in marks.items() if holds]


def _balance(balance: Balance) -> dict[str, int]:
    return {"balance": balance.balance, "held": balance.held, "available": balance.available}


def _entry(entry: LedgerEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "created_at": entry.created_at.isoformat(),
        "kind": entry.kind.value,
        "credits": entry.signed_credits,
        "reason": entry.reason,
    }


def _show(result: dict[str, Any], *, as_json: bool) -> None:
    """One JSON object, or a line for each thing there is to say."""
    if as_json:
        typer.echo(json.dumps(result))
        return
    for name, value in result.items():
        if value is not None:
            typer.echo(f"{name.replace('_', ' ')}: {value}")
