"""Cleaned chunks kept on disk: a memo of a pure function. Throw it away, and nothing but speed changes."""

from __future__ import annotations

import hashlib
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
        if self._path is None or not _is_own(self._path) or not _is_private(self._path.parent):
            return found
        with suppress(sqlite3.Error, OSError), self._open(self._path) as connection:
            for start in range(0, len(wanted), _AT_ONCE):
                some = wanted[start : start + _AT_ONCE]
                marks = ",".join("?" * len(some))
                query = f"SELECT key, html FROM chunks WHERE key IN ({marks})"  # noqa: S608 - question marks only
                for key, packed in connection.execute(query, some):
                    if (html := _unpacked(key, packed)) is not None:
                        found[key] = html
        return found

    def write(self, chunks: Mapping[str, str]) -> None:
        """Keep ``chunks``; where that fails they are made again next time."""
        if self._path is None or not chunks:
            return
        rows = [(key, _packed(key, html)) for key, html in sorted(chunks.items())]
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
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not _is_private(path.parent) or (os.path.lexists(path) and not _is_own(path)):
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


def _is_private(folder: Path) -> bool:
    """Say whether nobody else can write to a folder, and make it so where it is ours.

    SQLite believes a journal that lies beside a database, whoever put it there, and whatever it makes of the database.
    """
    try:
        information = folder.lstat()
        if not stat.S_ISDIR(information.st_mode) or information.st_uid != os.geteuid():
            return False
        if information.st_mode & _OF_OTHERS:
            folder.chmod(stat.S_IMODE(information.st_mode) & ~_OF_OTHERS)
    except OSError:
        return False
    return all(_is_own(path) for path in folder.glob(f"{_FILE}-*"))


_OF_OTHERS = stat.S_IWGRP | stat.S_IWOTH
_DIGEST = 16
"""Bytes of the digest in front of an entry."""


def _packed(key: str, html: str) -> bytes:
    """Pack an entry, with a digest of it and of its key: a damaged file can give what belongs to another one."""
    return _digest(key, html.encode()) + zlib.compress(html.encode(), 1)


def _unpacked(key: object, packed: object) -> str | None:
    """Unpack an entry; ``None`` where it is not the one that was written for this key."""
    if not isinstance(packed, bytes) or not isinstance(key, str):
        return None
    try:
        unpacker = zlib.decompressobj()
        html = unpacker.decompress(packed[_DIGEST:], _MAXIMUM_BYTES)
        return html.decode() if unpacker.eof and _digest(key, html) == packed[:_DIGEST] else None
    except (zlib.error, UnicodeError):
        return None


def _digest(key: str, html: bytes) -> bytes:
    return hashlib.blake2b(
        html, digest_size=_DIGEST, key=hashlib.sha256(key.encode("utf-8", "replace")).digest()
    ).digest()
