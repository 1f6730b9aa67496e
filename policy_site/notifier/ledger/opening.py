"""A ledger is opened: SQLite in a file, or PostgreSQL."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from sqlalchemy import URL, Connection, Engine, create_engine, event, func, insert, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from policy_site.errors import UsageError
from policy_site.notifier.ledger.hot import hot_transaction
from policy_site.notifier.ledger.migrating import bring_up_to_date
from policy_site.notifier.ledger.tables import LAYOUT_TABLE

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True, slots=True)
class Ledger:
    """An open ledger. As a context manager it is closed at the end."""

    engine: Engine
    is_shared: bool
    """True for PostgreSQL, where any number of workers are at work; SQLite is one process's at a time."""

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    @contextmanager
    def transaction(self, connection: Connection | None = None, *, is_hot: bool = False) -> Iterator[Connection]:
        """Yield a connection, the one given or a new one, in a transaction: all of it is on disk at the end, or none.

        In a hot one, of a connection given, only hot statements may run.

        Raises :class:`UsageError` where the database refuses: the disk is full, the server gone.
        """
        try:
            if connection is None:
                with self.engine.begin() as opened:
                    yield opened
            else:
                with hot_transaction(connection) if is_hot else connection.begin():
                    yield connection
        except (DBAPIError, self.engine.dialect.loaded_dbapi.Error) as error:
            raise _refused(self.engine.url, error) from error

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Yield a connection that reads, and reads all of it as it is at one instant; nobody waits for it.

        Raises :class:`UsageError` where the database refuses.
        """
        with self.connect() as connection, self.transaction(self._reading(connection)) as reading:
            yield reading

    def _reading(self, connection: Connection) -> Connection:
        if self.is_shared:
            return connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        return connection.execution_options(**{_IS_READING: True})

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold an SQLite ledger for this process's deliveries; raise :class:`UsageError` where another holds it.

        Without it nobody could tell a dead worker's claims from a living one's. On PostgreSQL leases tell.
        """
        if self.is_shared or not self.engine.url.database:
            yield
            return
        # of the file itself: another name for it, a link, must not let a second process in
        lock = f"{os.path.realpath(self.engine.url.database)}.lock"
        file = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise UsageError(
                    f"Another process delivers from {self.engine.url.database}.",
                    remedy="Wait until it has ended; for several workers keep the ledger in PostgreSQL.",
                ) from None
            yield
        finally:
            os.close(file)

    def close(self) -> None:
        """Close the connections that are kept for later."""
        self.engine.dispose()

    def connect(self) -> Connection:
        """Open a connection to be kept, for :meth:`transaction`; raise :class:`UsageError` where there is none."""
        try:
            return self.engine.connect()
        except DBAPIError as error:
            raise _refused(self.engine.url, error) from error

    def now(self, connection: Connection) -> int:
        """Return the time by the clock that all who share the ledger go by, in whole seconds since 1970."""
        if not self.is_shared:
            return int(time.time())
        return int(connection.execute(select(func.floor(func.extract("epoch", func.now())))).scalar_one())


def open_ledger(url: str) -> Ledger:
    """Open the ledger at an SQLAlchemy URL; make its tables where they are missing, upgrade those of earlier releases.

    Raises :class:`UsageError` for another kind of database, one that is out of reach, and a ledger of a later release.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # a port that is no number is a ValueError
        raise UsageError("`ledger` is not the address of a database.", remedy=_REMEDY) from None
    backend = parsed.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        raise UsageError(f"A ledger cannot be kept in {backend}.", remedy=_REMEDY)
    try:
        engine = _postgresql_engine(parsed) if backend == "postgresql" else _sqlite_engine(parsed)
    except (NoSuchModuleError, ImportError) as error:
        raise UsageError(
            f"The driver for {backend} is not installed: {error}.", remedy="Install `policy-site[postgresql]`."
        ) from None
    ledger = Ledger(engine, is_shared=backend == "postgresql")
    with ledger.transaction() as connection:
        if ledger.is_shared:
            connection.execute(select(func.pg_advisory_xact_lock(_MAKING_TABLES)))
        bring_up_to_date(connection)
        if connection.execute(select(LAYOUT_TABLE.c.number)).scalar() is None:
            connection.execute(insert(LAYOUT_TABLE).values(number=1, secret=secrets.token_hex(32)))
    return ledger


def shown_url(url: URL) -> str:
    """Return the address of a database without what may be secret in it: password and query."""
    return url.set(query={}).render_as_string(hide_password=True)


_IS_READING = "policy_site_is_reading"
"""An execution option of our own: on SQLite, who only reads waits for nobody."""
_REMEDY = "Write `sqlite:///notify.db` or `postgresql+psycopg://user@host/name`."
_PATIENCE_OF_THE_SERVER = {
    "lock_timeout": "60s",
    "tcp_keepalives_idle": "20",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "4",
}
"""After 40 seconds it takes a worker that is cut off for dead; so nobody waits for its rows until the time is over."""
_MAKING_TABLES = 7_061_021
"""Key of the lock under which one worker makes the tables and the others wait."""


def _postgresql_engine(url: URL) -> Engine:
    # a server that is cut off must be noticed here, and a worker that is cut off there: its half of a transaction holds
    # rows for which its next try waits
    noticing = {"connect_timeout": 10, "tcp_user_timeout": 20_000}
    engine = create_engine(url, connect_args={name: value for name, value in noticing.items() if name not in url.query})

    def prepare(connection: psycopg.Connection, _record: object) -> None:
        # not as options of the connection: those would replace what PGOPTIONS or the URL say
        with connection.cursor() as cursor:
            for name, value in _PATIENCE_OF_THE_SERVER.items():
                cursor.execute("SELECT set_config(%s, %s, false)", (name, value))
        connection.commit()

    event.listen(engine, "connect", prepare)
    return engine


def _sqlite_engine(url: URL) -> Engine:
    if url.database and url.database != ":memory:" and not url.query:
        _keep_private(Path(url.database))
    engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})

    def prepare(connection: object, _record: object) -> None:
        # the driver begins transactions late and commits by itself; SQLAlchemy is to say when
        connection.isolation_level = None  # type: ignore[attr-defined]  # sqlite3's own, untyped here
        cursor = connection.cursor()  # type: ignore[attr-defined]  # the same
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16384"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def begin(connection: Connection) -> None:
        # IMMEDIATE: who will write says so at once, rather than failing in the middle
        is_reading = connection.get_execution_options().get(_IS_READING, False)
        connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


def _keep_private(file: Path) -> None:
    """Let nobody but the owner read addresses and the secret of Message-IDs; a group that was let in stays so."""
    with contextlib.suppress(OSError):  # what opens it tells what is wrong
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        mode = stat.S_IMODE(file.stat().st_mode)
        if mode & stat.S_IRWXO:
            file.chmod(mode & ~stat.S_IRWXO)


def _refused(url: URL, error: Exception) -> UsageError:
    place = shown_url(url)
    said = str(error.orig if isinstance(error, DBAPIError) else error).strip() or type(error).__name__
    is_busy = getattr(getattr(error, "orig", error), "sqlstate", None) in _BUSY or said == "database is locked"
    mend = "Others are at it for too long; find out who" if is_busy else "Make room or grant access"
    return UsageError(
        f"The ledger {place} refuses: {said.splitlines()[0]}.",
        remedy=f"{mend}; what was recorded before is whole. Then run again.",
    )


_BUSY = ("40001", "40P01", "55P03")
"""Serialization failure, deadlock, lock not available (PostgreSQL, Appendix A)."""
