"""Cleaned chunks kept on disk: a memo of a pure function. Throw it away, and nothing but speed changes."""

from __future__ import annotations

import os
import sqlite3
import stat
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

_FILE = "chunks.sqlite3"
_AT_ONCE = 500
_PATIENCE = 10.0
"""Seconds to wait for another process that writes."""

_MAXIMUM_BYTES = 64 << 20
"""Of one chunk; an entry that unpacks to more was not written here."""


class Memo:
    """Chunks by key in one SQLite file; a file that cannot be read or written counts as empty.

    Each call opens the file anew, so nothing is held over a fork, and an interrupted process leaves nothing half done.
    """

    def __init__(self, folder: Path | None) -> None:
        self._path = None if folder is None else folder / _FILE

    def read(self, keys: Iterable[str]) -> dict[str, str]:
        """Return what is known of ``keys``; an entry that is not as it was written is unknown."""
        found: dict[str, str] = {}
        wanted = list(keys)
        if self._path is None or not _is_own(self._path):
            return found
        with suppress(sqlite3.Error, OSError), self._open(self._path) as connection:
            for start in range(0, len(wanted), _AT_ONCE):
                some = wanted[start : start + _AT_ONCE]
                marks = ",".join("?" * len(some))
                query = f"SELECT key, html FROM chunks WHERE key IN ({marks})"  # noqa: S608 - question marks only
                for key, packed in connection.execute(query, some):
                    if (html := _unpacked(packed)) is not None:
                        found[key] = html
        return found

    def write(self, chunks: Mapping[str, str]) -> None:
        """Keep ``chunks``; where that fails they are made again next time."""
        if self._path is None or not chunks:
            return
        rows = [(key, zlib.compress(html.encode(), 1)) for key, html in sorted(chunks.items())]
        try:
            self._insert(self._path, rows)
        except sqlite3.DatabaseError as error:
            if not isinstance(error, sqlite3.OperationalError):
                # not a database any more: begin a new one
                with suppress(sqlite3.Error, OSError):
                    self._path.unlink()
                    self._insert(self._path, rows)
        except OSError:
            return

    def _insert(self, path: Path, rows: list[tuple[str, bytes]]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(path) and not _is_own(path):
            return
        with self._open(path) as connection, connection:
            connection.execute("CREATE TABLE IF NOT EXISTS chunks (key TEXT PRIMARY KEY, html BLOB) WITHOUT ROWID")
            connection.executemany("INSERT OR REPLACE INTO chunks VALUES (?, ?)", rows)

    @contextmanager
    def _open(self, path: Path) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(path, timeout=_PATIENCE)) as connection:
            # a lost memo costs nothing but time; waiting for the disk would cost some each build
            connection.execute("PRAGMA synchronous = OFF")
            yield connection


def _is_own(path: Path) -> bool:
    """Say whether this user wrote a file: what somebody else left in a shared folder is not believed."""
    try:
        information = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(information.st_mode) and information.st_uid == os.geteuid()


def _unpacked(packed: object) -> str | None:
    """Unpack an entry; zlib's checksum tells one that was damaged."""
    if not isinstance(packed, bytes):
        return None
    try:
        unpacker = zlib.decompressobj()
        html = unpacker.decompress(packed, _MAXIMUM_BYTES)
        return html.decode() if unpacker.eof else None
    except (zlib.error, UnicodeDecodeError):
        return None
