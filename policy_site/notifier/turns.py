"""One thread serves many connections: whoever waits is left alone until what it waits for has come.

Many threads would hand Python's one lock to and fro for each of the few microseconds between two waits. In turns, all
that stand before their point of no return go to disk together as well (group commit), which takes as long for one.
"""

from __future__ import annotations

import selectors
import time
from collections.abc import Callable, Generator, Sequence
from typing import TypeAlias

from policy_site.notifier.channels import Ready, Recorded, Session

Course: TypeAlias = Generator["Ready | Recorded | float", None, None]
"""What happens on a line. It yields what it waits for: a socket, the ledger, or so many seconds."""

_TOGETHER = 0.005
"""Seconds that a line stands before its point of no return at most, while others may come to join it."""
_COMING = 0.001
"""Seconds to see whether another comes, as short as a system waits."""
_LOOK_ROUND = 0.1
"""Seconds between two looks at who has waited for too long, and at what else there is to do."""


class Line:
    """One place to be served at, with its connection."""

    def __init__(self, serve: Callable[[Line], Course]) -> None:
        """Take what happens on it."""
        self.course = serve(self)
        self.session: Session | None = None
        self.delivery = 0
        """Id of the delivery whose last byte is about to leave, where it stands before its point of no return."""
        self.since = 0.0
        """When it began to wait."""
        self.waiting: Ready | None = None
        """The socket it waits for."""
        self.watched: Ready | None = None
        """What the system watches for it: nobody is told twice what to watch."""


class Turns:
    """Serves lines in turns."""

    def __init__(self, *, commit: Callable[[Sequence[int]], None], look_round: Callable[[], None]) -> None:
        """Take what puts beginnings on disk before it returns, and what is done every now and then."""
        self._commit = commit
        self._look_round = look_round
        self._standing: list[Line] = []
        self._resting: list[tuple[float, Line]] = []
        self._waiting = 0
        self._error: Exception | None = None

    @property
    def is_failing(self) -> bool:
        """True once a course has raised something: the others should come to an end."""
        return self._error is not None

    def serve(self, lines: Sequence[Line]) -> None:
        """Return when the course of each line is at its end; raise what the first of them raised, then.

        What the ledger raises ends all of them at once, for nobody could record what is still to come.
        """
        with selectors.DefaultSelector() as self._selector:
            try:
                for line in lines:
                    self._go_on(line)
                self._take_turns(lines)
            finally:
                for line in lines:
                    line.course.close()
        if self._error:
            raise self._error

    def _take_turns(self, lines: Sequence[Line]) -> None:
        look_at = 0.0
        while self._standing or self._resting or self._waiting:
            ready = self._selector.select(self._patience())
            for key, _ in ready:
                self._hear(key.data)
            now = time.monotonic()
            if self._standing and (not ready or now - self._standing[0].since > _TOGETHER):
                standing, self._standing = self._standing, []
                self._commit([line.delivery for line in standing])
                for line in standing:
                    self._go_on(line)
            if self._resting:
                due = [line for until, line in self._resting if until <= now]
                self._resting = [rest for rest in self._resting if rest[0] > now]
                for line in due:
                    self._go_on(line)
            if now >= look_at:
                self._look_round()
                self._give_up_waiting(lines)
                look_at = time.monotonic() + _LOOK_ROUND

    def _patience(self) -> float:
        if self._standing:
            return _COMING if self._waiting else 0
        if self._resting:
            return min(max(min(self._resting, key=_until)[0] - time.monotonic(), 0), _LOOK_ROUND)
        return _LOOK_ROUND

    def _hear(self, line: Line) -> None:
        if line.waiting:
            self._go_on(line)
        else:  # the server says something that nobody asked for: it is read when the line comes to it
            self._stop_watching(line)

    def _give_up_waiting(self, lines: Sequence[Line]) -> None:
        now = time.monotonic()
        late = [line for line in lines if line.waiting and now - line.since > line.waiting.seconds]
        if late:
            # whatever kept this thread busy for so long, what has come meanwhile has come in time
            for key, _ in self._selector.select(0):
                self._hear(key.data)
        for line in late:
            if line.waiting and now - line.since > line.waiting.seconds:
                self._go_on(line, TimeoutError("timed out"))

    def _go_on(self, line: Line, error: TimeoutError | None = None) -> None:
        if line.waiting:
            self._waiting -= 1
            line.waiting = None
        try:
            wait = line.course.throw(error) if error else next(line.course)
        except StopIteration:
            self._stop_watching(line)
            return
        except Exception as failure:  # noqa: BLE001 - raised when the others are at their end, or in doubt for nothing
            self._error = self._error or failure
            self._stop_watching(line)
            return
        line.since = time.monotonic()
        if isinstance(wait, Ready):
            self._waiting += 1
            line.waiting = wait
            if line.watched is not wait:
                self._watch(line, wait)
        elif isinstance(wait, Recorded):
            self._standing.append(line)
        else:
            self._resting.append((line.since + wait, line))

    def _watch(self, line: Line, wait: Ready) -> None:
        events = selectors.EVENT_WRITE if wait.is_writing else selectors.EVENT_READ
        if line.watched and line.watched.source is wait.source:
            self._selector.modify(wait.source, events, line)
        else:
            self._stop_watching(line)
            # another line that closed its socket and has not come round since may still hold the number of this one
            stale = self._selector.get_map().get(wait.source)
            if stale:
                self._stop_watching(stale.data)
            self._selector.register(wait.source, events, line)
        line.watched = wait

    def _stop_watching(self, line: Line) -> None:
        if line.watched:
            self._selector.unregister(line.watched.source)
            line.watched = None


def _until(rest: tuple[float, Line]) -> float:
    return rest[0]
