"""What runs for every message: statements compiled once, and transactions of nothing but them, as the driver has them.

SQLAlchemy writes them, for either database; what it does anew for each execution costs more than the statement itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Select, UpdateBase
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler


class HotStatement:
    """A statement run for many rows at once."""

    def __init__(self, statement: UpdateBase | Select[Any], *names: str) -> None:
        """Take the statement, and the names of its parameters in the order in which rows give them."""
        self._statement = statement
        self._names = names
        self._compiled: dict[str, tuple[str, Any, tuple[Any, ...]]] = {}

    def run(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> Callable[[], int]:
        """Run it for each row, in the connection's transaction; return what says how many rows of the table it touched.

        Of a statement in :func:`pipelined`, it says so when that is over.
        """
        if not rows:
            return lambda: 0
        text, arrange, fixed = self._compiled.get(connection.dialect.name) or self._compile(connection.dialect)
        driver: Any = connection.connection.dbapi_connection
        cursor = driver.cursor()
        cursor.executemany(text, [arrange(row + fixed) for row in rows])
        return lambda: int(cursor.rowcount)

    def _compile(self, dialect: Dialect) -> tuple[str, Any, tuple[Any, ...]]:
        compiled = self._statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        constants = {name: value for name, value in compiled.params.items() if name not in self._names}
        names = (*self._names, *constants)
        if compiled.positiontup:
            arrange: Any = itemgetter(*(names.index(name) for name in compiled.positiontup))
        else:

            def arrange(row: tuple[Any, ...]) -> dict[str, Any]:
                return dict(zip(names, row, strict=True))

        self._compiled[dialect.name] = (str(compiled), arrange, tuple(constants.values()))
        return self._compiled[dialect.name]


def pipelined(connection: Connection) -> AbstractContextManager[object]:
    """Return a context in which hot statements go to PostgreSQL one after the other without waiting for answers."""
    driver: Any = connection.connection.dbapi_connection
    pipeline: AbstractContextManager[object] = driver.pipeline() if hasattr(driver, "pipeline") else nullcontext()
    return pipeline


@contextmanager
def hot_transaction(connection: Connection) -> Iterator[Connection]:
    """Yield ``connection`` in a transaction of the driver's, in which only :class:`HotStatement` may run."""
    driver: Any = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite":
        driver.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        driver.rollback()
        raise
    driver.commit()
