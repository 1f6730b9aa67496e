"""Deliveries: claimed, on record as being sent, and what became of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Text,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal_column,
    null,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from policy_site.notifier.ledger.collapse import collapse_claims
from policy_site.notifier.ledger.due import CLOCKS_DIFFER, due_deliveries
from policy_site.notifier.ledger.hot import HotStatement, pipelined
from policy_site.notifier.ledger.suppressions import suppressed
from policy_site.notifier.ledger.tables import ATTEMPTS, DELIVERIES, EVENTS, TAKEN, WORDINGS, WORKERS
from policy_site.notifier.ledger.workers import hold_worker
from policy_site.notifier.model import NOT_REACHED, Delivery, DeliveryState, EventState, Recipient, Wording


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a delivery after an attempt."""

    delivery: int
    state: DeliveryState
    attempts: int
    """Spent by now."""
    due_at: int
    outcome: str
    """Of the attempt, for the evidence; empty: nothing was tried, and nothing is kept of it."""
    reply: str
    wording: int | None
    first_at: int | None = None
    """When the delivery was first tried, where it was; what is on record stays."""


class LostClaimError(Exception):
    """The worker was buried, and others have what it had claimed."""


CLOCK_BEHIND = " [the clock stood before the attempt before]"
"""Ends the reply of an attempt whose instant is that of the one before it."""

_CLAIMED_COLUMNS = (
    DELIVERIES.c.id,
    DELIVERIES.c.event_seq,
    DELIVERIES.c.channel,
    DELIVERIES.c.recipient,
    DELIVERIES.c.language,
    DELIVERIES.c.accepted,
    DELIVERIES.c.attempts,
    DELIVERIES.c.first_at,
    DELIVERIES.c.name,
    DELIVERIES.c.account,
)


def claim(
    connection: Connection,
    *,
    worker: int,
    channel: str,
    now: int,
    limit: int,
    among: Sequence[int] | None = None,
    canary_pause: int = 0,
) -> list[Delivery]:
    """Take up to ``limit`` deliveries that are due, first tries before retries, in the order of the events.

    Until every canary of an event is sent, only canaries are taken; an address that was struck off never is.
    ``among``: only of these ids; ``canary_pause``: seconds for which the others wait when the canaries have it.
    """
    while True:
        # asked anew each time: whatever was open may be closed by now
        wanted = (
            due_deliveries(connection, channel, now=now, canary_pause=canary_pause)
            .limit(limit)
            .with_for_update(of=DELIVERIES, skip_locked=True)
        )
        if among is not None:
            wanted = wanted.where(DELIVERIES.c.id.in_(among))
        due = wanted.cte("due")  # run once: PostgreSQL could run a subquery for each row, and lock more than the limit
        rows = connection.execute(
            update(DELIVERIES)
            .where(DELIVERIES.c.id.in_(select(due.c.id)), DELIVERIES.c.state == DeliveryState.PENDING)
            .values(state=DeliveryState.CLAIMED, worker=worker, changed_at=now)
            .returning(*_CLAIMED_COLUMNS)
        )
        claims = sorted((_delivery(row) for row in rows), key=lambda delivery: (delivery.event_seq, delivery.id))
        kept = drop_unwanted(connection, channel, claims, now=now)
        if kept or not claims:  # where nothing is left of them, something else may be due
            return kept


def drop_unwanted(connection: Connection, channel: str, claims: Sequence[Delivery], *, now: int) -> list[Delivery]:
    """Return those of a worker's claims that are still to be sent.

    Those to addresses that were struck off come to an end, and those that a later event makes untrue; those of events
    that a person closed are given back.
    """
    claims = collapse_claims(connection, channel, claims, now=now)
    struck_off = suppressed(connection, channel, (delivery.recipient.address for delivery in claims))
    seqs = {delivery.event_seq for delivery in claims}
    is_open = EVENTS.c.state == EventState.OPEN
    opened = set(connection.scalars(select(EVENTS.c.seq).where(EVENTS.c.seq.in_(seqs), is_open)))
    kept: list[Delivery] = []
    lost: dict[DeliveryState, list[int]] = {DeliveryState.SUPPRESSED: [], DeliveryState.PENDING: []}
    for delivery in claims:
        if delivery.recipient.address in struck_off:
            lost[DeliveryState.SUPPRESSED].append(delivery.id)
        elif delivery.event_seq not in opened:
            lost[DeliveryState.PENDING].append(delivery.id)
        else:
            kept.append(delivery)
    for state, ids in lost.items():
        if ids:
            connection.execute(
                update(DELIVERIES).where(DELIVERIES.c.id.in_(ids)).values(state=state, worker=None, changed_at=now)
            )
    return kept


def claimed_by(connection: Connection, *, worker: int, channel: str, but: Collection[int]) -> list[Delivery]:
    """Return what a worker has claimed on a channel and not begun to send, but for these ids."""
    rows = connection.execute(
        select(*_CLAIMED_COLUMNS)
        .where(
            DELIVERIES.c.worker == worker,
            TAKEN,
            DELIVERIES.c.state == DeliveryState.CLAIMED,
            DELIVERIES.c.channel == channel,
        )
        .order_by(DELIVERIES.c.id)
    )
    return [_delivery(row) for row in rows if row.id not in but]


def _delivery(columns: Sequence[Any]) -> Delivery:
    number, event_seq, channel, address, language, accepted, attempts, first_at, name, account = columns
    recipient = Recipient(address, language, accepted, name or "", account or "")
    return Delivery(number, event_seq, channel, recipient, attempts, first_at)


def _moving(before: DeliveryState, after: DeliveryState, *names: str, **values: object) -> HotStatement:
    """Return what moves a worker's own deliveries from one state to another."""
    return HotStatement(
        update(DELIVERIES)
        .where(
            DELIVERIES.c.id == bindparam("number"),
            DELIVERIES.c.worker == bindparam("by"),
            DELIVERIES.c.state == before.value,
        )
        .values(state=after.value, **values),
        "number",
        "by",
        *names,
    )


_FIRST_AT = func.coalesce(DELIVERIES.c.first_at, bindparam("first", type_=BigInteger))
_BEGIN = _moving(DeliveryState.CLAIMED, DeliveryState.SENDING, "first", first_at=_FIRST_AT)
_WITHDRAW = _moving(DeliveryState.SENDING, DeliveryState.CLAIMED)
_FINISH = HotStatement(
    update(DELIVERIES)
    .where(DELIVERIES.c.id == bindparam("number"), DELIVERIES.c.worker == bindparam("by"))
    .values(
        state=bindparam("new_state"),
        attempts=bindparam("spent"),
        due_at=bindparam("due"),
        changed_at=bindparam("at"),
        first_at=_FIRST_AT,
        worker=null(),
    ),
    "number",
    "by",
    "new_state",
    "spent",
    "due",
    "at",
    "first",
)
_BEFORE = (
    select(func.max(ATTEMPTS.c.at))
    .where(ATTEMPTS.c.delivery == bindparam("number", type_=BigInteger))
    .scalar_subquery()
)
_AT, _SAID = bindparam("at", type_=BigInteger), bindparam("reply", type_=Text)
_ATTEMPT = HotStatement(
    insert(ATTEMPTS).values(
        delivery=bindparam("number", type_=BigInteger),
        # a clock that was set back must not date evidence before what came before it
        at=case((_BEFORE > _AT, _BEFORE), else_=_AT),
        outcome=bindparam("outcome"),
        reply=case((_BEFORE > _AT, _SAID + literal_column(f"'{CLOCK_BEHIND}'")), else_=_SAID),
        wording=bindparam("wording"),
        worker=bindparam("by"),
    ),
    "number",
    "at",
    "outcome",
    "reply",
    "wording",
    "by",
)


@dataclass(frozen=True, slots=True)
class Batch:
    """What a worker puts on record at once."""

    verdicts: Sequence[Verdict] = ()
    withdrawn: Sequence[int] = ()
    """Deliveries that the server has not taken, and about which there is no verdict yet."""
    beginnings: Sequence[tuple[int, int]] = ()
    """Deliveries whose last byte is about to leave, each with the instant of its first attempt."""


def record(connection: Connection, worker: int, batch: Batch, *, now: int) -> None:
    """Record what became of this worker's claims, each attempt as evidence, and whose last bytes are about to leave.

    Raises :class:`LostClaimError` where one of the deliveries is not this worker's any more.
    """
    verdicts, beginnings = batch.verdicts, batch.beginnings
    with pipelined(connection):
        hold_worker(connection, worker)
        finished = _FINISH.run(
            connection,
            [
                (
                    verdict.delivery,
                    worker,
                    verdict.state.value,
                    verdict.attempts,
                    verdict.due_at,
                    now,
                    verdict.first_at if verdict.outcome else None,
                )
                for verdict in verdicts
            ],
        )
        record_attempts(connection, [verdict for verdict in verdicts if verdict.outcome], worker=worker, now=now)
        _WITHDRAW.run(connection, [(number, worker) for number in batch.withdrawn])
        begun = _BEGIN.run(connection, [(number, worker, first_at) for number, first_at in beginnings])
    if (finished(), begun()) != (len(verdicts), len(beginnings)):
        raise LostClaimError


def is_recorded(connection: Connection, worker: int, batch: Batch) -> bool:
    """Say whether :func:`record` of the same was committed, where nobody heard of the end of its transaction.

    It waits for that transaction, should it still be under way. While the worker is entered, nobody but itself takes a
    delivery from it.
    """
    hold_worker(connection, worker)
    begun = [number for number, _ in batch.beginnings]
    ids = [*(verdict.delivery for verdict in batch.verdicts), *begun]
    rows = connection.execute(
        select(DELIVERIES.c.id, DELIVERIES.c.state, DELIVERIES.c.worker)
        .where(DELIVERIES.c.id.in_(ids))
        .with_for_update()
    )
    found = {row.id: (row.state, row.worker) for row in rows}
    is_alive = connection.execute(select(WORKERS.c.id).where(WORKERS.c.id == worker)).first() is not None
    return (
        is_alive
        and bool(ids)
        and all(found[verdict.delivery][1] != worker for verdict in batch.verdicts)
        and all(found[number] == (DeliveryState.SENDING, worker) for number in begun)
    )


def record_attempts(connection: Connection, verdicts: Sequence[Verdict], *, worker: int | None, now: int) -> None:
    """Keep attempts as evidence."""
    _ATTEMPT.run(
        connection,
        [(verdict.delivery, now, verdict.outcome, verdict.reply, verdict.wording, worker) for verdict in verdicts],
    )


def make_overdue(connection: Connection, channel: str, *, now: int, longest: int) -> None:
    """Make due what a clock that ran ahead put further into the future than any retry of the channel is put off."""
    connection.execute(
        update(DELIVERIES)
        .where(
            DELIVERIES.c.state == DeliveryState.PENDING,
            DELIVERIES.c.channel == channel,
            DELIVERIES.c.due_at > now + longest,
        )
        .values(due_at=now)
    )


def next_due(connection: Connection, channel: str) -> int | None:
    """Return when the next pending delivery of a channel is due; ``None`` where none is pending."""
    found = connection.execute(
        select(func.min(DELIVERIES.c.due_at))
        .join(EVENTS, EVENTS.c.seq == DELIVERIES.c.event_seq)
        .where(
            DELIVERIES.c.state == DeliveryState.PENDING,
            DELIVERIES.c.channel == channel,
            EVENTS.c.state == EventState.OPEN,
        )
    ).scalar()
    return None if found is None else int(found)


_WAITS = DELIVERIES.c.state.in_((DeliveryState.PENDING, DeliveryState.DOUBTFUL))


def waiting_since(connection: Connection, channel: str) -> int | None:
    """Return when the oldest event was read, or released, of which notices wait on a channel; ``None``: none waits."""
    waiting = exists(
        select(literal_column("1")).where(
            DELIVERIES.c.event_seq == EVENTS.c.seq,
            DELIVERIES.c.channel == channel,
            _WAITS,
        )
    )
    began = func.min(func.coalesce(EVENTS.c.released_at, EVENTS.c.ingested_at))
    found = connection.execute(select(began).where(EVENTS.c.state == EventState.OPEN, waiting)).scalar()
    return None if found is None else int(found)


def waiting_by_channel(connection: Connection) -> dict[str, int]:
    """Return :func:`waiting_since` of every channel on which something waits."""
    channels = connection.execute(select(DELIVERIES.c.channel).where(_WAITS).distinct()).scalars().all()
    found = {channel: waiting_since(connection, channel) for channel in sorted(channels)}
    return {channel: since for channel, since in found.items() if since is not None}


def count_in(connection: Connection, channel: str, *states: DeliveryState) -> int:
    """Return how many deliveries of open events are in one of the states on a channel."""
    counted = connection.execute(
        select(func.count())
        .select_from(DELIVERIES)
        .join(EVENTS, EVENTS.c.seq == DELIVERIES.c.event_seq)
        .where(DELIVERIES.c.channel == channel, DELIVERIES.c.state.in_(states), EVENTS.c.state == EventState.OPEN)
    )
    return int(counted.scalar_one())


def canaries_sent_at(connection: Connection, channel: str, *, now: int) -> int | None:
    """Return when the last canary of the open events had its notice; ``None`` while one has not, or there is none."""
    canaries = _canaries(connection, channel)
    if any(state not in (DeliveryState.SENT, DeliveryState.SUPERSEDED) for _, state, _ in canaries):
        return None
    return max((at for _, _, at in canaries if at <= now + CLOCKS_DIFFER), default=None)


def stuck_canaries(connection: Connection, channel: str) -> list[str]:
    """Return the canaries that came to an end without being sent: nobody else is served before a person looks."""
    ended = (*NOT_REACHED, DeliveryState.HELD)
    return [address for address, state, _ in _canaries(connection, channel) if state in ended]


def _canaries(connection: Connection, channel: str) -> Sequence[tuple[str, str, int]]:
    """Return address, state and last change of each canary of the open events, as they were planned."""
    rows = connection.execute(
        select(DELIVERIES.c.recipient, DELIVERIES.c.state, DELIVERIES.c.changed_at)
        .join(EVENTS, EVENTS.c.seq == DELIVERIES.c.event_seq)
        .where(DELIVERIES.c.rank == 0, DELIVERIES.c.channel == channel, EVENTS.c.state == EventState.OPEN)
        .order_by(DELIVERIES.c.id)
    )
    return [tuple(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A delivery of which nobody knows whether it arrived."""

    delivery: Delivery
    since: int
    event_id: str
    due_at: int
    """Before that it is not sent again."""
    is_open: bool
    """Of its event: of one that a person closed nothing is sent again."""


def list_doubts(connection: Connection, channel: str, *, before: int, limit: int = 1000) -> list[Doubt]:
    """Return doubtful deliveries of a channel that fell into doubt by ``before``; locked until the transaction ends."""
    rows = connection.execute(
        select(*_CLAIMED_COLUMNS, DELIVERIES.c.changed_at, EVENTS.c.id, DELIVERIES.c.due_at, EVENTS.c.state)
        .join(EVENTS, EVENTS.c.seq == DELIVERIES.c.event_seq)
        .where(
            DELIVERIES.c.channel == channel,
            DELIVERIES.c.state == DeliveryState.DOUBTFUL,
            DELIVERIES.c.changed_at <= before,
        )
        .order_by(DELIVERIES.c.id)
        .limit(limit)
        .with_for_update(of=DELIVERIES, skip_locked=True)
    )
    return [
        Doubt(_delivery(claimed), since, event_id, due_at, is_open=state == EventState.OPEN)
        for *claimed, since, event_id, due_at, state in rows
    ]


def mend_doubts(connection: Connection, *, now: int) -> None:
    """Let what a clock that ran ahead put into doubt in the future be in doubt from now on."""
    connection.execute(
        update(DELIVERIES)
        .where(DELIVERIES.c.state == DeliveryState.DOUBTFUL, DELIVERIES.c.changed_at > now + CLOCKS_DIFFER)
        .values(changed_at=now)
    )


def settle_doubts(connection: Connection, verdicts: Sequence[Verdict], *, now: int) -> None:
    """Record what was decided about doubtful deliveries."""
    for verdict in verdicts:
        connection.execute(
            update(DELIVERIES)
            .where(DELIVERIES.c.id == verdict.delivery, DELIVERIES.c.state == DeliveryState.DOUBTFUL)
            .values(state=verdict.state, due_at=verdict.due_at, attempts=verdict.attempts, changed_at=now)
        )
    record_attempts(connection, verdicts, worker=None, now=now)


def keep_wording(connection: Connection, wording: Wording) -> int:
    """Keep the words of an event in a language as evidence; return the number under which attempts name them."""
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(
        make(WORDINGS)
        .values(
            event_seq=wording.event_seq,
            channel=wording.channel,
            language=wording.language,
            accepted=wording.accepted,
            digest=wording.digest,
            subject=wording.subject,
            text=wording.text,
            html=wording.html,
        )
        .on_conflict_do_nothing()
    )
    found = connection.execute(
        select(WORDINGS.c.id).where(
            WORDINGS.c.event_seq == wording.event_seq,
            WORDINGS.c.channel == wording.channel,
            WORDINGS.c.digest == wording.digest,
        )
    )
    return int(found.scalar_one())
