"""Which deliveries are due, and in which order they are served."""

from __future__ import annotations

import json
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Connection, Engine, Select, exists, literal_column, select

from policy_site.notifier.ledger.tables import DELIVERIES, EVENTS
from policy_site.notifier.model import DeliveryState, EventState

CLOCKS_DIFFER = 60
"""Seconds that the clocks of workers may differ, each of which carries the ledger's time on by itself."""
Subject = tuple[str, str]
"""Policy and version."""
_SUBJECTS: WeakKeyDictionary[Engine, dict[int, Subject]] = WeakKeyDictionary()
"""Of the events of each ledger, which never change; to read them out of their records at each claim takes too long."""


def due_deliveries(connection: Connection, channel: str, *, now: int, canary_pause: int = 0) -> Select[int]:
    """Select the ids of what is due on a channel, in the order in which it is to be served.

    What comes later about a version reaches nobody before what came earlier, while that may still reach him.
    ``canary_pause``: seconds for which all others wait when the canaries have it.
    """
    is_awaited: ColumnElement[bool] = DELIVERIES.c.state.not_in((DeliveryState.SENT, DeliveryState.SUPERSEDED))
    if canary_pause:  # an instant in the future was written by a clock that ran ahead
        is_awaited |= DELIVERIES.c.changed_at.between(now - canary_pause + 1, now + CLOCKS_DIFFER)
    gated = select(DELIVERIES.c.event_seq).where(DELIVERIES.c.rank == 0, DELIVERIES.c.channel == channel, is_awaited)
    opened, closed = (subjects_of_events(connection, state) for state in (EventState.OPEN, EventState.CLOSED))
    return (
        select(DELIVERIES.c.id)
        .where(
            DELIVERIES.c.state == DeliveryState.PENDING,
            DELIVERIES.c.channel == channel,
            DELIVERIES.c.due_at <= now,
            # no join with the events: PostgreSQL knows little of so small a table, and would sort all that is pending
            DELIVERIES.c.event_seq.in_(opened),
            (DELIVERIES.c.rank == 0) | DELIVERIES.c.event_seq.not_in(gated),
            *_keep_order(opened, closed),
        )
        .order_by(DELIVERIES.c.due_at, DELIVERIES.c.event_seq, DELIVERIES.c.rank, DELIVERIES.c.id)
    )


def subjects_of_events(connection: Connection, state: EventState) -> dict[int, Subject]:
    """Return policy and version of each event in a state, by number."""
    known = _SUBJECTS.setdefault(connection.engine, {})
    seqs = connection.scalars(select(EVENTS.c.seq).where(EVENTS.c.state == state)).all()
    unknown = [seq for seq in seqs if seq not in known]
    if unknown:
        for seq, text in connection.execute(select(EVENTS.c.seq, EVENTS.c.record).where(EVENTS.c.seq.in_(unknown))):
            record = json.loads(text)
            known[seq] = (record["policy"], record["version"])
    return {seq: known[seq] for seq in seqs}


def _keep_order(opened: dict[int, Subject], closed: dict[int, Subject]) -> Iterator[ColumnElement[bool]]:
    """Yield a criterion for each open event that is not the first about its version."""
    before = DELIVERIES.alias()
    told: dict[Subject, list[int]] = {}
    for seq, subject in sorted((opened | closed).items()):
        earlier = told.setdefault(subject, [])
        if earlier and seq in opened:
            # of a closed one there may only come what a worker has in its hands
            is_on_its_way = before.c.state.in_((DeliveryState.CLAIMED, DeliveryState.SENDING))
            is_awaited = before.c.state.in_((DeliveryState.PENDING, DeliveryState.DOUBTFUL, DeliveryState.HELD))
            may_come = exists(
                select(literal_column("1")).where(
                    before.c.event_seq.in_(tuple(earlier)),
                    before.c.channel == DELIVERIES.c.channel,
                    before.c.recipient == DELIVERIES.c.recipient,
                    is_on_its_way | (is_awaited & before.c.event_seq.not_in(tuple(closed))),
                )
            )
            yield (DELIVERIES.c.event_seq != seq) | ~may_come
        earlier.append(seq)
