"""Deliveries come into the ledger, and how far the planning of each event and audience is."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Insert,
    Integer,
    Text,
    and_,
    bindparam,
    case,
    cast,
    column,
    delete,
    exists,
    func,
    insert,
    literal,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB

from policy_site.notifier.ledger.erasing import digests_known, digests_planned
from policy_site.notifier.ledger.opening import Ledger
from policy_site.notifier.ledger.suppressions import suppressed
from policy_site.notifier.ledger.tables import DELIVERIES, EVENTS, PASSES, SUPPRESSIONS, UNUSABLE_ROWS
from policy_site.notifier.model import UNDECIDED, DeliveryState, EventState, Recipient


class OvertakenError(Exception):
    """Another worker moved the pass: what this one was about to write is written."""


@dataclass(frozen=True, slots=True)
class PlannableEvent:
    """What planning has to know of an event."""

    seq: int
    policy: str
    language: str
    """The authoritative one: of recipients of whom none is known."""
    state: EventState = EventState.OPEN


@dataclass(frozen=True, slots=True)
class Pass:
    """How far the planning of an event for an audience is."""

    event_seq: int
    audience: str
    fingerprint: str
    """Of the list that is read."""
    cursor: str | None
    planned: int
    """Usable rows read."""
    unusable: int
    is_finished: bool


def open_events(ledger: Ledger) -> tuple[PlannableEvent, ...]:
    """Return the events whose notices are to go out, in the feed's order."""
    with ledger.snapshot() as connection:
        return plannable_events(connection, EventState.OPEN)


def plannable_events(connection: Connection, *states: EventState) -> tuple[PlannableEvent, ...]:
    """Return the events in one of the states, in the feed's order."""
    rows = connection.execute(
        select(EVENTS.c.seq, EVENTS.c.record, EVENTS.c.state).where(EVENTS.c.state.in_(states)).order_by(EVENTS.c.seq)
    ).all()
    return tuple(_plannable(seq, json.loads(record), state) for seq, record, state in rows)


def _plannable(seq: int, record: dict[str, str], state: str) -> PlannableEvent:
    return PlannableEvent(seq, record["policy"], record["authoritative_language"], EventState(state))


@contextmanager
def planning_alone(ledger: Ledger, *, event_seq: int, audience: str) -> Iterator[bool]:
    """Yield whether this worker may plan the event for the audience; the others leave it alone meanwhile.

    The lock belongs to a connection, so that it ends with a worker that was killed. An SQLite ledger is one process's.
    """
    if not ledger.is_shared:
        yield True
        return
    key = (event_seq, zlib.crc32(audience.encode()) - (1 << 31))
    with ledger.connect() as connection:
        with ledger.transaction(connection):
            is_mine = bool(connection.execute(select(func.pg_try_advisory_lock(*key))).scalar_one())
        try:
            yield is_mine
        finally:
            if is_mine:
                with ledger.transaction(connection):
                    connection.execute(select(func.pg_advisory_unlock(*key)))


def find_pass(connection: Connection, *, event_seq: int, audience: str) -> Pass | None:
    """Return how far a pass is; None where there was none."""
    row = connection.execute(
        select(PASSES).where(PASSES.c.event_seq == event_seq, PASSES.c.audience == audience)
    ).one_or_none()
    return None if row is None else Pass(*row)


def count_undecided(connection: Connection, event_seq: int, channel: str) -> dict[str, int]:
    """Return how many notices of an event are still to be sent on a channel, or in doubt, by language."""
    rows = connection.execute(
        select(DELIVERIES.c.language, func.count())
        .where(_is_of(event_seq, channel), DELIVERIES.c.state.in_(UNDECIDED))
        .group_by(DELIVERIES.c.language)
    )
    return {language: number for language, number in rows}  # noqa: C416 (rows are no pairs to the type checker)


def begin_pass(connection: Connection, *, event_seq: int, audience: str, fingerprint: str) -> Pass:
    """Put a pass at the beginning of a list; forget what was said about rows of the list before."""
    for table in (UNUSABLE_ROWS, PASSES):
        connection.execute(delete(table).where(table.c.event_seq == event_seq, table.c.audience == audience))
    begun = Pass(event_seq, audience, fingerprint, cursor=None, planned=0, unusable=0, is_finished=False)
    connection.execute(
        insert(PASSES).values(
            event_seq=event_seq, audience=audience, fingerprint=fingerprint, planned=0, unusable=0, is_finished=False
        )
    )
    return begun


def move_pass(connection: Connection, before: Pass, after: Pass) -> None:
    """Record how far a pass is now; raise :class:`OvertakenError` where it no longer stands where it stood."""
    cursor = PASSES.c.cursor
    stands = cursor.is_(None) if before.cursor is None else cursor == before.cursor
    moved = connection.execute(
        update(PASSES)
        .where(
            PASSES.c.event_seq == before.event_seq,
            PASSES.c.audience == before.audience,
            PASSES.c.fingerprint == before.fingerprint,
            stands,
        )
        .values(cursor=after.cursor, planned=after.planned, unusable=after.unusable, is_finished=after.is_finished)
    )
    if moved.rowcount != 1:
        raise OvertakenError


def add_deliveries(
    connection: Connection, recipients: Sequence[Recipient], *, event_seq: int, channel: str, now: int
) -> None:
    """Plan a notice for each recipient who has none yet; those who are suppressed are recorded as such.

    The first of an address counts. They go in ordered by address: each page of the unique key is visited once a chunk,
    and two planners whose lists overlap wait for each other in one direction only.
    """
    recipients, struck_off = _without_erased(connection, recipients, event_seq=event_seq, channel=channel)
    if not recipients:
        return
    rows = [
        (one.address, one.language, one.accepted, one.name or None, one.account or None, one.time_zone or None)
        for one in recipients
    ]
    rows.sort(key=itemgetter(0))
    connection.execute(
        _adding(connection.dialect.name),
        {"seq": event_seq, "over": channel, "now": now, "rows": json.dumps(rows, separators=(",", ":"))},
    )
    if struck_off:
        connection.execute(
            update(DELIVERIES)
            .where(_is_of(event_seq, channel), DELIVERIES.c.recipient.in_(struck_off))
            .values(state=DeliveryState.SUPPRESSED)
        )


def _without_erased(
    connection: Connection, recipients: Sequence[Recipient], *, event_seq: int, channel: str
) -> tuple[Sequence[Recipient], list[str]]:
    """Leave out who was told of the event and erased since; return the others, and those struck off by digest."""
    digests = digests_known(connection, (one.address for one in recipients))
    if not digests:
        return recipients, []
    planned = digests_planned(connection, event_seq, channel, list(digests.values()))
    off = suppressed(connection, channel, digests.values())
    left = [one for one in recipients if digests.get(one.address) not in planned]
    return left, [one.address for one in left if digests.get(one.address) in off]


def add_canaries(
    connection: Connection, addresses: Sequence[str], *, event_seq: int, channel: str, language: str, now: int
) -> None:
    """Plan notices that are sent before all others."""
    if not addresses:
        return
    recipients = [Recipient(address, language) for address in addresses]
    add_deliveries(connection, recipients, event_seq=event_seq, channel=channel, now=now)
    connection.execute(
        update(DELIVERIES)
        .where(_is_of(event_seq, channel), DELIVERIES.c.recipient.in_(addresses), DELIVERIES.c.rank != 0)
        .values(rank=0)
    )


def mend_canary(connection: Connection, canary: Recipient, *, event_seq: int, channel: str) -> None:
    """Give a canary that was not tried yet what the list knows of it."""
    connection.execute(
        update(DELIVERIES)
        .where(
            _is_of(event_seq, channel),
            DELIVERIES.c.recipient == canary.address,
            DELIVERIES.c.state == DeliveryState.PENDING,
            DELIVERIES.c.attempts == 0,
        )
        .values(
            language=canary.language,
            accepted=canary.accepted,
            name=canary.name or None,
            account=canary.account or None,
            time_zone=canary.time_zone or None,
        )
    )


def add_unusable_rows(
    connection: Connection, rows: Sequence[tuple[str, str]], *, event_seq: int, audience: str
) -> None:
    """Keep places and reasons of rows that name nobody."""
    if rows:
        connection.execute(
            insert(UNUSABLE_ROWS),
            [{"event_seq": event_seq, "audience": audience, "place": place, "reason": why} for place, why in rows],
        )


_CELLS = 6


@lru_cache
def _adding(dialect: str) -> Insert:
    """One statement for a whole chunk, which comes as one JSON text: a fifth of the time of one row after the other."""
    chunk = bindparam("rows", type_=Text)
    if dialect == "postgresql":
        row = func.jsonb_array_elements(cast(chunk, JSONB)).table_valued(column("value", JSONB)).c.value
        address, language, accepted, name, account, time_zone = (row[place].astext for place in range(_CELLS))
    else:
        row = func.json_each(chunk).table_valued(column("value", Text)).c.value
        address, language, accepted, name, account, time_zone = (
            func.json_extract(row, f"$[{place}]") for place in range(_CELLS)
        )
    over = bindparam("over", type_=Text)
    is_suppressed = exists(
        select(literal_column("1")).where(SUPPRESSIONS.c.channel == over, SUPPRESSIONS.c.recipient == address)
    )
    values = {
        "event_seq": cast(bindparam("seq"), Integer),
        "channel": cast(over, Text),
        "recipient": address,
        "language": language,
        "accepted": accepted,
        "name": name,
        "account": account,
        "time_zone": time_zone,
        "rank": literal_column("1"),
        "state": case(
            (is_suppressed, cast(literal(DeliveryState.SUPPRESSED.value), Text)),
            else_=cast(literal(DeliveryState.PENDING.value), Text),
        ),
        "attempts": literal_column("0"),
        "due_at": literal_column("0"),
        "changed_at": cast(bindparam("now"), BigInteger),
    }
    # SQLite needs a WHERE to tell ON CONFLICT from a join
    chosen = select(*values.values()).where(row.is_not(None))
    made = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return made(DELIVERIES).from_select(list(values), chosen).on_conflict_do_nothing()


def _is_of(event_seq: int, channel: str) -> ColumnElement[bool]:
    return and_(DELIVERIES.c.event_seq == event_seq, DELIVERIES.c.channel == channel)
