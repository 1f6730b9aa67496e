"""Where everything stands; and the evidence of an event: who was sent which words when, and what the server said.

Evidence is written as it is read, page by page, however many recipients there are: its counts on top are those of the
instant at which it begins.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, TextIO

from policy_site.notifier.channels import kind_of
from policy_site.notifier.ledger import Connection, Ledger
from policy_site.notifier.ledger.deliveries import waiting_by_channel
from policy_site.notifier.ledger.erasing import BEGINNING
from policy_site.notifier.ledger.notices import read_secret
from policy_site.notifier.ledger.plans import Pass
from policy_site.notifier.ledger.reports import (
    ChannelCount,
    FeedRead,
    KeptDelivery,
    KeptUnusableRow,
    KeptWording,
    KnownEvent,
    canaries_awaited,
    count_came_back,
    count_deliveries,
    count_events,
    count_suppressions,
    events_in,
    feed_read,
    find_event,
    next_due_by_channel,
    passes_of,
    stream_deliveries,
    unusable_rows,
    wordings_of,
    workers_alive,
)
from policy_site.notifier.model import NOT_REACHED, DeliveryState, EventState
from policy_site.notifier.settings_tables import ChannelSettings

Channels = Mapping[str, ChannelSettings]
"""The channels of the settings, by name."""


@dataclass(frozen=True, slots=True)
class EventSurvey:
    """Where an event stands that concerns people: it is open, or held."""

    event: KnownEvent
    channels: tuple[ChannelCount, ...]
    came_back: dict[str, int]
    """By channel: notices that were sent and proved undeliverable."""
    passes: tuple[Pass, ...]
    """How far planning is, by audience, with the number of unusable rows."""
    unusable_rows: tuple[KeptUnusableRow, ...]
    """Those that were kept of them."""


@dataclass(frozen=True, slots=True)
class Survey:
    """Where everything stands."""

    feed: FeedRead | None
    """None before the first run."""
    event_counts: dict[str, int]
    """By state."""
    events: tuple[EventSurvey, ...]
    next_due: dict[str, int]
    """By channel; 0: at once."""
    canaries: dict[str, list[str]]
    """By channel: those who do not have their notice, so that the others wait."""
    workers: tuple[str, ...]
    """Alive."""
    suppressions: dict[str, int]
    """By channel."""
    waiting_since: dict[str, int]
    """By channel on which notices wait: when the oldest of their events was read, or released."""
    taken_at: int

    def health(self, late_hours: int) -> str:
        """Say whether a person has to look: ``ok``, ``held``, ``late``, or ``unread`` where the feed was not read."""
        if self.feed is None or self.taken_at - self.feed.read_at > late_hours * 3600:
            return "unread"
        if self.event_counts.get(EventState.HELD.value) or any(_is_held(event) for event in self.events):
            return "held"
        is_late = any(self.taken_at - since > late_hours * 3600 for since in self.waiting_since.values())
        return "late" if is_late else "ok"

    def as_json(self) -> dict[str, Any]:
        """Return the same for machines, instants in UTC."""
        return {
            "taken_at": instant(self.taken_at),
            "feed": asdict(self.feed) | {"read_at": instant(self.feed.read_at)} if self.feed else None,
            "event_counts": self.event_counts,
            "events": [
                _event_as_json(survey.event)
                | {"channels": {count.channel: count.states for count in survey.channels}}
                | {"came_back": survey.came_back}
                | {"audiences": {reached.audience: pass_as_json(reached) for reached in survey.passes}}
                | {"unusable_rows": [asdict(row) for row in survey.unusable_rows]}
                for survey in self.events
            ],
            "next_due": {channel: instant(due) for channel, due in self.next_due.items()},
            "canaries": self.canaries,
            "workers": list(self.workers),
            "suppressions": self.suppressions,
            "waiting_since": {channel: instant(since) for channel, since in self.waiting_since.items()},
        }


def _is_held(survey: EventSurvey) -> bool:
    return any(count.states.get(DeliveryState.HELD.value) for count in survey.channels)


def survey_ledger(ledger: Ledger) -> Survey:
    """Return where everything stands, all of it at one instant."""
    with ledger.snapshot() as connection:
        now = ledger.now(connection)
        counts = count_deliveries(connection)
        passes = passes_of(connection)
        came_back = count_came_back(connection)
        events = tuple(
            EventSurvey(
                event,
                tuple(count for count in counts if count.event_seq == event.seq),
                {channel: number for (seq, channel), number in sorted(came_back.items()) if seq == event.seq},
                tuple(reached for reached in passes if reached.event_seq == event.seq),
                unusable_rows(connection, event.seq),
            )
            for event in events_in(connection, EventState.OPEN, EventState.HELD)
        )
        return Survey(
            feed=feed_read(connection),
            event_counts=count_events(connection),
            events=events,
            next_due=next_due_by_channel(connection),
            canaries=canaries_awaited(connection),
            workers=workers_alive(connection, now=now),
            suppressions=count_suppressions(connection),
            waiting_since=waiting_by_channel(connection),
            taken_at=now,
        )


def report_lines(ledger: Ledger, reference: str, channels: Channels) -> Iterator[dict[str, Any]]:
    """Yield the evidence of an event, named by number or id: the event, each wording, then each recipient.

    Words that were made meanwhile come at the end, so that none is named which is not there.
    Raises :class:`UsageError` for an event that is not there.
    """
    with ledger.snapshot() as connection:
        event = find_event(connection, reference)
        name_of = _namer(connection, event, channels)
        came_back = dict(sorted(count_came_back(connection, event.seq).items()))
        summary: dict[str, Any] = {
            "kind": "event",
            **_event_as_json(event),
            "taken_at": instant(ledger.now(connection)),
            "channels": {count.channel: count.states for count in count_deliveries(connection, event.seq)},
            "came_back": {channel: number for (_, channel), number in came_back.items()},
            "audiences": {reached.audience: pass_as_json(reached) for reached in passes_of(connection, event.seq)},
            "unusable_rows": [asdict(row) for row in unusable_rows(connection, event.seq)],
            "record": event.record,
        }
        wordings = wordings_of(connection, event.seq)
    yield summary
    yield from _wordings_as_json(wordings)
    for delivery in stream_deliveries(ledger, event.seq):
        yield {"kind": "delivery", "message_id": name_of(delivery), **delivery_as_json(delivery)}
    with ledger.snapshot() as connection:
        kept_by_now = wordings_of(connection, event.seq)
    told = frozenset(wordings)
    yield from _wordings_as_json(wording for wording in kept_by_now if wording not in told)


def _wordings_as_json(wordings: Iterable[KeptWording]) -> Iterator[dict[str, Any]]:
    for wording in wordings:
        yield {"kind": "wording", **asdict(wording)}


def write_report(ledger: Ledger, reference: str, channels: Channels, file: TextIO) -> None:
    """Write the evidence of an event as JSON lines."""
    file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in report_lines(ledger, reference, channels))


def write_report_table(ledger: Ledger, reference: str, channels: Channels, file: TextIO) -> None:
    """Write who was sent what as CSV, a row for each attempt, and one for a recipient without any.

    Cells that a spreadsheet would take for a formula begin with an apostrophe; the words themselves are in
    :func:`write_report`, under the digest named here.
    """
    with ledger.snapshot() as connection:
        event = find_event(connection, reference)
        name_of = _namer(connection, event, channels)
    table = csv.writer(file)
    table.writerow(_HEADER)
    for delivery in stream_deliveries(ledger, event.seq):
        recipient = (event.id, delivery.channel, delivery.recipient, delivery.state.value, delivery.language)
        for attempt in delivery.attempts or (None,):
            told = (instant(attempt.at), attempt.outcome, attempt.reply, attempt.wording) if attempt else ("",) * 4
            cells = (*recipient, delivery.accepted, *told, name_of(delivery))
            table.writerow([harmless(cell or "") for cell in cells])


def write_not_reached(ledger: Ledger, reference: str, file: TextIO) -> None:
    """Write who of an event does not have the notice, and will not get it, as CSV: for letters.

    Recipients that the server refused or that were given up, suppressed or bounced, those who still waited when a
    person closed the event, and every row of a list that named nobody, with its audience and line.
    """
    with ledger.snapshot() as connection:
        event = find_event(connection, reference)
        unusable = unusable_rows(connection, event.seq)
    table = csv.writer(file)
    table.writerow(_LETTER_HEADER)
    is_closed = event.state is EventState.CLOSED
    for one in stream_deliveries(ledger, event.seq):
        is_left = is_closed and one.state is DeliveryState.PENDING
        if one.state in NOT_REACHED or is_left:
            why = "closed" if is_left else one.state.value
            reply = one.attempts[-1].reply if one.attempts else ""
            said = (one.recipient, why, one.language, one.accepted or "", reply, one.name, one.account)
            table.writerow([harmless(cell) for cell in (event.id, one.channel, *said)])
    for row in unusable:
        said = (row.place, "unusable", "", "", row.reason, "", "")
        table.writerow([harmless(cell) for cell in (event.id, row.audience, *said)])


_LETTER_HEADER = (
    "event",
    "channel_or_audience",
    "recipient_or_line",
    "why",
    "language",
    "accepted",
    "reply",
    "name",
    "account",
)
_HEADER = (
    "event",
    "channel",
    "recipient",
    "state",
    "language",
    "accepted",
    "at",
    "outcome",
    "reply",
    "wording",
    "message_id",
)


def _namer(connection: Connection, event: KnownEvent, channels: Channels) -> Callable[[KeptDelivery], str | None]:
    """Return what tells the Message-ID of a delivery, under which the mail server's own log has it."""
    secret = read_secret(connection)

    def name_of(delivery: KeptDelivery) -> str | None:
        settings = channels.get(delivery.channel)
        if settings is None or delivery.recipient.startswith(BEGINNING):
            return None  # the channel is not in the settings any more; or the attempts name the message
        return str(kind_of(settings).message_name(settings, event.id, delivery.channel, delivery.recipient, secret))

    return name_of


def instant(seconds: int) -> str:
    """Return an instant of the ledger as RFC 3339 writes it, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# the last four are the full-width forms of the first four, which some spreadsheets take for them
_BEGINNINGS_OF_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet computes (CWE-1236)."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_BEGINNINGS_OF_FORMULAS) else cell


def _event_as_json(event: KnownEvent) -> dict[str, Any]:
    named = ("type", "policy", "version", "significance", "published_at", "notice_at", "effective_at")
    facts = {name: event.record[name] for name in named if name in event.record}
    dated = {"ingested_at": instant(event.ingested_at), **({"held_for": event.held_for} if event.held_for else {})}
    return {"seq": event.seq, "id": event.id, "hash": event.hash, "state": event.state.value, **facts, **dated}


def pass_as_json(reached: Pass) -> dict[str, Any]:
    """Return how far a pass is, for machines."""
    return {"planned": reached.planned, "unusable": reached.unusable, "is_finished": reached.is_finished}


def delivery_as_json(delivery: KeptDelivery) -> dict[str, Any]:
    """Return a notice to one recipient with its attempts, for machines."""
    return {
        "channel": delivery.channel,
        "recipient": delivery.recipient,
        "language": delivery.language,
        "accepted": delivery.accepted,
        "is_canary": delivery.is_canary,
        "state": delivery.state.value,
        "changed_at": instant(delivery.changed_at),
        "attempts": [asdict(attempt) | {"at": instant(attempt.at)} for attempt in delivery.attempts],
    }
