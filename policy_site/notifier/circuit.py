"""When a server as a whole fails, nobody's attempts are spent on it; and how fast to go while it works.

A refusal counts only once the server has shown that it works: it took another message since, or takes the sender's own
address. Until then refusals are a streak, kept back. A streak that grows too long, or a failure that is not about a
recipient, opens the circuit: everyone waits, then one connection tries.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from policy_site.notifier.model import Delivery, Outcome, OutcomeKind

STREAK = 20
"""So many failures without a success in between are the server's."""
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 60.0


@dataclass(frozen=True, slots=True)
class Judged:
    """An attempt with its outcome, and whether it counts against the recipient."""

    delivery: Delivery
    outcome: Outcome
    wording: int | None
    counts: bool


def jittered(seconds: float) -> float:
    """Return between half of ``seconds`` and all of it, so that those who wait do not come back at once."""
    return seconds / 2 + seconds / 2 * (secrets.randbelow(1_000_001) / 1_000_000)


class Circuit:
    """What all connections of one channel know about their server. Safe for threads."""

    def __init__(self, *, patience: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._patience = patience
        self._lock = threading.Condition()
        self._streak: list[Judged] = []
        self._failures = 0
        self._pause = _FIRST_PAUSE
        self._opened_at: float | None = None
        self._resume_at = 0.0
        self._is_probing = False
        self.reason = ""
        """Why the circuit is, or was last, open: the server's words."""

    @property
    def needs_proof(self) -> bool:
        """True where a streak is long enough to ask the server whether it works at all."""
        with self._lock:
            return len(self._streak) >= STREAK

    @property
    def has_streak(self) -> bool:
        """True where refusals are still kept back."""
        with self._lock:
            return bool(self._streak)

    @property
    def is_exhausted(self) -> bool:
        """True where the server has been unavailable for longer than the channel's patience."""
        with self._lock:
            return self._opened_at is not None and self._clock() - self._opened_at > self._patience

    def judge(self, delivery: Delivery, outcome: Outcome, wording: int | None) -> list[Judged]:
        """Take an outcome; return the attempts that are decided by it, this one or more or none."""
        with self._lock:
            match outcome.kind:
                case OutcomeKind.ACCEPTED:
                    decided = [*self._end_streak(counts=True), Judged(delivery, outcome, wording, counts=True)]
                    self._close()
                    return decided
                case OutcomeKind.REFUSED | OutcomeKind.DEFERRED:
                    self._streak.append(Judged(delivery, outcome, wording, counts=True))
                    if self._opened_at is None:
                        return []
                    self._open(outcome.reply)  # the one that tried while it was open found nothing better
                    return self._end_streak(counts=False)
                case OutcomeKind.DOUBTFUL:
                    # Whatever the server's fault, it may have arrived: that must be on record at once.
                    self._failures += 1
                    if self._failures >= STREAK // 4 or self._opened_at is not None:
                        self._open(outcome.reply)
                    return [Judged(delivery, outcome, wording, counts=self._opened_at is None)]
                case OutcomeKind.UNAVAILABLE:
                    self._open(outcome.reply)
                    return [*self._end_streak(counts=False), Judged(delivery, outcome, wording, counts=False)]

    def settle(self, *, is_working: bool) -> list[Judged]:
        """End the streak after the server was asked whether it works; return its attempts, now decided.

        Of a working server the refusals that speak of a recipient count. Those that speak of policy or content would
        hit everybody: they open the circuit.
        """
        with self._lock:
            streak = self._end_streak(counts=is_working)
            suspects = [judged for judged in streak if not judged.outcome.is_personal]
            if streak and (not is_working or suspects):
                self._open((suspects or streak)[-1].outcome.reply)
            return [
                judged if judged.outcome.is_personal else Judged(judged.delivery, judged.outcome, judged.wording, False)  # noqa: FBT003
                for judged in streak
            ]

    def wait(self, is_stopped: Callable[[], bool]) -> bool:
        """Wait while the circuit is open; ``True`` where the caller may go on: all when closed, one to try when open.

        ``False``: it waits no longer, since the patience is at an end or ``is_stopped`` says so.
        """
        with self._lock:
            while self._opened_at is not None:
                now = self._clock()
                if is_stopped() or now - self._opened_at > self._patience:
                    return False
                if not self._is_probing and now >= self._resume_at:
                    self._is_probing = True
                    return True
                self._lock.wait(min(max(self._resume_at - now, 0.05), 0.5))
            return not is_stopped()

    def withdraw(self) -> None:
        """Let another connection try: the one that was to do so found nothing to send."""
        with self._lock:
            self._is_probing = False
            self._lock.notify_all()

    def _end_streak(self, *, counts: bool) -> list[Judged]:
        streak = [Judged(one.delivery, one.outcome, one.wording, counts) for one in self._streak]
        self._streak.clear()
        return streak

    def _open(self, reason: str) -> None:
        now = self._clock()
        self._opened_at = now if self._opened_at is None else self._opened_at
        if self._is_probing or now >= self._resume_at:
            self._resume_at = now + jittered(self._pause)
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        self._is_probing = False
        self.reason = reason
        self._lock.notify_all()

    def _close(self) -> None:
        self._failures = 0
        self._opened_at = None
        self._is_probing = False
        self._pause = _FIRST_PAUSE
        self._lock.notify_all()


class Pace:
    """Lets through so many a second, evenly; ``None``: as many as come. Safe for threads."""

    def __init__(self, rate: float | None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval = 1 / rate if rate else 0.0
        self._clock = clock
        self._lock = threading.Lock()
        self._next = 0.0

    def delay(self) -> float:
        """Take the next place; return for how many seconds to wait for it."""
        if not self._interval:
            return 0.0
        with self._lock:
            now = self._clock()
            at = max(self._next, now)
            self._next = at + self._interval
            return at - now
