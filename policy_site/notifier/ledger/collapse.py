"""What a later event about a version makes untrue is not sent any more; and what a recipient was told before.

A correction, a new date or a withdrawal says what is true now, and how it came from what was said. So of several
notices that wait for one recipient only the last is sent; and a withdrawal goes to those alone who have, or may have,
what it withdraws. What was announced before the first run was told elsewhere: there a withdrawal goes to everybody.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Connection, FromClause, exists, func, insert, literal_column, select, update

from policy_site.notifier.ledger.due import subjects_of_events
from policy_site.notifier.ledger.tables import ATTEMPTS, DELIVERIES, EVENTS
from policy_site.notifier.model import Delivery, DeliveryState, EventState

_COLLAPSING = 7_061_024
"""Key of the lock under which one worker ends what is not true any more."""
_WITHDRAWN = "policy.version.withdrawn"
_MAY_HAVE_IT = (DeliveryState.SENT, DeliveryState.SENDING, DeliveryState.DOUBTFUL, DeliveryState.HELD)
_IN_HAND = (DeliveryState.CLAIMED,)
_LEFT = ("accepted", "doubtful", "settled")
"""Outcomes of attempts after which the recipient may have the notice, whatever became of the delivery since."""


@dataclass(frozen=True, slots=True)
class _Story:
    """The events about one version that people are told of, oldest first."""

    opened: tuple[int, ...]
    earlier: tuple[int, ...]
    """Open or closed: those whose notices were planned over this ledger."""
    is_withdrawn: bool
    """By the last of the open ones."""


def collapse(connection: Connection, channel: str, *, now: int, among: Sequence[int] | None = None) -> list[int]:
    """End the deliveries of a channel that wait and whose words are not true any more; return their ids.

    ``among``: those that a worker has claimed, by id; by default all that are pending.
    """
    if among is None and connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_COLLAPSING)))  # two that end the same wait for each other
    ended: list[int] = []
    for story in _stories(connection):
        last = story.opened[-1]
        for seq in story.opened:
            if seq != last:
                untrue = None if story.is_withdrawn else _has_row(story.opened[story.opened.index(seq) + 1 :])
                words = "withdraws the version" if story.is_withdrawn else "says what is true now"
                ended += _end(connection, channel, seq, untrue, f"Event {last} {words}.", now=now, among=among)
        planned = tuple(seq for seq in story.earlier if seq < last)
        if story.is_withdrawn and planned:
            never_told = ~_has_row(planned, states=(*_MAY_HAVE_IT, *_IN_HAND)) & ~_has_attempt(planned)
            reply = "The recipient was told nothing that is to be withdrawn."
            ended += _end(connection, channel, last, never_told, reply, now=now, among=among)
    return ended


def collapse_claims(connection: Connection, channel: str, claims: Sequence[Delivery], *, now: int) -> list[Delivery]:
    """Return those of a worker's claims whose words are still true, each with what its recipient was told before."""
    if not claims:
        return []
    stories = list(_stories(connection))
    concerned = {seq for story in stories for seq in story.opened}
    if not any(claim.event_seq in concerned for claim in claims):
        return list(claims)
    ended = set(collapse(connection, channel, now=now, among=[claim.id for claim in claims]))
    kept = [claim for claim in claims if claim.id not in ended]
    told: dict[tuple[int, str], int] = {}
    for story in stories:
        for seq in story.opened:
            before = tuple(other for other in story.earlier if other < seq)
            mine = [claim for claim in kept if claim.event_seq == seq]
            if before and mine:
                told |= {(seq, claim.recipient.address): 0 for claim in mine}
                addresses = [claim.recipient.address for claim in mine]
                told |= {(seq, who): last for who, last in _last_told(connection, channel, before, addresses)}
    return [replace(claim, told=told.get((claim.event_seq, claim.recipient.address))) for claim in kept]


def _last_told(
    connection: Connection, channel: str, seqs: Sequence[int], addresses: Sequence[str]
) -> Iterator[tuple[str, int]]:
    before = DELIVERIES.alias()
    had = before.c.state.in_(_MAY_HAVE_IT) | ((before.c.state != DeliveryState.BOUNCED) & _left(before))
    rows = connection.execute(
        select(before.c.recipient, before.c.event_seq)
        .where(before.c.event_seq.in_(seqs), before.c.channel == channel, before.c.recipient.in_(addresses), had)
        .order_by(before.c.event_seq)
    )
    for who, seq in rows:
        yield who, int(seq)


def _stories(connection: Connection) -> Iterator[_Story]:
    opened, closed = (subjects_of_events(connection, state) for state in (EventState.OPEN, EventState.CLOSED))
    by_subject: dict[tuple[str, str], list[int]] = {}
    for seq, subject in sorted((opened | closed).items()):
        by_subject.setdefault(subject, []).append(seq)
    for seqs in by_subject.values():
        told = tuple(seq for seq in seqs if seq in opened)
        if told and len(seqs) > 1:
            record = connection.execute(select(EVENTS.c.record).where(EVENTS.c.seq == told[-1])).scalar_one()
            yield _Story(told, tuple(seqs), is_withdrawn=json.loads(record)["type"] == _WITHDRAWN)


def _has_row(seqs: Sequence[int], *, states: Sequence[DeliveryState] | None = None) -> ColumnElement[bool]:
    other = DELIVERIES.alias()
    criteria = [
        other.c.event_seq.in_(seqs),
        other.c.channel == DELIVERIES.c.channel,
        other.c.recipient == DELIVERIES.c.recipient,
    ]
    if states is not None:
        criteria.append(other.c.state.in_(states))
    return exists(select(literal_column("1")).where(*criteria))


def _has_attempt(seqs: Sequence[int]) -> ColumnElement[bool]:
    other = DELIVERIES.alias()
    return exists(
        select(literal_column("1")).where(
            other.c.event_seq.in_(seqs),
            other.c.channel == DELIVERIES.c.channel,
            other.c.recipient == DELIVERIES.c.recipient,
            other.c.state != DeliveryState.BOUNCED,
            _left(other),
        )
    )


def _left(row: FromClause) -> ColumnElement[bool]:
    return exists(select(literal_column("1")).where(ATTEMPTS.c.delivery == row.c.id, ATTEMPTS.c.outcome.in_(_LEFT)))


def _end(
    connection: Connection,
    channel: str,
    seq: int,
    criterion: ColumnElement[bool] | None,
    reply: str,
    *,
    now: int,
    among: Sequence[int] | None,
) -> list[int]:
    statement = update(DELIVERIES).where(DELIVERIES.c.event_seq == seq, DELIVERIES.c.channel == channel)
    if among is None:
        statement = statement.where(DELIVERIES.c.state == DeliveryState.PENDING)
    else:
        statement = statement.where(DELIVERIES.c.id.in_(among), DELIVERIES.c.state == DeliveryState.CLAIMED)
    if criterion is not None:
        statement = statement.where(criterion)
    ended = statement.values(state=DeliveryState.SUPERSEDED, worker=None, changed_at=now).returning(DELIVERIES.c.id)
    ids = sorted(int(number) for number in connection.execute(ended).scalars())
    if ids:
        attempts = [{"delivery": number, "at": now, "outcome": "superseded", "reply": reply} for number in ids]
        connection.execute(insert(ATTEMPTS), attempts)
    return ids
