"""The unit of work: one Postgres transaction with every repository on it."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Protocol

import asyncpg
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from yarda.accounts.ports import MailJobs
from yarda.db.accounts.challenges import PostgresChallenges
from yarda.db.accounts.counters import PostgresCounters
from yarda.db.accounts.credentials import PostgresApiKeys, PostgresPasskeys, PostgresSessions
from yarda.db.accounts.mails import PostgresMails
from yarda.db.accounts.members import PostgresAccounts
from yarda.db.accounts.records import PostgresAuditLog, PostgresPurchases
from yarda.db.accounts.sign_ins import PostgresSignIns
from yarda.db.attempts import PostgresAttempts
from yarda.db.events import PostgresEvents
from yarda.db.gates import PostgresGates
from yarda.db.generations import PostgresGenerations
from yarda.db.ledger import PostgresLedger
from yarda.db.photos import PostgresImages, PostgresPhotos
from yarda.db.places import PostgresGeocodes, PostgresPassingPictures
from yarda.db.retention import PostgresRetention
from yarda.db.tallies import PostgresTallies
from yarda.db.usage import PostgresUsage
from yarda.errors import DatabaseUnavailable
from yarda.pipeline.ports import Jobs


class AllJobs(Jobs, MailJobs, Protocol):
    """What can be queued: areas and messages."""


JobsOn = Callable[[AsyncConnection], AllJobs]

PROBE_AFTER = 5.0
"""Idle seconds after which a connection is asked for a sign of life; a ping costs three round trips."""

_AWAY = (
    OSError,
    TimeoutError,
    PoolTimeout,
    InterfaceError,
    OperationalError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.DeadlockDetectedError,
)


class PostgresWork:
    """Plays the `UnitOfWork` port, and the accounts' one, on one connection."""

    def __init__(self, connection: AsyncConnection, jobs_on: JobsOn) -> None:
        self.accounts = PostgresAccounts(connection)
        self.generations = PostgresGenerations(connection)
        self.photos = PostgresPhotos(connection)
        self.images = PostgresImages(connection)
        self.attempts = PostgresAttempts(connection)
        self.gates = PostgresGates(connection)
        self.geocodes = PostgresGeocodes(connection)
        self.passing_pictures = PostgresPassingPictures(connection)
        self.retention = PostgresRetention(connection)
        self.ledger = PostgresLedger(connection)
        self.usage = PostgresUsage(connection)
        self.events = PostgresEvents(connection)
        self.sign_ins = PostgresSignIns(connection)
        self.sessions = PostgresSessions(connection)
        self.api_keys = PostgresApiKeys(connection)
        self.passkeys = PostgresPasskeys(connection)
        self.challenges = PostgresChallenges(connection)
        self.mails = PostgresMails(connection)
        self.audit_log = PostgresAuditLog(connection)
        self.counters = PostgresCounters(connection)
        self.purchases = PostgresPurchases(connection)
        self.jobs = jobs_on(connection)
        self.tallies = PostgresTallies(connection)


class Database:
    """A pool of connections; `open_work` is the pipeline's `OpenWork`."""

    def __init__(self, engine: AsyncEngine, *, jobs_on: JobsOn) -> None:
        self.engine = engine
        self._jobs_on = jobs_on

    @asynccontextmanager
    async def open_work(self) -> AsyncIterator[PostgresWork]:
        """Raises `DatabaseUnavailable` when Postgres does not answer; nothing was committed then,
        unless the connection broke during the commit itself."""
        async with self.connect() as connection:
            yield PostgresWork(connection, self._jobs_on)

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction, with the driver's words translated."""
        try:
            async with self.engine.begin() as connection:
                yield connection
        except _AWAY as error:
            raise DatabaseUnavailable("the database does not answer") from error
        except DBAPIError as error:
            # SQLAlchemy wraps the driver's error twice.
            if error.connection_invalidated or isinstance(error.orig and error.orig.__cause__, _AWAY):
                raise DatabaseUnavailable("the database does not answer") from error
            raise

    async def close(self) -> None:
        await self.engine.dispose()


def open_engine(dsn: str, *, pool_size: int = 10) -> AsyncEngine:
    """An engine for a `postgresql://` URL; broken connections are found before use.

    The driver reads the URL itself, so that `sslmode` and the like mean here what they mean everywhere. Errors
    name statements and no values: those are secrets and people's words.
    """

    async def connect() -> Any:
        return await asyncpg.connect(dsn, timeout=5, command_timeout=30)

    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connect,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=10,
        hide_parameters=True,
    )
    _check_before_use(engine)
    return engine


def _check_before_use(engine: AsyncEngine) -> None:
    """Replace a connection that the server closed, or that has been idle for long and does not answer."""

    @event.listens_for(engine.sync_engine, "checkin")
    def note(_: object, record: Any) -> None:
        record.info["idle_since"] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def check(connection: Any, record: Any, _: object) -> None:
        if connection.driver_connection.is_closed():
            raise DisconnectionError("the server closed the connection")
        if time.monotonic() - record.info.get("idle_since", time.monotonic()) > PROBE_AFTER:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise DisconnectionError("the connection does not answer") from error
