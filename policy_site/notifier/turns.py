"""One thread serves many connections: whoever waits is left alone until what it waits for has come.

Many threads would hand Python's one lock to and fro for each of the few microseconds between two waits. In turns, all
that stand before their point of no return go to disk together as well (group commit), which takes as long for one.
"""

from __future__ import annotations

import selectors
import time
from collections.abc import Callable, Generator, Sequence
from typing import TypeAlias

from policy_site.notifier.channels import Session, Wait

Course: TypeAlias = Generator["Wait | float", None, None]
"""What happens on a line. It yields what it waits for: a :class:`Wait`, or how many seconds."""

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
        self.is_listening = False
        """True while it waits for a reply."""
        self.heard: Session | None = None
        """The session at which the system listens for it."""


class Turns:
    """Serves lines in turns."""

    def __init__(self, *, commit: Callable[[Sequence[int]], None], look_round: Callable[[], None]) -> None:
        """Take what puts beginnings on disk before it returns, and what is done every now and then."""
        self._commit = commit
        self._look_round = look_round
        self._standing: list[Line] = []
        self._resting: list[tuple[float, Line]] = []
        self._listening = 0

    def serve(self, lines: Sequence[Line]) -> None:
        """Return when the course of each line is at its end. What one raises ends all: they are closed as they are."""
        with selectors.DefaultSelector() as self._selector:
            try:
                for line in lines:
                    self._go_on(line)
                self._take_turns(lines)
            finally:
                for line in lines:
                    line.course.close()

    def _take_turns(self, lines: Sequence[Line]) -> None:
        look_at = 0.0
        while self._standing or self._resting or self._listening:
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
                look_at = now + _LOOK_ROUND
                self._look_round()
                self._give_up_waiting(lines, now)

    def _patience(self) -> float:
        if self._standing:
            return _COMING if self._listening else 0
        if self._resting:
            return min(max(min(self._resting, key=_until)[0] - time.monotonic(), 0), _LOOK_ROUND)
        return _LOOK_ROUND

    def _hear(self, line: Line) -> None:
        if line.is_listening:
            self._listening -= 1
            self._go_on(line)
        else:  # the server says something that nobody asked for: it is read when the line comes to it
            self._stop_listening(line)

    def _give_up_waiting(self, lines: Sequence[Line], now: float) -> None:
        for line in lines:
            if line.is_listening and line.session and now - line.since > line.session.reply_seconds:
                self._listening -= 1
                self._go_on(line, TimeoutError("timed out"))

    def _go_on(self, line: Line, error: TimeoutError | None = None) -> None:
        line.is_listening = False
        try:
            wait = line.course.throw(error) if error else next(line.course)
        except StopIteration:
            self._stop_listening(line)
            return
        if line.heard is not line.session:  # at once: a new connection may have got the old one's descriptor
            self._stop_listening(line)
        line.since = time.monotonic()
        if wait is Wait.REPLY:
            line.is_listening = True
            self._listening += 1
            if line.heard is None:
                assert line.session
                self._selector.register(line.session.reply_source, selectors.EVENT_READ, line)
                line.heard = line.session
        elif wait is Wait.LEDGER:
            self._standing.append(line)
        else:
            assert isinstance(wait, float)
            self._resting.append((line.since + wait, line))

    def _stop_listening(self, line: Line) -> None:
        if line.heard:
            self._selector.unregister(line.heard.reply_source)
            line.heard = None


def _until(rest: tuple[float, Line]) -> float:
    return rest[0]
