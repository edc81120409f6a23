"""`yarda serve` and `yarda worker`: processes that run until they are told to stop."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Annotated

import typer
import uvicorn
from rich.console import Console

from yarda.api import working
from yarda.bootstrap import Running, start
from yarda.errors import PortInUse, SetupError
from yarda.logs import set_up_logs
from yarda.settings import Settings, read_settings
from yarda.worker import work

err = Console(stderr=True, highlight=False)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def command(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on; 0 takes a free one.", min=0, max=65535)] = 8000,
    workers: Annotated[
        int | None, typer.Option(help="Areas to work on at a time; 0 answers HTTP only.", min=0, max=256)
    ] = None,
) -> None:
    """The studio: web pages, HTTP API and workers in one process."""
    settings = read_settings()
    set_up_logs(settings.log_level)
    if host not in LOOPBACK and settings.access == "local":
        raise SetupError(
            f"--host {host}: without accounts Yarda serves this machine only; use 127.0.0.1, localhost or ::1"
        )
    count = settings.worker_concurrency if workers is None else workers
    asyncio.run(_serve(settings, _bind(host, port), workers=count))


def worker_command(
    concurrency: Annotated[int | None, typer.Option(help="Areas to work on at a time.", min=1, max=256)] = None,
) -> None:
    """One more worker process, on this or another machine."""
    settings = read_settings()
    set_up_logs(settings.log_level)
    asyncio.run(_work(settings, concurrency=concurrency or settings.worker_concurrency))


async def _serve(settings: Settings, listener: socket.socket, *, workers: int) -> None:
    # The web's libraries take half a second to load, which no other command has to wait for.
    from yarda.web.app import create_app
    from yarda.web.connections import PatientConnection

    async with start(settings) as running:
        await running.studio.ready()
        await running.grant_trial()
        app = create_app(running.studio, desk=running.desk, operator=running.operator, base_url=settings.base_url)
        config = uvicorn.Config(
            app,
            http=PatientConnection,
            ws="none",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=5,
            server_header=False,
        )
        server = _Server(config)
        async with _maybe_working(running, workers):
            serving = asyncio.create_task(server.serve(sockets=[listener]))
            await asyncio.wait(
                {serving, asyncio.create_task(server.up.wait())}, return_when=asyncio.FIRST_COMPLETED
            )
            host, port = listener.getsockname()[:2]
            shown = f"[{host}]" if ":" in host else host
            typer.echo(f"Yarda is at http://{shown}:{port} (pid {os.getpid()})")
            await serving


class _Server(uvicorn.Server):
    """Says when it answers, and only ends itself on a signal: workers and database end after it."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Uvicorn's own would raise the signal again and so end the process before it has drained."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        yield

    def _stop(self) -> None:
        self.should_exit = True
        asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)  # the next Ctrl-C does not wait

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


@asynccontextmanager
async def _maybe_working(running: Running, workers: int) -> AsyncIterator[None]:
    if workers == 0:
        yield
        return
    async with working(running, concurrency=workers):
        yield


async def _work(settings: Settings, *, concurrency: int) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)
    async with start(settings) as running:
        await running.studio.ready()
        typer.echo(f"Yarda works (pid {os.getpid()}, {concurrency} areas at a time)")
        await work(running, concurrency=concurrency, stopping=stopping)


def _bind(host: str, port: int) -> socket.socket:
    """Take the port before anything else starts. Raises `PortInUse`, `SetupError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        if port and error.errno == 98:
            raise PortInUse(
                f"port {port} is taken; stop what listens there, or choose another with --port"
            ) from error
        raise SetupError(f"cannot listen on {host}:{port}: {error.strerror}") from error
    listener.setblocking(False)
    return listener
