"""Statements that run for every message: compiled once, then handed to the driver as they are.

SQLAlchemy writes them, for either database; what it does anew for each execution costs more than the statement itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, UpdateBase
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler


class HotStatement:
    """A statement with parameters by name, run for many rows at once."""

    def __init__(self, statement: UpdateBase) -> None:
        self._statement = statement
        self._compiled: dict[str, tuple[str, tuple[str, ...] | None, dict[str, Any]]] = {}

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run it for each row, in the connection's transaction."""
        if not rows:
            return
        text, order, fixed = self._for(connection.dialect)
        given = [{**fixed, **row} for row in rows]
        values: Sequence[Any] = [tuple(row[name] for name in order) for row in given] if order else given
        cursor = connection.connection.cursor()
        try:
            cursor.executemany(text, values)
        finally:
            cursor.close()

    def _for(self, dialect: Dialect) -> tuple[str, tuple[str, ...] | None, dict[str, Any]]:
        if dialect.name not in self._compiled:
            compiled = self._statement.compile(dialect=dialect)
            assert isinstance(compiled, SQLCompiler)
            order = tuple(compiled.positiontup) if compiled.positiontup else None
            fixed = {name: value for name, value in compiled.params.items() if value is not None}
            self._compiled[dialect.name] = (str(compiled), order, fixed)
        return self._compiled[dialect.name]
