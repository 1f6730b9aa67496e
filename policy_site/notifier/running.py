"""One run of the notifier: what is doubtful is settled, what is due is delivered, on every channel."""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from policy_site.notifier.channels import kind_of
from policy_site.notifier.delivery import Tally, deliver
from policy_site.notifier.journal import note
from policy_site.notifier.ledger import Ledger
from policy_site.notifier.ledger.collapse import collapse
from policy_site.notifier.ledger.deliveries import (
    canaries_sent_at,
    count_in,
    make_overdue,
    next_due,
    stuck_canaries,
    waiting_since,
)
from policy_site.notifier.model import UNDECIDED, DeliveryState
from policy_site.notifier.reconciliation import Settled, settle
from policy_site.notifier.recorder import Recorder
from policy_site.notifier.settings import NotifierSettings
from policy_site.notifier.settings_tables import ChannelSettings

_STOP_FILE_SECONDS = 0.2
"""How old the knowledge of the stop file may be."""


@dataclass(frozen=True, slots=True)
class ChannelRun:
    """What a run did on one channel, and what is left."""

    channel: str
    tally: Tally
    settled: Settled
    waiting: int
    """Deliveries that another run must try."""
    next_due: int | None
    """When the first of them is due; in the past where the server, the stop file or a canary is what they wait for."""
    paused_until: int | None
    """Until when all others wait after the canaries have it, so that a person can look."""
    held: int
    """Doubtful deliveries that a person decides."""
    stuck_canaries: tuple[str, ...]
    waiting_since: int | None = None
    """When the oldest event was read, or released, of which notices wait; ``None``: none waits."""
    ended_at: int = 0
    """By the ledger's clock."""

    def is_late(self, hours: int) -> bool:
        """Say whether a notice waits for longer than so many hours."""
        return self.waiting_since is not None and self.ended_at - self.waiting_since > hours * 3600

    @property
    def not_reached(self) -> int:
        """Recipients of whom it was decided in this run that they cannot be reached."""
        return self.tally.refused + self.tally.exhausted


def deliver_all(
    ledger: Ledger,
    settings: NotifierSettings,
    *,
    is_interrupted: Callable[[], bool],
    told: Callable[[str, int, Tally], None] | None = None,
    among: Sequence[int] | None = None,
) -> tuple[ChannelRun, ...]:
    """Deliver what is due on every channel, one after the other.

    ``told`` hears of each channel's name, how many deliveries waited at the beginning, and what was done there.
    Raises :class:`UsageError` where another process holds the ledger, or a secret cannot be read: before anything is
    sent.
    """
    channels = {name: kind_of(channel).open(channel) for name, channel in settings.channels.items()}
    stop = _Stop(settings.stop_file, is_interrupted)
    runs: list[ChannelRun] = []
    name_of_worker = f"{socket.gethostname()}:{os.getpid()}"
    with ledger.alone(), Recorder(ledger, name=name_of_worker, lease_seconds=settings.lease_seconds) as recorder:
        for name, channel in settings.channels.items():
            before = settle(ledger, name=name, settings=channel)
            mend_times(ledger, name, channel)
            drop_untrue(ledger, name)
            tally = deliver(
                recorder,
                name=name,
                channel=channels[name],
                settings=channel,
                renderer=kind_of(channel).renderer(channel, name=name, execute=recorder.execute),
                is_stopped=stop.is_asked,
                told=partial(told, name, _count_waiting(ledger, name)) if told else None,
                among=among,
            )
            recorder.flush()
            after = settle(ledger, name=name, settings=channel)
            runs.append(_sum_up(ledger, name, channel, tally, before, after))
            _note_run(runs[-1])
    return tuple(runs)


def _note_run(one: ChannelRun) -> None:
    tally = one.tally
    note(
        "info",
        "channel.delivered",
        channel=one.channel,
        sent=tally.sent,
        refused=tally.refused,
        exhausted=tally.exhausted,
        deferred=tally.deferred,
        doubtful=tally.doubtful,
        waiting=one.waiting,
        held=one.held,
    )
    if tally.reason:
        note("error", "server.unavailable", channel=one.channel, code=_code_of(tally.reason))


def _code_of(reason: str) -> str:
    found = re.search(r"\b[45]\d\d\b", reason)
    return found[0] if found else ""


def _count_waiting(ledger: Ledger, name: str) -> int:
    with ledger.transaction() as connection:
        return count_in(connection, name, DeliveryState.PENDING)


def mend_times(ledger: Ledger, name: str, channel: ChannelSettings) -> None:
    """Make due what a clock that ran ahead put off for too long."""
    with ledger.transaction() as connection:
        make_overdue(connection, name, now=ledger.now(connection), longest=channel.longest_retry_seconds)


def drop_untrue(ledger: Ledger, name: str) -> None:
    """End what waits on a channel and is not true any more, so that what is true waits for nothing."""
    with ledger.transaction() as connection:
        collapse(connection, name, now=ledger.now(connection))


def _sum_up(
    ledger: Ledger, name: str, channel: ChannelSettings, tally: Tally, before: Settled, after: Settled
) -> ChannelRun:
    with ledger.snapshot() as connection:
        now, due = ledger.now(connection), next_due(connection, name)
        end = (canaries_sent_at(connection, name, now=now) or 0) + channel.canary_pause_seconds
        return ChannelRun(
            channel=name,
            tally=tally,
            settled=Settled(
                resent=before.resent + after.resent,
                sent=before.sent + after.sent,
                held=before.held + after.held,
                waiting=after.waiting,
            ),
            # what others claimed is theirs, or was when they died, and their lease still runs
            waiting=count_in(connection, name, *UNDECIDED),
            next_due=due,
            paused_until=end if now < end and due is not None and due <= now else None,
            held=count_in(connection, name, DeliveryState.HELD),
            stuck_canaries=tuple(stuck_canaries(connection, name)),
            waiting_since=waiting_since(connection, name),
            ended_at=now,
        )


class _Stop:
    """Asks for the stop file, not more often than needed."""

    def __init__(self, file: Path, is_interrupted: Callable[[], bool]) -> None:
        self._file = file
        self._is_interrupted = is_interrupted
        self._looked_at = 0.0
        self._is_there = False

    def is_asked(self) -> bool:
        """Say whether nothing more may be sent."""
        now = time.monotonic()
        if now - self._looked_at > _STOP_FILE_SECONDS:
            self._looked_at, self._is_there = now, self._file.exists()
        return self._is_there or self._is_interrupted()
