"""The one thread of a worker that writes to the ledger: what several connections have to record goes to disk at once.

A transaction ends on disk (SQLite ``synchronous=FULL``), which takes as long for one row as for a hundred: so whatever
gathers while one is being written goes into the next (group commit).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self, TypeVar

from policy_site.errors import NoticeError, PolicySiteError, UsageError
from policy_site.notifier.ledger import Ledger
from policy_site.notifier.ledger.deliveries import Verdict, record_beginnings, record_verdicts
from policy_site.notifier.ledger.workers import bury_dead_workers, end_worker, renew_lease, start_worker

if TYPE_CHECKING:
    from sqlalchemy import Connection

_VERDICTS_WAIT = 0.02
"""Seconds that verdicts wait for the next beginning, with which they go to disk."""
_COMPANY_WAIT = 0.001
"""Seconds that one connection's beginning waits for those of the others."""

_Result = TypeVar("_Result")


@dataclass(slots=True)
class Ticket:
    """Something that waits to be on disk."""

    verdicts: Sequence[Verdict] = ()
    beginning: int | None = None
    statement: Callable[[Connection, int], Any] | None = None
    answer: Any = None
    error: PolicySiteError | None = None
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def is_urgent(self) -> bool:
        """True where somebody waits for it; verdicts alone may wait a moment for company."""
        return self.beginning is not None or self.statement is not None

    def wait(self) -> Any:  # noqa: ANN401 - what the statement returned
        """Wait until it is on disk; raise :class:`UsageError` where the ledger refuses for good."""
        self.done.wait()
        if self.error:
            raise self.error
        return self.answer


class Recorder:
    """A worker's hand on the ledger. Use it as a context manager."""

    def __init__(self, ledger: Ledger, *, name: str, lease_seconds: int, patience_seconds: float = 30.0) -> None:
        self._ledger = ledger
        self._name = name
        self._lease = lease_seconds
        self._patience = patience_seconds
        self._waiting: list[Ticket] = []
        self._urgent = 0
        self._wakeup = threading.Condition()
        self._is_closing = False
        self._error: PolicySiteError | None = None
        self._thread = threading.Thread(target=self._write, name="recorder", daemon=True)
        self._worker = 0
        self._zero = 0.0
        self._bury_at = 0.0
        self._connection: Connection | None = None
        self.company = 1
        """How many connections are likely to have something to record at once."""
        self.doubtful_at_start = 0
        """Deliveries that dead workers had been sending."""

    def __enter__(self) -> Self:
        """Enter the worker, and bury those that are dead."""
        with self._ledger.transaction() as connection:
            now = self._ledger.now(connection)
            self._zero = now - time.monotonic()
            self.doubtful_at_start = bury_dead_workers(connection, now=now, is_alone=not self._ledger.is_shared)
            self._worker = start_worker(connection, name=self._name, lease_until=now + self._lease)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Record what still waits, and strike the worker off."""
        with self._wakeup:
            self._is_closing = True
            self._wakeup.notify_all()
        self._thread.join()
        if self._connection:
            self._connection.close()
        if self._error is None:
            with self._ledger.transaction() as connection:
                end_worker(connection, self._worker, now=self.now())

    @property
    def worker(self) -> int:
        """Number of this worker."""
        return self._worker

    @property
    def is_broken(self) -> bool:
        """True once the ledger refused for good, or the lease was lost: nothing more may be sent."""
        return self._error is not None

    def now(self) -> int:
        """Return the ledger's time, carried on by the monotonic clock: it never jumps while the worker runs."""
        return int(self._zero + time.monotonic())

    def record(self, verdicts: Sequence[Verdict], *, beginning: int | None = None) -> Ticket:
        """Hand in verdicts, and the delivery whose last byte is about to leave; wait for the ticket before it does."""
        return self._hand_in(Ticket(verdicts=tuple(verdicts), beginning=beginning))

    def flush(self) -> None:
        """Wait until everything handed in is on disk; raise :class:`UsageError` where the ledger refuses for good."""
        self.execute(lambda _connection, _now: None)

    def execute(self, statement: Callable[[Connection, int], _Result]) -> _Result:
        """Run a statement, given the connection and the present instant, in the next transaction; return its answer."""
        answer: _Result = self._hand_in(Ticket(statement=statement)).wait()
        return answer

    def _hand_in(self, ticket: Ticket) -> Ticket:
        with self._wakeup:
            if self._error or self._is_closing:
                ticket.error = self._error or UsageError("The ledger is closed.")
                ticket.done.set()
            else:
                self._waiting.append(ticket)
                if ticket.is_urgent:
                    self._urgent += 1
                    self._wakeup.notify()
                elif len(self._waiting) == 1:
                    self._wakeup.notify()
        return ticket

    def _write(self) -> None:
        heartbeat = self._lease / 4
        while True:
            with self._wakeup:
                if not self._waiting and not self._is_closing:
                    self._wakeup.wait(heartbeat)
                if self._waiting and not self._urgent and not self._is_closing:
                    self._wakeup.wait(_VERDICTS_WAIT)
                self._wait_for_company()
                batch, self._waiting, self._urgent = self._waiting, [], 0
                is_closing = self._is_closing
            if batch or (self._ledger.is_shared and not is_closing):
                self._write_batch(batch)
            if self._error or (is_closing and not batch):
                break
        with self._wakeup:
            for ticket in self._waiting:
                ticket.error = self._error
                ticket.done.set()

    def _wait_for_company(self) -> None:
        """Give other connections the moment they need to come along."""
        until = time.monotonic() + _COMPANY_WAIT
        while 0 < self._urgent < self.company and not self._is_closing:
            rest = until - time.monotonic()
            if rest <= 0:
                break
            self._wakeup.wait(rest)

    def _write_batch(self, batch: list[Ticket]) -> None:
        give_up_at = time.monotonic() + self._patience
        while True:
            try:
                self._write_once(batch)
                break
            except _LeaseLostError:
                self._fail(batch, UsageError(_LEASE_LOST, remedy="Run again; raise lease_seconds if this goes on."))
                return
            except UsageError as error:
                if self._connection:
                    self._connection.invalidate()
                    self._connection = None
                # a full disk or a database that restarts may pass; meanwhile nothing more is sent
                if time.monotonic() >= give_up_at:
                    self._fail(batch, error)
                    return
                with self._wakeup:
                    self._wakeup.wait(0.5)
            except Exception as error:  # noqa: BLE001 - a defect: whoever waits must hear of it, or waits for ever
                self._fail(
                    batch, NoticeError(f"The ledger cannot go on: {type(error).__name__}: {error}.", remedy=_DEFECT)
                )
                return
        for ticket in batch:
            ticket.done.set()

    def _write_once(self, batch: list[Ticket]) -> None:
        if self._connection is None or self._connection.invalidated:
            self._connection = self._ledger.connect()
        with self._ledger.transaction(self._connection) as connection:
            now = self.now()
            if self._ledger.is_shared and not renew_lease(connection, self._worker, lease_until=now + self._lease):
                raise _LeaseLostError
            if self._ledger.is_shared and time.monotonic() >= self._bury_at:
                bury_dead_workers(connection, now=now, is_alone=False)
                self._bury_at = time.monotonic() + self._lease / 2
            verdicts = [verdict for ticket in batch for verdict in ticket.verdicts]
            record_verdicts(connection, self._worker, verdicts, now=now)
            beginnings = [ticket.beginning for ticket in batch if ticket.beginning is not None]
            record_beginnings(connection, self._worker, beginnings)
            for ticket in batch:
                if ticket.statement:
                    ticket.answer = ticket.statement(connection, now)

    def _fail(self, batch: list[Ticket], error: PolicySiteError) -> None:
        with self._wakeup:
            self._error = error
        for ticket in batch:
            ticket.error = error
            ticket.done.set()


class _LeaseLostError(Exception):
    """This worker was buried: others have its claims."""


_DEFECT = "Run again; report it if that does not help."
_LEASE_LOST = "This worker was silent for longer than its lease, and others took over what it held."
