"""A queued message is sent once and its words are forgotten, whatever is away, killed or late."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.emulators.smtp import SmtpEmulator
from tests.flow.processes import YardaProcess
from tests.patience import PATIENCE
from yarda.accounts.mails import queue_mail
from yarda.api import working
from yarda.bootstrap import Running, start
from yarda.domain.account import MailId
from yarda.settings import Settings, read_settings

LINK = "https://yarda.example/sign-in/t0ken"


@pytest.fixture
async def server() -> AsyncIterator[SmtpEmulator]:
    async with SmtpEmulator() as server:
        yield server


@pytest.fixture
def mailing(migrated: str, server: SmtpEmulator, tmp_path: Path) -> Settings:
    return read_settings(
        database_url=migrated,
        data_dir=tmp_path / "data",
        smtp_url=server.url,
        mail_from="Yarda <hello@yarda.example>",
        lease_seconds=3,
    )


@pytest.fixture
async def running(mailing: Settings) -> AsyncIterator[Running]:
    async with start(mailing) as running:
        yield running


async def queue(
    running: Running, *, to: str = "dana@example.org", useful_for: timedelta = timedelta(minutes=15)
) -> MailId:
    async with running.database.open_work() as work:
        return await queue_mail(
            to, subject="Sign in", text=LINK, now=datetime.now(UTC), useful_for=useful_for, work=work
        )


async def execute(running: Running, statement: str) -> None:
    async with running.database.connect() as connection:
        await connection.execute(text(statement))


async def row(running: Running) -> dict[str, Any]:
    """The only message."""
    async with running.database.connect() as connection:
        return dict((await connection.execute(text("SELECT * FROM mails"))).mappings().one())


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await condition():
            await asyncio.sleep(0.02)


async def settled(running: Running) -> dict[str, Any]:
    async def is_settled() -> bool:
        return (await row(running))["outcome"] is not None

    await until(is_settled)
    return await row(running)


async def test_a_message_is_sent_once_and_its_words_are_forgotten(running: Running, server: SmtpEmulator) -> None:
    async with working(running, concurrency=2):
        mail = await queue(running)
        sent = await settled(running)
    async with running.database.open_work() as work:
        live = await work.jobs.mails_with_live_jobs()

    (received,) = server.received
    assert received.recipients == ("dana@example.org",)
    assert LINK in received.message.get_content()
    assert str(mail) in received.message["Message-ID"]
    assert (sent["outcome"], sent["tries"]) == ("sent", 1)
    assert (sent["recipient"], sent["subject"], sent["body"]) == (None, None, None)
    assert live == set()


async def test_a_message_of_a_transaction_that_fails_is_never_sent(running: Running, server: SmtpEmulator) -> None:
    with pytest.raises(ZeroDivisionError):
        async with running.database.open_work() as work:
            now = datetime.now(UTC)
            await queue_mail(
                "eve@example.org", subject="No", text="No", now=now, useful_for=timedelta(hours=1), work=work
            )
            raise ZeroDivisionError

    await queue(running)
    async with working(running, concurrency=2):
        await settled(running)

    assert [received.recipients for received in server.received] == [("dana@example.org",)]


async def test_a_message_waits_for_a_server_that_is_away_and_is_delivered_once(
    running: Running, server: SmtpEmulator
) -> None:
    async def was_tried() -> bool:
        found = await row(running)
        return found["tries"] == 1 and found["taken_until"] is None

    await server.__aexit__(None, None, None)
    await queue(running)
    async with working(running, concurrency=2):
        await until(was_tried)
        tried = await row(running)
        async with SmtpEmulator(port=server.port) as back:
            await execute(running, "UPDATE pgqueuer SET execute_after = now()")
            sent = await settled(running)

    assert "cannot be used" in tried["error"]
    assert tried["outcome"] is None
    assert (sent["outcome"], sent["tries"]) == ("sent", 2)
    assert sent["error"] == tried["error"]
    assert len(back.received) == 1


async def test_a_message_that_the_server_refuses_is_given_up_and_forgotten(
    running: Running, server: SmtpEmulator
) -> None:
    server.script.append("rcpt:550")
    await queue(running)
    async with working(running, concurrency=2):
        refused = await settled(running)

    assert refused["outcome"] == "refused"
    assert "550 5.1.1" in refused["error"]
    assert "dana" not in str(refused)
    assert LINK not in str(refused)
    assert server.connections == 1


async def test_a_message_that_is_of_no_use_any_more_is_not_sent(running: Running, server: SmtpEmulator) -> None:
    await queue(running, useful_for=timedelta(0))
    async with working(running, concurrency=2):
        expired = await settled(running)

    assert (expired["outcome"], expired["body"]) == ("expired", None)
    assert server.connections == 0


async def test_a_message_under_way_is_not_sent_by_another_worker(
    running: Running, mailing: Settings, server: SmtpEmulator
) -> None:
    server.script.append("hold")
    mail = await queue(running)
    async with start(mailing) as other:
        sending = asyncio.create_task(running.mailroom.send(mail))
        await server.arrived.wait()

        during = await other.mailroom.send(mail)
        server.go_on.set()
        first = await sending
        after = await other.mailroom.send(mail)

    assert during is not None
    assert (first, after) == (None, None)
    assert server.connections == 1


async def test_a_sender_that_was_overtaken_does_not_free_the_message_for_a_third(
    running: Running, server: SmtpEmulator
) -> None:
    server.script.extend(["hold:451", "hang"])
    mail = await queue(running)
    slow = asyncio.create_task(running.mailroom.send(mail))
    await server.arrived.wait()
    server.arrived.clear()
    await execute(running, "UPDATE mails SET taken_until = now()")
    second = asyncio.create_task(running.mailroom.send(mail))
    await server.arrived.wait()

    server.go_on.set()
    await slow
    third = await running.mailroom.send(mail)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)

    assert third is not None
    assert server.connections == 2


async def test_a_message_whose_worker_is_killed_is_sent_by_another(
    running: Running, mailing: Settings, server: SmtpEmulator, tmp_path: Path
) -> None:
    server.script.append("hang")
    await queue(running)
    doomed = YardaProcess(mailing, "worker", log=tmp_path / "doomed.log")
    try:
        async with asyncio.timeout(PATIENCE):
            await server.arrived.wait()
        doomed.send(signal.SIGKILL)
        await doomed.ended()
    finally:
        doomed.end()

    cut_short = await row(running)
    await execute(running, "UPDATE mails SET taken_until = now()")
    async with working(running, concurrency=2):
        sent = await settled(running)

    assert cut_short["taken_until"] is not None
    assert (sent["outcome"], sent["tries"]) == ("sent", 2)
    assert len(server.received) == 1


async def test_a_message_whose_job_was_lost_is_queued_again_by_the_sweep(
    running: Running, server: SmtpEmulator
) -> None:
    await queue(running)
    await execute(running, "DELETE FROM pgqueuer")

    async with working(running, concurrency=2):
        sent = await settled(running)

    assert sent["outcome"] == "sent"
    assert len(server.received) == 1


async def test_settled_messages_are_forgotten_after_a_week_and_others_never(running: Running) -> None:
    for to in ("old@example.org", "new@example.org", "unsent@example.org"):
        await queue(running, to=to)
    settle = "UPDATE mails SET outcome = 'sent', recipient = NULL, body = NULL, settled_at = now() - interval "
    await execute(running, f"{settle} '8 days' WHERE recipient = 'old@example.org'")
    await execute(running, f"{settle} '6 days' WHERE recipient = 'new@example.org'")
    await execute(running, "UPDATE mails SET created_at = now() - interval '9 days' WHERE outcome IS NULL")

    assert await running.mailroom.forget_old() == 1
    assert await running.mailroom.forget_old() == 0


async def test_without_a_mail_server_the_link_is_on_the_terminal_of_the_worker(
    mailing: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    async with start(mailing.model_copy(update={"smtp_url": None})) as running:
        await queue(running)
        async with working(running, concurrency=2):
            sent = await settled(running)

    assert LINK in capsys.readouterr().err
    assert sent["outcome"] == "sent"
