"""Statements about the feed and its events."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from policy_site.events.canonical import canonical_json
from policy_site.notifier.ledger.opening import Ledger
from policy_site.notifier.ledger.tables import EVENTS, FEED
from policy_site.notifier.model import EventState, FeedEvent

_INGESTING = 7_061_022
"""Key of the lock under which one worker takes in events and the others wait."""


@dataclass(frozen=True, slots=True)
class FeedPosition:
    """How far the feed was read."""

    url: str
    head_seq: int
    """0: it was empty."""
    head_hash: str | None
    etag: str | None
    last_modified: str | None
    read_whole_at: int = 0
    """When it was last read without a condition; 0: by a release that did not say."""


def lock_feed(connection: Connection, ledger: Ledger) -> None:
    """Wait until nobody else takes in events, to the end of this transaction."""
    if ledger.is_shared:  # on SQLite a transaction is alone anyway
        connection.execute(select(func.pg_advisory_xact_lock(_INGESTING)))


def feed_position(connection: Connection) -> FeedPosition | None:
    """Return how far the feed was read; ``None`` before the first run."""
    columns = (FEED.c.url, FEED.c.head_seq, FEED.c.head_hash, FEED.c.etag, FEED.c.last_modified, FEED.c.read_whole_at)
    row = connection.execute(select(*columns)).one_or_none()
    return FeedPosition(*row) if row else None


def record_position(connection: Connection, position: FeedPosition, at: int) -> None:
    """Write down how far the feed was read, and when."""
    values = {
        "url": position.url,
        "head_seq": position.head_seq,
        "head_hash": position.head_hash,
        "etag": position.etag,
        "last_modified": position.last_modified,
        "read_whole_at": position.read_whole_at,
        "read_at": at,
    }
    if not connection.execute(update(FEED).values(values)).rowcount:
        connection.execute(insert(FEED).values(only=1, **values))


def known_events(connection: Connection) -> Sequence[tuple[int, str, str]]:
    """Return number, id and hash of every event."""
    return [tuple(row) for row in connection.execute(select(EVENTS.c.seq, EVENTS.c.id, EVENTS.c.hash))]


def event_record(connection: Connection, *, seq: int | None = None, name: str | None = None) -> dict[str, Any] | None:
    """Return the event with a number, or with an id, as it was read; ``None`` where there is none."""
    criterion = EVENTS.c.seq == seq if name is None else EVENTS.c.id == name
    text = connection.execute(select(EVENTS.c.record).where(criterion)).scalar_one_or_none()
    record: dict[str, Any] | None = None if text is None else json.loads(text)
    return record


def policy_records(connection: Connection, policy: str) -> list[dict[str, Any]]:
    """Return every event of a policy as it was read, oldest first."""
    texts = connection.execute(select(EVENTS.c.record).order_by(EVENTS.c.seq)).scalars()
    return [record for record in map(json.loads, texts) if record["policy"] == policy]


def record_events(
    connection: Connection,
    events: Sequence[FeedEvent],
    states: Mapping[int, EventState],
    at: int,
    *,
    held_for: Mapping[int, str] | None = None,
) -> None:
    """Add events, each in the state that ``states`` gives its number; ``held_for``: why some are held."""
    if events:
        connection.execute(
            insert(EVENTS),
            [
                {
                    "seq": event.seq,
                    "id": event.id,
                    "hash": event.hash,
                    "state": states[event.seq],
                    "record": canonical_json(event.record).decode("utf-8"),
                    "ingested_at": at,
                    "held_for": (held_for or {}).get(event.seq),
                }
                for event in events
            ],
        )


def seqs_in_state(connection: Connection, state: EventState) -> tuple[int, ...]:
    """Return the numbers of all events in a state, oldest first."""
    return tuple(connection.scalars(select(EVENTS.c.seq).where(EVENTS.c.state == state).order_by(EVENTS.c.seq)))


def held_events(connection: Connection) -> dict[int, str]:
    """Return the numbers of all held events, oldest first, and why; empty: more came at once than expected."""
    columns = select(EVENTS.c.seq, EVENTS.c.held_for).where(EVENTS.c.state == EventState.HELD)
    return {row.seq: row.held_for or "" for row in connection.execute(columns.order_by(EVENTS.c.seq))}


def decide_held(connection: Connection, seq: int, *, new: EventState, at: int) -> bool:
    """Move a held event to another state; say whether it was held."""
    statement = update(EVENTS).where(EVENTS.c.seq == seq, EVENTS.c.state == EventState.HELD)
    statement = statement.values(state=new, released_at=at, held_for=None)
    return connection.execute(statement).rowcount == 1


def close_event(connection: Connection, seq: int) -> bool:
    """End an open event; say whether it was open."""
    statement = update(EVENTS).where(EVENTS.c.seq == seq, EVENTS.c.state == EventState.OPEN)
    return connection.execute(statement.values(state=EventState.CLOSED)).rowcount == 1
