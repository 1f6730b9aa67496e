"""Deliveries that came to an end are taken up again, because a person says so; that too is evidence."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, exists, func, insert, literal_column, select, update

from policy_site.notifier.ledger.tables import ATTEMPTS, DELIVERIES, SUPPRESSIONS
from policy_site.notifier.model import DeliveryState


@dataclass(frozen=True, slots=True)
class Choice:
    """Which deliveries of an event are meant."""

    event_seq: int
    states: Collection[DeliveryState]
    recipients: Sequence[str] | None
    """None: all."""
    channel: str | None = None
    """None: over every channel."""


def unknown_recipients(
    connection: Connection, event_seq: int, recipients: Sequence[str], *, channel: str | None = None
) -> tuple[str, ...]:
    """Return those of ``recipients`` who have no delivery of the event, over one channel or any."""
    found = select(DELIVERIES.c.recipient).where(
        DELIVERIES.c.event_seq == event_seq, DELIVERIES.c.recipient.in_(recipients)
    )
    if channel is not None:
        found = found.where(DELIVERIES.c.channel == channel)
    known = set(connection.execute(found).scalars())
    return tuple(recipient for recipient in recipients if recipient not in known)


def count_suppressed(connection: Connection, choice: Choice) -> int:
    """Return how many of the chosen must not be sent anything, for they are suppressed."""
    counted = select(func.count()).select_from(DELIVERIES).where(_is_chosen(choice), _is_suppressed())
    return int(connection.execute(counted).scalar_one())


def take_up(
    connection: Connection,
    choice: Choice,
    *,
    after: int,
    state: DeliveryState,
    outcome: str,
    reply: str,
    now: int,
    limit: int,
) -> Sequence[int]:
    """Move up to ``limit`` of the chosen to ``state`` and keep that as an attempt; return their ids, in their order.

    ``after``: only of higher ids, so that what came to an end anew meanwhile is not taken up once more.

    What is to be sent is due at once and has all its attempts again, unless its recipient is suppressed.
    """
    wanted = select(DELIVERIES.c.id, DELIVERIES.c.state).where(_is_chosen(choice), DELIVERIES.c.id > after)
    fresh: dict[str, object] = {"state": state, "changed_at": now, "worker": None, "due_at": 0}
    if state is DeliveryState.PENDING:
        wanted = wanted.where(~_is_suppressed())
        fresh["attempts"] = 0
    found = connection.execute(wanted.order_by(DELIVERIES.c.id).limit(limit).with_for_update()).all()
    ids = [number for number, _ in found]
    if found:
        connection.execute(update(DELIVERIES).where(DELIVERIES.c.id.in_(ids)).values(**fresh))
        connection.execute(
            insert(ATTEMPTS),
            [
                {"delivery": number, "at": now, "outcome": outcome, "reply": reply.format(before=before)}
                for number, before in found
            ],
        )
    return ids


def _is_chosen(choice: Choice) -> ColumnElement[bool]:
    chosen = (DELIVERIES.c.event_seq == choice.event_seq) & DELIVERIES.c.state.in_(choice.states)
    if choice.channel is not None:
        chosen &= DELIVERIES.c.channel == choice.channel
    return chosen if choice.recipients is None else chosen & DELIVERIES.c.recipient.in_(choice.recipients)


def _is_suppressed() -> ColumnElement[bool]:
    return exists(
        select(literal_column("1")).where(
            SUPPRESSIONS.c.channel == DELIVERIES.c.channel, SUPPRESSIONS.c.recipient == DELIVERIES.c.recipient
        )
    )
