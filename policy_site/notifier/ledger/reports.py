"""What is read from the ledger for people: where everything stands, and the evidence of an event."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from policy_site.errors import UsageError
from policy_site.notifier.ledger.opening import Ledger
from policy_site.notifier.ledger.plans import Pass
from policy_site.notifier.ledger.tables import (
    ATTEMPTS,
    DELIVERIES,
    EVENTS,
    FEED,
    PASSES,
    SUPPRESSIONS,
    UNUSABLE_ROWS,
    WORDINGS,
    WORKERS,
)
from policy_site.notifier.model import BOUNCED, DeliveryState, EventState

_PAGE = 1_000
"""Recipients read at one instant: a long report does not keep the database from tidying up."""


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """An event of the ledger."""

    seq: int
    id: str
    hash: str
    state: EventState
    record: dict[str, Any]
    """As published."""
    ingested_at: int
    held_for: str = ""
    """Why it is held, where it is not that more came at once than expected."""


@dataclass(frozen=True, slots=True)
class ChannelCount:
    """How many deliveries of an event over a channel are in each state."""

    event_seq: int
    channel: str
    states: dict[str, int]
    """Only states that occur, in the order of :class:`DeliveryState`."""


@dataclass(frozen=True, slots=True)
class FeedRead:
    """How far the feed is read."""

    url: str
    head_seq: int
    head_hash: str | None
    read_at: int


@dataclass(frozen=True, slots=True)
class KeptUnusableRow:
    """A row of an audience's list that named nobody."""

    audience: str
    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class KeptSuppression:
    """An address that was struck off a channel."""

    channel: str
    address: str
    reason: str
    at: int


@dataclass(frozen=True, slots=True)
class KeptWording:
    """Words that were sent."""

    channel: str
    language: str
    accepted: str | None
    digest: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class KeptAttempt:
    """One attempt, or what a person decided."""

    at: int
    outcome: str
    reply: str
    wording: str | None
    """Digest of the words."""


@dataclass(frozen=True, slots=True)
class KeptDelivery:
    """One recipient of an event, with all attempts in their order."""

    id: int
    channel: str
    recipient: str
    language: str
    accepted: str | None
    is_canary: bool
    state: DeliveryState
    changed_at: int
    name: str = ""
    account: str = ""
    attempts: list[KeptAttempt] = field(default_factory=list)


def find_event(connection: Connection, reference: str) -> KnownEvent:
    """Return the event with this number or id; raise :class:`UsageError` where there is none."""
    is_number = reference.isascii() and reference.isdecimal() and len(reference) < _MOST_DIGITS
    matches = EVENTS.c.seq == int(reference) if is_number else EVENTS.c.id == reference
    row = connection.execute(select(*_EVENT).where(matches)).one_or_none()
    if row is None:
        raise UsageError(
            f"There is no event {reference[:200]!r} in the ledger.",
            remedy="Name one by its number or id; `policy-site notify status` lists them.",
        )
    return _event(row)


_EVENT = (
    EVENTS.c.seq,
    EVENTS.c.id,
    EVENTS.c.hash,
    EVENTS.c.state,
    EVENTS.c.record,
    EVENTS.c.ingested_at,
    EVENTS.c.held_for,
)
_MOST_DIGITS = 10  # more is no number of an event, and too large for the column


def _event(row: Any) -> KnownEvent:  # noqa: ANN401 (a row of whatever columns _EVENT names)
    seq, identity, digest, state, record, ingested_at, held_for = row
    return KnownEvent(seq, identity, digest, EventState(state), json.loads(record), ingested_at, held_for or "")


def events_in(connection: Connection, *states: EventState) -> tuple[KnownEvent, ...]:
    """Return the events in these states, in the feed's order."""
    rows = connection.execute(select(*_EVENT).where(EVENTS.c.state.in_(states)).order_by(EVENTS.c.seq))
    return tuple(_event(row) for row in rows)


def count_events(connection: Connection) -> dict[str, int]:
    """Return how many events are in each state, those with none left out."""
    rows = connection.execute(select(EVENTS.c.state, func.count()).group_by(EVENTS.c.state))
    found = {state: number for state, number in rows}  # noqa: C416 (rows are no pairs to the type checker)
    return {state.value: found[state] for state in EventState if state in found}


def feed_read(connection: Connection) -> FeedRead | None:
    """Return how far the feed is read; None before the first run."""
    row = connection.execute(select(FEED.c.url, FEED.c.head_seq, FEED.c.head_hash, FEED.c.read_at)).one_or_none()
    return FeedRead(*row) if row else None


def count_deliveries(connection: Connection, event_seq: int | None = None) -> tuple[ChannelCount, ...]:
    """Return how many deliveries are in each state, by event and channel."""
    key = (DELIVERIES.c.event_seq, DELIVERIES.c.channel)
    counted = select(*key, DELIVERIES.c.state, func.count()).group_by(*key, DELIVERIES.c.state)
    if event_seq is not None:
        counted = counted.where(DELIVERIES.c.event_seq == event_seq)
    found: dict[tuple[int, str], dict[str, int]] = {}
    for seq, channel, state, number in connection.execute(counted):
        found.setdefault((seq, channel), {})[state] = number
    return tuple(
        ChannelCount(*place, {state.value: states[state] for state in DeliveryState if state in states})
        for place, states in sorted(found.items())
    )


def passes_of(connection: Connection, event_seq: int | None = None) -> tuple[Pass, ...]:
    """Return how far planning is, by event and audience."""
    chosen = select(PASSES).order_by(PASSES.c.event_seq, PASSES.c.audience)
    if event_seq is not None:
        chosen = chosen.where(PASSES.c.event_seq == event_seq)
    return tuple(Pass(*row) for row in connection.execute(chosen))


def unusable_rows(connection: Connection, event_seq: int) -> tuple[KeptUnusableRow, ...]:
    """Return the unusable rows that were kept of an event, by audience, lines in their order."""
    columns = (UNUSABLE_ROWS.c.audience, UNUSABLE_ROWS.c.place, UNUSABLE_ROWS.c.reason)
    rows = connection.execute(select(*columns).where(UNUSABLE_ROWS.c.event_seq == event_seq))
    kept = [KeptUnusableRow(*row) for row in rows]
    return tuple(sorted(kept, key=lambda row: (row.audience, len(row.place), row.place)))


def next_due_by_channel(connection: Connection) -> dict[str, int]:
    """Return when the next pending delivery of each channel is due, of events that are open."""
    rows = connection.execute(
        select(DELIVERIES.c.channel, func.min(DELIVERIES.c.due_at))
        .join(EVENTS, EVENTS.c.seq == DELIVERIES.c.event_seq)
        .where(DELIVERIES.c.state == DeliveryState.PENDING, EVENTS.c.state == EventState.OPEN)
        .group_by(DELIVERIES.c.channel)
        .order_by(DELIVERIES.c.channel)
    )
    return {channel: due for channel, due in rows}  # noqa: C416 (the same)


def workers_alive(connection: Connection, *, now: int) -> tuple[str, ...]:
    """Return the names of the workers whose lease runs."""
    alive = select(WORKERS.c.name).where(WORKERS.c.lease_until >= now).order_by(WORKERS.c.id)
    return tuple(connection.execute(alive).scalars())


def count_suppressions(connection: Connection) -> dict[str, int]:
    """Return how many recipients are suppressed, by channel."""
    counted = select(SUPPRESSIONS.c.channel, func.count()).group_by(SUPPRESSIONS.c.channel)
    rows = connection.execute(counted.order_by(SUPPRESSIONS.c.channel))
    return {channel: number for channel, number in rows}  # noqa: C416 (the same)


def canaries_awaited(connection: Connection) -> dict[str, list[str]]:
    """Return, by channel, the canaries of open events that do not have their notice: the others wait for them."""
    rows = connection.execute(
        select(DELIVERIES.c.channel, DELIVERIES.c.recipient, DELIVERIES.c.state)
        .join(EVENTS, EVENTS.c.seq == DELIVERIES.c.event_seq)
        .where(
            DELIVERIES.c.rank == 0,
            DELIVERIES.c.state.not_in((DeliveryState.SENT, DeliveryState.SUPERSEDED)),
            EVENTS.c.state == EventState.OPEN,
        )
        .order_by(DELIVERIES.c.channel, DELIVERIES.c.id)
    )
    found: dict[str, list[str]] = {}
    for channel, recipient, state in rows:
        found.setdefault(channel, []).append(f"{recipient} ({state})")
    return found


def count_came_back(connection: Connection, event_seq: int | None = None) -> dict[tuple[int, str], int]:
    """Return how many notices came back as undeliverable, by event and channel."""
    key = (DELIVERIES.c.event_seq, DELIVERIES.c.channel)
    counted = (
        select(*key, func.count(ATTEMPTS.c.delivery.distinct()))
        .join(DELIVERIES, DELIVERIES.c.id == ATTEMPTS.c.delivery)
        .where(ATTEMPTS.c.outcome == BOUNCED)
        .group_by(*key)
    )
    if event_seq is not None:
        counted = counted.where(DELIVERIES.c.event_seq == event_seq)
    return {(seq, channel): number for seq, channel, number in connection.execute(counted)}


def list_suppressions(connection: Connection) -> list[KeptSuppression]:
    """Return the addresses that are struck off, the last first."""
    columns = (SUPPRESSIONS.c.channel, SUPPRESSIONS.c.recipient, SUPPRESSIONS.c.reason, SUPPRESSIONS.c.at)
    rows = connection.execute(select(*columns).order_by(SUPPRESSIONS.c.at.desc(), *columns[:2]))
    return [KeptSuppression(*row) for row in rows]


def wordings_of(connection: Connection, event_seq: int) -> tuple[KeptWording, ...]:
    """Return the words of an event that were made to be sent."""
    kept = WORDINGS.c
    columns = (kept.channel, kept.language, kept.accepted, kept.digest, kept.subject, kept.text, kept.html)
    return tuple(
        KeptWording(*row)
        for row in connection.execute(select(*columns).where(kept.event_seq == event_seq).order_by(kept.id))
    )


def stream_deliveries(ledger: Ledger, event_seq: int) -> Iterator[KeptDelivery]:
    """Yield every recipient of an event in the order in which they were planned, a page at a time."""
    after = 0
    while True:
        with ledger.snapshot() as connection:
            page = _page_after(connection, event_seq, after)
        yield from page
        if len(page) < _PAGE:
            return
        after = page[-1].id


def deliveries_to(connection: Connection, recipients: Sequence[str]) -> list[tuple[str, KeptDelivery]]:
    """Return every notice to some recipients, oldest first, each with its event's id."""
    chosen = select(DELIVERIES.c.event_seq, EVENTS.c.id).join(EVENTS, EVENTS.c.seq == DELIVERIES.c.event_seq)
    events = connection.execute(chosen.where(DELIVERIES.c.recipient.in_(recipients)).distinct()).all()
    found: list[tuple[str, KeptDelivery]] = []
    for seq, event in sorted((row.event_seq, row.id) for row in events):
        criteria = (DELIVERIES.c.event_seq == seq, DELIVERIES.c.recipient.in_(recipients))
        found += [(event, one) for one in _kept_deliveries(connection, *criteria)]
    return found


def _page_after(connection: Connection, event_seq: int, after: int) -> list[KeptDelivery]:
    criteria = (DELIVERIES.c.event_seq == event_seq, DELIVERIES.c.id > after)
    return _kept_deliveries(connection, *criteria, limit=_PAGE)


def _kept_deliveries(
    connection: Connection, *criteria: ColumnElement[bool], limit: int | None = None
) -> list[KeptDelivery]:
    kept = DELIVERIES.c
    named = (kept.id, kept.channel, kept.recipient, kept.language, kept.accepted, kept.name, kept.account)
    rows = connection.execute(
        select(*named, kept.rank, kept.state, kept.changed_at).where(*criteria).order_by(kept.id).limit(limit)
    )
    page = {
        number: KeptDelivery(
            id=number,
            channel=channel,
            recipient=recipient,
            language=language,
            accepted=accepted,
            name=name or "",
            account=account or "",
            is_canary=rank == 0,
            state=DeliveryState(state),
            changed_at=changed_at,
        )
        for number, channel, recipient, language, accepted, name, account, rank, state, changed_at in rows
    }
    attempts = connection.execute(
        select(ATTEMPTS.c.delivery, ATTEMPTS.c.at, ATTEMPTS.c.outcome, ATTEMPTS.c.reply, WORDINGS.c.digest)
        .outerjoin(WORDINGS, WORDINGS.c.id == ATTEMPTS.c.wording)
        .where(ATTEMPTS.c.delivery.in_(page))
        .order_by(ATTEMPTS.c.id)
    )
    for delivery, *attempt in attempts:
        page[delivery].attempts.append(KeptAttempt(*attempt))
    return list(page.values())
