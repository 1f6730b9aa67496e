"""A small event loop: each task is a generator that yields what it awaits, and one thread steps them all.

asyncio's words with one thing more: beside sockets and sleeps, a task can await a *commit* of the ledger. All tasks
that await one are committed in the same transaction (group commit), which takes as long as for one. Threads instead
would hand Python's lock to and fro for each of the few microseconds between two waits.
"""

from __future__ import annotations

import selectors
import time
from collections.abc import Callable, Generator, Sequence
from typing import TypeAlias

from policy_site.notifier.channels import Committed, Session, SocketReady

TaskCoroutine: TypeAlias = Generator["SocketReady | Committed | float", None, None]
"""The body of a task. It yields what it awaits: a socket, a commit of the ledger, or a sleep of so many seconds."""

_TOGETHER = 0.005
"""Seconds that a task awaits its commit at most, while others may come to join it."""
_COMING = 0.001
"""Seconds to see whether another joins, as short as a system waits."""
_HOUSEKEEPING = 0.1
"""Seconds between two looks at time-outs, and at what else there is to do."""


class Task:
    """A coroutine that is being run, with the connection it works on."""

    def __init__(self, start: Callable[[Task], TaskCoroutine]) -> None:
        """Take what makes its coroutine."""
        self.coroutine = start(self)
        self.session: Session | None = None
        self.delivery = 0
        """Id of the delivery whose last byte is about to leave, while it awaits the commit."""
        self.since = 0.0
        """When it began to await what it awaits now."""
        self.waiting: SocketReady | None = None
        """The socket it awaits."""
        self.watched: SocketReady | None = None
        """What the selector has registered for it, so that nothing is registered twice."""


class EventLoop:
    """Runs tasks, one step at a time."""

    def __init__(self, *, commit: Callable[[Sequence[int]], None], housekeeping: Callable[[], None]) -> None:
        """Take what puts beginnings on disk before it returns, and what is done every now and then."""
        self._commit = commit
        self._housekeeping = housekeeping
        self._committing: list[Task] = []
        self._sleeping: list[tuple[float, Task]] = []
        self._at_sockets = 0
        self._error: Exception | None = None

    @property
    def is_failing(self) -> bool:
        """True once a task has raised something: the others should come to an end."""
        return self._error is not None

    def run(self, tasks: Sequence[Task]) -> None:
        """Return when all tasks are done; raise what the first of them raised, then.

        What the ledger raises ends all of them at once, for nobody could record what is still to come.
        """
        with selectors.DefaultSelector() as self._selector:
            try:
                for task in tasks:
                    self._step(task)
                self._run_until_done(tasks)
            finally:
                for task in tasks:
                    task.coroutine.close()
        if self._error:
            raise self._error

    def _run_until_done(self, tasks: Sequence[Task]) -> None:
        housekeeping_at = 0.0
        while self._committing or self._sleeping or self._at_sockets:
            ready = self._selector.select(self._patience())
            for key, _ in ready:
                self._wake(key.data)
            now = time.monotonic()
            if self._committing and (not ready or now - self._committing[0].since > _TOGETHER):
                committing, self._committing = self._committing, []
                self._commit([task.delivery for task in committing])
                for task in committing:
                    self._step(task)
            if self._sleeping:
                due = [task for until, task in self._sleeping if until <= now]
                self._sleeping = [sleep for sleep in self._sleeping if sleep[0] > now]
                for task in due:
                    self._step(task)
            if now >= housekeeping_at:
                self._housekeeping()
                self._time_out(tasks)
                housekeeping_at = time.monotonic() + _HOUSEKEEPING

    def _patience(self) -> float:
        if self._committing:
            return _COMING if self._at_sockets else 0
        if self._sleeping:
            return min(max(min(self._sleeping, key=_wakes_at)[0] - time.monotonic(), 0), _HOUSEKEEPING)
        return _HOUSEKEEPING

    def _wake(self, task: Task) -> None:
        if task.waiting:
            self._step(task)
        else:  # the server says something that nobody asked for: it is read when the task comes to it
            self._stop_watching(task)

    def _time_out(self, tasks: Sequence[Task]) -> None:
        now = time.monotonic()
        late = [task for task in tasks if task.waiting and now - task.since > task.waiting.seconds]
        if late:
            # whatever kept this thread busy for so long, what has come meanwhile has come in time
            for key, _ in self._selector.select(0):
                self._wake(key.data)
        for task in late:
            if task.waiting and now - task.since > task.waiting.seconds:
                self._step(task, TimeoutError("timed out"))

    def _step(self, task: Task, error: TimeoutError | None = None) -> None:
        if task.waiting:
            self._at_sockets -= 1
            task.waiting = None
        try:
            wait = task.coroutine.throw(error) if error else next(task.coroutine)
        except StopIteration:
            self._stop_watching(task)
            return
        except Exception as failure:  # noqa: BLE001 - raised when the others are at their end, or in doubt for nothing
            self._error = self._error or failure
            self._stop_watching(task)
            return
        task.since = time.monotonic()
        if isinstance(wait, SocketReady):
            self._at_sockets += 1
            task.waiting = wait
            if task.watched is not wait:
                self._watch(task, wait)
        elif isinstance(wait, Committed):
            self._committing.append(task)
        else:
            self._sleeping.append((task.since + wait, task))

    def _watch(self, task: Task, wait: SocketReady) -> None:
        events = selectors.EVENT_WRITE if wait.is_writing else selectors.EVENT_READ
        if task.watched and task.watched.source is wait.source:
            self._selector.modify(wait.source, events, task)
        else:
            self._stop_watching(task)
            # another task that closed its socket and has not come round since may still hold the number of this one
            stale = self._selector.get_map().get(wait.source)
            if stale:
                self._stop_watching(stale.data)
            self._selector.register(wait.source, events, task)
        task.watched = wait

    def _stop_watching(self, task: Task) -> None:
        if task.watched:
            self._selector.unregister(task.watched.source)
            task.watched = None


def _wakes_at(sleep: tuple[float, Task]) -> float:
    return sleep[0]
