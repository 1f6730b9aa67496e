"""PostgreSQL, a cluster of its own."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import psycopg

from tests.support.services.service import HOST, Service, found


class PostgreSQL(Service):
    """A cluster with fsync on, as a company runs it, and a fresh database for whoever asks.

    Stops by SIGQUIT: immediately, yet without leaving shared memory behind as SIGKILL would.
    """

    name = "postgresql"
    stop_signal = signal.SIGQUIT

    def __init__(self) -> None:
        super().__init__()
        self._numbers = count(1)

    def prepare(self) -> None:
        """Make the cluster. Its files are not flushed: nobody needs them after a power cut."""
        self.run(
            *(_program("initdb"), "--pgdata", "cluster", "--username", "postgres", "--auth", "trust"),
            *("--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions"),
        )

    def command(self) -> Sequence[str]:
        """Return postgres on loopback, its sockets and shared memory in the private folder."""
        settings = {
            "listen_addresses": HOST,
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
            "dynamic_shared_memory_type": "mmap",
            "fsync": "on",
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        pairs = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [_program("postgres"), "-D", str(self.folder / "cluster"), *pairs]

    def is_ready(self) -> bool:
        """Tell whether it takes a connection."""
        try:
            psycopg.connect(self._address("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def create_database(self) -> str:
        """Create an empty database; return its address for SQLAlchemy."""
        name = f"test_{next(self._numbers)}"
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
        return self._address(name).replace("postgresql:", "postgresql+psycopg:")

    def _address(self, database: str) -> str:
        return f"postgresql://postgres@{HOST}:{self.port}/{database}"


def _program(name: str) -> str:
    """Debian keeps the server's programs off the PATH, by version; the newest is taken."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    return found(name, *(str(folder) for folder in reversed(versions)))
