"""The company's own database is asked who is to be told. It is only ever read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, CursorResult, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from policy_site.errors import UsageError
from policy_site.notifier.settings_tables import SqlSource


@dataclass(frozen=True, slots=True)
class DatabaseRow:
    """A row of the query's answer."""

    cursor: int | str
    address: str
    language: str
    accepted: str
    name: str = ""
    account: str = ""
    time_zone: str = ""


@dataclass(frozen=True, slots=True)
class AudienceDatabase:
    """An open connection, and what is asked over it."""

    connection: Connection
    source: SqlSource
    name: str
    """The audience's, for messages."""

    def rows_after(self, after: int | str, *, limit: int, policy: str) -> list[DatabaseRow]:
        """Ask for at most ``limit`` rows whose cursor is greater than ``after``.

        Raises :class:`UsageError` where the database refuses or the query does not do what was agreed.
        """
        values = {"after": after, "limit": limit, "policy": policy}
        asked = {name: value for name, value in values.items() if _uses(self.source.query, name)}
        try:
            # the answer is taken whole and the transaction closed: planning may take long, their tables stay free
            with self.connection.begin():
                result = self.connection.execute(text(self.source.query), asked)
                rows = self._read(result, limit=limit)
        except SQLAlchemyError as error:
            raise self._fault(f"cannot be asked: {_first_line(error)}") from None
        for before, row in zip([after, *(row.cursor for row in rows)], rows, strict=False):
            if row.cursor == before or (
                isinstance(before, int) and isinstance(row.cursor, int) and row.cursor < before
            ):
                raise self._fault(f"gives the cursor {str(row.cursor)[:80]!r} after {str(before)[:80]!r}")
        return rows

    def _read(self, result: CursorResult[Any], *, limit: int) -> list[DatabaseRow]:
        if not result.returns_rows:
            raise self._fault("selects nothing")
        names = [name.lower() for name in result.keys()]  # noqa: SIM118 (a result is no mapping)
        missing = [name for name in ("cursor", "address", "language") if name not in names]
        if missing:
            raise self._fault(f"does not select {missing[0]}")
        found = result.fetchmany(limit + 1)
        if len(found) > limit:
            raise self._fault("gives more rows than :limit")
        return [self._row(dict(zip(names, row, strict=True))) for row in found]

    def _row(self, named: dict[str, Any]) -> DatabaseRow:
        cursor = named["cursor"]
        if isinstance(cursor, bool) or not isinstance(cursor, int | str):
            raise self._fault(f"gives a cursor of type {type(cursor).__name__}; cast it to a number or a text")
        optional = (_written(named.get(column)) for column in ("accepted", "name", "account", "time_zone"))
        return DatabaseRow(cursor, _written(named["address"]), _written(named["language"]), *optional)

    def _fault(self, what: str) -> UsageError:
        return UsageError(f"The query of the audience {self.name!r} {what}.", remedy=_REMEDY)


_REMEDY = (
    "It must select cursor, address and language, ordered by cursor, where cursor is greater than :after, "
    "at most :limit rows; every cursor once."
)


@contextmanager
def open_audience_database(source: SqlSource, *, name: str) -> Iterator[AudienceDatabase]:
    """Yield a connection that only reads (where the database can be told so: SQLite and PostgreSQL).

    Raises :class:`UsageError` for a query that cannot be cut into chunks and a database that is out of reach.
    """
    for parameter in ("after", "limit"):
        if not _uses(source.query, parameter):
            raise UsageError(f"The query of the audience {name!r} does not use :{parameter}.", remedy=_REMEDY)
    connection = _connect(source, name)
    try:
        yield AudienceDatabase(connection, source, name)
    finally:
        connection.close()


def _connect(source: SqlSource, name: str) -> Connection:
    try:
        url = make_url(source.url)
        if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).is_file():
            raise UsageError(
                f"The audience {name!r} asks a database {url.database} that is not there.", remedy="Correct its url."
            )
        connection = create_engine(url, poolclass=NullPool).connect()
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA query_only = ON")
            connection.rollback()
        elif connection.dialect.name == "postgresql":
            connection = connection.execution_options(postgresql_readonly=True)
    except (ArgumentError, ValueError):  # a port that is no number is a ValueError
        raise UsageError(f"The audience {name!r} has a url that is none.", remedy="Write an SQLAlchemy URL.") from None
    except ImportError as error:
        raise UsageError(
            f"The driver for the database of the audience {name!r} is not installed: {error}.", remedy="Install it."
        ) from None
    except SQLAlchemyError as error:
        raise UsageError(
            f"The database of the audience {name!r} is out of reach: {_first_line(error)}.",
            remedy="Start it, or correct its url.",
        ) from None
    return connection


def _uses(query: str, name: str) -> bool:
    return re.search(rf"(?<![:\w\\]):{name}\b", query) is not None


def _written(value: object) -> str:
    return "" if value is None else str(value)


def _first_line(error: SQLAlchemyError) -> str:
    told = str(getattr(error, "orig", None) or error).strip()
    return (told.splitlines() or [type(error).__name__])[0].rstrip(".")
