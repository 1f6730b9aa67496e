"""Statements about addresses that are struck off, and about notices that came back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from sqlalchemy import Connection, delete, exists, func, insert, literal_column, select, update

from policy_site.notifier.ledger.opening import Ledger
from policy_site.notifier.ledger.tables import ATTEMPTS, DELIVERIES, EVENTS, SUPPRESSIONS
from policy_site.notifier.model import BOUNCED, DeliveryState, EventState

_CHUNK = 500
_LEFT = (DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.DOUBTFUL, DeliveryState.HELD)
_SUPPRESSING = 7_061_023
"""Key of the lock under which one worker records reports and the others wait."""


def lock_reports(connection: Connection, ledger: Ledger) -> None:
    """Wait until nobody else records delivery reports, to the end of this transaction."""
    if ledger.is_shared:  # on SQLite a transaction is alone anyway
        connection.execute(select(func.pg_advisory_xact_lock(_SUPPRESSING)))


def suppressed(connection: Connection, channel: str, addresses: Iterable[str]) -> set[str]:
    """Return those of some addresses that are struck off a channel."""
    found: set[str] = set()
    remaining = iter(addresses)
    while chunk := list(islice(remaining, _CHUNK)):
        criteria = (SUPPRESSIONS.c.channel == channel, SUPPRESSIONS.c.recipient.in_(chunk))
        found.update(connection.scalars(select(SUPPRESSIONS.c.recipient).where(*criteria)))
    return found


def suppress(connection: Connection, channel: str, recipient: str, *, reason: str, at: int) -> bool:
    """Strike an address off a channel, with what waits to be sent to it; say whether it was not struck off before.

    What a worker has claimed already it checks itself, again and again until it is sent.
    """
    key = (SUPPRESSIONS.c.channel == channel, SUPPRESSIONS.c.recipient == recipient)
    is_new = connection.execute(select(SUPPRESSIONS.c.at).where(*key)).one_or_none() is None
    if is_new:
        connection.execute(insert(SUPPRESSIONS).values(channel=channel, recipient=recipient, reason=reason, at=at))
    connection.execute(
        update(DELIVERIES)
        .where(
            # by event, so that the unique key finds the row among millions
            DELIVERIES.c.event_seq.in_(select(EVENTS.c.seq).where(EVENTS.c.state == EventState.OPEN)),
            DELIVERIES.c.channel == channel,
            DELIVERIES.c.recipient == recipient,
            DELIVERIES.c.state == DeliveryState.PENDING,
        )
        .values(state=DeliveryState.SUPPRESSED, changed_at=at)
    )
    return is_new


def lift_suppression(connection: Connection, channel: str, recipient: str) -> bool:
    """Let an address be written to again; ``False`` where it was not struck off."""
    lifted = connection.execute(
        delete(SUPPRESSIONS).where(SUPPRESSIONS.c.channel == channel, SUPPRESSIONS.c.recipient == recipient)
    )
    return lifted.rowcount == 1


def told_events(connection: Connection) -> Sequence[tuple[int, str]]:
    """Return number and id of each event whose notices were planned."""
    columns = select(EVENTS.c.seq, EVENTS.c.id).where(EVENTS.c.state.in_((EventState.OPEN, EventState.CLOSED)))
    return [(row.seq, row.id) for row in connection.execute(columns.order_by(EVENTS.c.seq.desc()))]


def find_delivery(connection: Connection, event_seq: int, channel: str, recipient: str) -> int | None:
    """Return the number of a delivery that was attempted; ``None`` where there is none."""
    return connection.execute(
        select(DELIVERIES.c.id).where(
            DELIVERIES.c.event_seq == event_seq,
            DELIVERIES.c.channel == channel,
            DELIVERIES.c.recipient == recipient,
            # nothing can come back of what never left
            DELIVERIES.c.state.in_(_LEFT)
            | exists(select(literal_column("1")).where(ATTEMPTS.c.delivery == DELIVERIES.c.id)),
        )
    ).scalar_one_or_none()


def record_bounce(connection: Connection, delivery: int, *, reply: str, at: int) -> bool:
    """Write down that a notice came back; say whether that was not on record before."""
    key = (ATTEMPTS.c.delivery == delivery, ATTEMPTS.c.outcome == BOUNCED, ATTEMPTS.c.reply == reply)
    if connection.execute(select(ATTEMPTS.c.id).where(*key).limit(1)).one_or_none():
        return False
    connection.execute(insert(ATTEMPTS).values(delivery=delivery, at=at, outcome=BOUNCED, reply=reply))
    came_back = update(DELIVERIES).where(DELIVERIES.c.id == delivery, DELIVERIES.c.state == DeliveryState.SENT)
    connection.execute(came_back.values(state=DeliveryState.BOUNCED, changed_at=at))
    return True
