"""A worker's hand on the ledger: what several connections have to record goes to disk at once.

A transaction ends on disk (SQLite ``synchronous=FULL``), which takes as long for one row as for a hundred. Verdicts
therefore wait for the next beginnings, with which they go to disk (group commit), though not for long.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Self, TypeVar

from policy_site.errors import UsageError
from policy_site.notifier.ledger import Ledger
from policy_site.notifier.ledger.deliveries import Batch, LostClaimError, Verdict, is_recorded, record
from policy_site.notifier.ledger.workers import bury_dead_workers, end_worker, renew_lease, start_worker

if TYPE_CHECKING:
    from sqlalchemy import Connection

_Result = TypeVar("_Result")


class Recorder:
    """A worker's hand on the ledger. Use it as a context manager, from one thread."""

    def __init__(self, ledger: Ledger, *, name: str, lease_seconds: int, patience_seconds: float = 10.0) -> None:
        self._ledger = ledger
        self._name = name
        self._lease = lease_seconds
        self._patience = patience_seconds
        self._verdicts: list[Verdict] = []
        self._withdrawn: list[int] = []
        self._tried_at: int | None = None
        """When it was tried to write these, where nobody knows whether they are written."""
        self._error: UsageError | None = None
        self._worker = 0
        self._zero = 0.0
        self._connection: Connection | None = None
        self._is_over = threading.Event()
        # a call that lasts, of a server that does not answer, must not cost the lease: so a thread renews it
        self._keeper = threading.Thread(target=self._keep_lease, name="lease", daemon=True)

    def __enter__(self) -> Self:
        """Enter the worker, and bury those that are dead."""
        with self._ledger.transaction() as connection:
            now = self._ledger.now(connection)
            self._zero = now - time.monotonic()
            bury_dead_workers(connection, now=now, is_alone=not self._ledger.is_shared)
            self._worker = start_worker(connection, name=self._name, lease_until=now + self._lease)
        if self._ledger.is_shared:
            self._keeper.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Record what still waits, and strike the worker off."""
        self._is_over.set()
        if self._ledger.is_shared:
            self._keeper.join()
        try:
            if not self._error:
                self.flush()
                self._persist(self._end)
        finally:
            if self._connection:
                self._connection.close()

    def _end(self) -> None:
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

    def record(self, verdicts: Sequence[Verdict]) -> None:
        """Take verdicts; they go to disk with whatever is written next."""
        self._verdicts += verdicts

    def withdraw(self, delivery: int) -> None:
        """Take note that the server has not taken a delivery, whatever the verdict will be."""
        self._withdrawn.append(delivery)

    def begin(self, deliveries: Sequence[tuple[int, int]]) -> None:
        """Put on disk that the last bytes of these deliveries are about to leave, and when each was first tried.

        Raises :class:`UsageError` where the ledger refuses for good: then none may leave.
        """
        self._persist(lambda: self._write(deliveries))

    def flush(self) -> None:
        """Write all verdicts; raise :class:`UsageError` where the ledger refuses for good, or did so before."""
        if self._verdicts or self._withdrawn or self._error:
            self._persist(lambda: self._write(()))

    def execute(self, statement: Callable[[Connection, int], _Result]) -> _Result:
        """Run a statement, given the connection and the present instant, after all verdicts; return its answer."""

        def run() -> _Result:
            with self._ledger.transaction(self._connected()) as connection:
                # the lease is held meanwhile: who buries a worker cannot overlook what it claims at this moment
                lease_until = self.now() + self._lease
                if self._ledger.is_shared and not renew_lease(connection, self._worker, lease_until=lease_until):
                    raise LostClaimError
                return statement(connection, self.now())

        self.flush()
        return self._persist(run)

    def _write(self, beginnings: Sequence[tuple[int, int]]) -> None:
        batch = Batch(self._verdicts, self._withdrawn, beginnings)
        is_repeated = self._tried_at is not None
        now = self._tried_at = self.now() if self._tried_at is None else self._tried_at
        with self._ledger.transaction(self._connected(), is_hot=not is_repeated) as connection:
            # the connection may have been lost, or the program interrupted, after the end of the transaction
            if not (is_repeated and is_recorded(connection, self._worker, batch)):
                record(connection, self._worker, batch, now=now)
        self._verdicts, self._withdrawn, self._tried_at = [], [], None

    def _connected(self) -> Connection:
        if self._connection is None or self._connection.invalidated:
            self._connection = self._ledger.connect()
        return self._connection

    def _persist(self, write: Callable[[], _Result]) -> _Result:
        """Return what ``write`` returns, tried again for as long as the ledger may come to itself."""
        give_up_at: float | None = None  # not before it has failed once: that may take longer than the patience
        while not self._error:
            try:
                return write()
            except LostClaimError:
                self._error = _lease_lost()
            except UsageError as error:
                if self._connection:
                    self._connection.invalidate()
                    self._connection = None
                # a full disk or a database that restarts may pass; meanwhile nothing more is sent
                give_up_at = give_up_at or time.monotonic() + self._patience
                if time.monotonic() >= give_up_at:
                    self._error = error
                else:
                    time.sleep(0.5)
        raise self._error

    def _keep_lease(self) -> None:
        """Renew the lease and bury the dead until the worker ends."""
        while not self._is_over.wait(self._lease / 4) and not self._error:
            # a database that is away for longer than the lease shows when the next claim is lost
            with contextlib.suppress(UsageError):
                self._look_after_leases()

    def _look_after_leases(self) -> None:
        with self._ledger.transaction() as connection:
            is_entered = renew_lease(connection, self._worker, lease_until=self.now() + self._lease)
        if not is_entered:
            self._error = _lease_lost()
            return
        # by itself: two that were both away would each hold its own lease and wait for the other's
        with self._ledger.transaction() as connection:
            bury_dead_workers(connection, now=self.now(), is_alone=False)


def _lease_lost() -> UsageError:
    return UsageError(
        "This worker was silent for longer than its lease, and others took over what it held.",
        remedy="Run again; raise lease_seconds if this goes on.",
    )
