"""When a server as a whole fails, nobody's attempts are spent on it; and how fast to go while it works.

A refusal counts only once the server has shown that it works: it took another message since, or takes the sender's own
address. Until then refusals are a streak, kept back. A streak of a server that does not work, or a failure that is not
about a recipient, opens the circuit: everyone waits, then one connection tries.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

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
    """What all connections of one channel know about their server."""

    def __init__(self, *, patience: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._patience = patience
        self._streak: list[Judged] = []
        self._failures = 0
        self._pause = _FIRST_PAUSE
        self._opened_at: float | None = None
        self._resume_at = 0.0
        self._is_probing = False
        self._has_accepted = False
        self.reason = ""
        """Why the circuit is, or was last, open: the server's words."""

    @property
    def needs_proof(self) -> bool:
        """True where a streak is long enough to ask the server whether it works, or it may work again."""
        return len(self._streak) >= (STREAK if self._opened_at is None else 1)

    @property
    def has_streak(self) -> bool:
        """True where refusals are still kept back."""
        return bool(self._streak)

    @property
    def is_exhausted(self) -> bool:
        """True where the server has been unavailable for longer than the channel's patience."""
        return self._opened_at is not None and self._clock() - self._opened_at >= self._patience

    def judge(self, delivery: Delivery, outcome: Outcome, wording: int | None) -> list[Judged]:
        """Take an outcome; return the attempts that are decided by it, this one or more or none."""
        match outcome.kind:
            case OutcomeKind.ACCEPTED:
                decided = [*self._end_streak(counts=True), Judged(delivery, outcome, wording, counts=True)]
                self._has_accepted = True
                self._close()
                return decided
            case OutcomeKind.REFUSED | OutcomeKind.DEFERRED:
                self._streak.append(Judged(delivery, outcome, wording, counts=True))
                return []
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
        hit everybody: they open the circuit, unless they are few and the server took messages in this run.
        """
        is_short = self._has_accepted and self._opened_at is None and len(self._streak) < STREAK
        streak = self._end_streak(counts=is_working)
        suspects = [] if is_short else [judged for judged in streak if not judged.outcome.is_personal]
        if streak and (not is_working or suspects):
            self._open((suspects or streak)[-1].outcome.reply)
        elif streak:
            self._close()
        return [replace(judged, counts=judged.counts and judged not in suspects) for judged in streak]

    def forgive(self) -> list[Judged]:
        """End the streak of a run that ends before the server was asked: nobody's attempt counts."""
        return self._end_streak(counts=False)

    def rest(self) -> float:
        """Return for how many seconds to wait before asking again.

        0: the caller may go on, all when the circuit is closed, one to try when it is open.
        """
        if self._opened_at is None:
            return 0.0
        now = self._clock()
        if not self._is_probing and now >= self._resume_at:
            self._is_probing = True
            return 0.0
        return min(max(self._resume_at - now, 0.05), 0.5)

    def withdraw(self) -> None:
        """Let another connection try: the one that was to do so found nothing to send."""
        self._is_probing = False

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

    def _close(self) -> None:
        self._failures = 0
        self._opened_at = None
        self._is_probing = False
        self._pause = _FIRST_PAUSE


class Pace:
    """Lets through so many a second, evenly; ``None``: as many as come."""

    def __init__(self, rate: float | None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval = 1 / rate if rate else 0.0
        self._clock = clock
        self._next = 0.0

    def delay(self) -> float:
        """Take the next place; return for how many seconds to wait for it."""
        if not self._interval:
            return 0.0
        now = self._clock()
        at = max(self._next, now)
        self._next = at + self._interval
        return at - now
