"""A worker's hand on the ledger: what several connections have to record goes to disk at once.

A transaction ends on disk (SQLite ``synchronous=FULL``), which takes as long for one row as for a hundred: so whatever
gathers while one is being written goes into the next (group commit). The connection that waits first writes for all who
wait; a thread of the recorder's own sees to what nobody waits for, and to the lease.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeVar

from policy_site.errors import NoticeError, PolicySiteError, UsageError
from policy_site.notifier.ledger import Ledger
from policy_site.notifier.ledger.deliveries import Verdict, record_beginnings, record_verdicts
from policy_site.notifier.ledger.workers import bury_dead_workers, end_worker, renew_lease, start_worker

if TYPE_CHECKING:
    from sqlalchemy import Connection

_VERDICTS_WAIT = 0.02
"""Seconds that verdicts wait for the next beginning, with which they go to disk."""

_Result = TypeVar("_Result")


@dataclass(slots=True)
class Ticket:
    """Something that is to be on disk."""

    recorder: Recorder
    verdicts: Sequence[Verdict] = ()
    beginning: int | None = None
    statement: Callable[[Connection, int], Any] | None = None
    answer: Any = None
    error: PolicySiteError | None = None
    is_done: bool = False

    def wait(self) -> Any:  # noqa: ANN401 - what the statement returned
        """See to it that it is on disk; raise :class:`UsageError` where the ledger refuses for good."""
        self.recorder.see_to(self)
        if self.error:
            raise self.error
        return self.answer


class Recorder:
    """A worker's hand on the ledger. Use it as a context manager."""

    def __init__(self, ledger: Ledger, *, name: str, lease_seconds: int, patience_seconds: float = 10.0) -> None:
        self._ledger = ledger
        self._name = name
        self._lease = lease_seconds
        self._patience = patience_seconds
        self._waiting: list[Ticket] = []
        self._gate = threading.Lock()
        """Held for a moment, to change what waits."""
        self._writing = threading.Lock()
        """Held while something goes to disk."""
        self._closing = threading.Event()
        self._error: PolicySiteError | None = None
        self._thread = threading.Thread(target=self._keep_up, name="recorder", daemon=True)
        self._worker = 0
        self._zero = 0.0
        self._bury_at = 0.0
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        """Enter the worker, and bury those that are dead."""
        with self._ledger.transaction() as connection:
            now = self._ledger.now(connection)
            self._zero = now - time.monotonic()
            bury_dead_workers(connection, now=now, is_alone=not self._ledger.is_shared)
            self._worker = start_worker(connection, name=self._name, lease_until=now + self._lease)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Record what still waits, and strike the worker off."""
        self._closing.set()
        self._thread.join()
        with self._writing:
            self._write_waiting()
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
        return self._hand_in(Ticket(self, verdicts=tuple(verdicts), beginning=beginning))

    def flush(self) -> None:
        """Wait until everything handed in is on disk; raise :class:`UsageError` where the ledger refuses for good."""
        self.execute(lambda _connection, _now: None)

    def execute(self, statement: Callable[[Connection, int], _Result]) -> _Result:
        """Run a statement, given the connection and the present instant, in the next transaction; return its answer."""
        answer: _Result = self._hand_in(Ticket(self, statement=statement)).wait()
        return answer

    def see_to(self, ticket: Ticket) -> None:
        """Return when a ticket is on disk, or was refused: written by another's hand, or by the caller's for all."""
        while not ticket.is_done:
            with self._writing:
                if not ticket.is_done:
                    self._write_waiting()

    def _hand_in(self, ticket: Ticket) -> Ticket:
        with self._gate:
            if self._error or self._closing.is_set():
                ticket.error = self._error or UsageError("The ledger is closed.")
                ticket.is_done = True
            else:
                self._waiting.append(ticket)
        return ticket

    def _write_waiting(self, *, is_lease_due: bool = False) -> None:
        """Write all that waits, or the lease alone; the caller holds the right to write."""
        with self._gate:
            batch, self._waiting = self._waiting, []
        if batch or is_lease_due:
            self._write_batch(batch)

    def _keep_up(self) -> None:
        """Write verdicts that nobody waits for, and renew the lease, until the worker ends."""
        renew_at = time.monotonic() + self._lease / 4
        while not self._closing.wait(_VERDICTS_WAIT) and not self._error:
            is_due = self._ledger.is_shared and time.monotonic() >= renew_at
            if not self._waiting and not is_due:
                continue
            with self._writing:
                self._write_waiting(is_lease_due=is_due)
            renew_at = time.monotonic() + self._lease / 4

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
                time.sleep(0.5)
            except Exception as error:  # noqa: BLE001 - a defect: whoever waits must hear of it, or waits for ever
                self._fail(
                    batch, NoticeError(f"The ledger cannot go on: {type(error).__name__}: {error}.", remedy=_DEFECT)
                )
                return
        for ticket in batch:
            ticket.is_done = True

    def _write_once(self, batch: list[Ticket]) -> None:
        if self._connection is None or self._connection.invalidated:
            self._connection = self._ledger.connect()
        # leases and statements need SQLAlchemy; verdicts and beginnings alone, which is nearly every time, do not
        is_hot = not self._ledger.is_shared and not any(ticket.statement for ticket in batch)
        with self._ledger.transaction(self._connection, is_hot=is_hot) as connection:
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
        with self._gate:
            self._error = error
            batch, self._waiting = [*batch, *self._waiting], []
        for ticket in batch:
            ticket.error = error
            ticket.is_done = True


class _LeaseLostError(Exception):
    """This worker was buried: others have its claims."""


_DEFECT = "Run again; report it if that does not help."
_LEASE_LOST = "This worker was silent for longer than its lease, and others took over what it held."
