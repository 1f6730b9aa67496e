"""Addresses leave the ledger, and keyed digests take their place: evidence that speaks of nobody who does not ask.

Whoever holds the ledger and an address can tell whether it was told, and of what; nobody can read the address from it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite

from policy_site.notifier.ledger.notices import read_secret
from policy_site.notifier.ledger.tables import ATTEMPTS, DELIVERIES, ERASURES, EVENTS, SUPPRESSIONS, UNUSABLE_ROWS
from policy_site.notifier.model import DeliveryState, EventState

BEGINNING = "erased:"
"""Of what stands for an address."""
_IN_HAND = (DeliveryState.CLAIMED, DeliveryState.SENDING)
_UNFINISHED = (*_IN_HAND, DeliveryState.DOUBTFUL, DeliveryState.HELD)
_ENDED_BY_IT = (DeliveryState.PENDING, DeliveryState.DOUBTFUL, DeliveryState.HELD)
_CHUNK = 500
MessageName = Callable[[str, str, str], str | None]
"""Returns the Message-ID of an event, a channel and a recipient; ``None`` where the channel is no longer there."""


def digest_of_address(address: str, secret: bytes) -> str:
    """Return what stands for an address once it is erased."""
    return BEGINNING + hmac.digest(secret, f"erased\n{address}".encode(), hashlib.sha256).hex()


def is_in_hand(connection: Connection, addresses: Sequence[str]) -> bool:
    """Say whether a worker is about to send something to one of the addresses."""
    held = exists(
        select(literal_column("1")).where(DELIVERIES.c.recipient.in_(addresses), DELIVERIES.c.state.in_(_IN_HAND))
    )
    return bool(connection.execute(select(held)).scalar_one())


def erase_addresses(connection: Connection, addresses: Sequence[str], *, name_of: MessageName, at: int) -> int:
    """Put digests in place of addresses wherever they stand; return how many notices were theirs.

    What waited to be sent to them comes to an end.
    """
    secret = read_secret(connection)
    erased = 0
    for address in addresses:
        rows = _rows(connection, DELIVERIES.c.recipient == address)
        erased += _erase_rows(connection, rows, secret, name_of=name_of, at=at)
        digest = digest_of_address(address, secret)
        _erase_suppressions(connection, address, digest)
        said = UNUSABLE_ROWS.c.reason.icontains(address, autoescape=True)
        connection.execute(update(UNUSABLE_ROWS).where(said).values(reason="What stood here was erased."))
    return erased


def erase_batch(connection: Connection, event_seq: int, *, name_of: MessageName, at: int, limit: int) -> int:
    """Put digests in place of up to ``limit`` addresses of an event; return how many those were."""
    # endpoints of webhooks are nobody; what a worker has in hand is erased another time
    is_whole = DELIVERIES.c.recipient.like("%@%") & DELIVERIES.c.state.not_in(_IN_HAND)
    rows = _rows(connection, (DELIVERIES.c.event_seq == event_seq) & is_whole, limit=limit)
    return _erase_rows(connection, rows, read_secret(connection), name_of=name_of, at=at)


def _rows(connection: Connection, criterion: ColumnElement[bool], *, limit: int | None = None) -> Sequence[Any]:
    kept = DELIVERIES.c
    return connection.execute(
        select(kept.id, kept.recipient, kept.channel, kept.state, EVENTS.c.id)
        .join(EVENTS, EVENTS.c.seq == kept.event_seq)
        .where(criterion)
        .order_by(kept.id)
        .limit(limit)
        .with_for_update(of=DELIVERIES)
    ).all()


def _erase_rows(connection: Connection, rows: Sequence[Any], secret: bytes, *, name_of: MessageName, at: int) -> int:
    for number, address, channel, state, event_id in rows:
        digest = digest_of_address(address, secret)
        ended = {"state": DeliveryState.SUPPRESSED, "worker": None} if state in _ENDED_BY_IT else {}
        connection.execute(
            update(DELIVERIES)
            .where(DELIVERIES.c.id == number)
            .values(recipient=digest, written=None, name=None, account=None, time_zone=None, **ended)
        )
        _scrub_replies(connection, number, address)
        message_id = name_of(event_id, channel, address)
        said = f"The recipient was erased; Message-ID {message_id}." if message_id else "The recipient was erased."
        connection.execute(insert(ATTEMPTS).values(delivery=number, at=at, outcome="erased", reply=said))
    digests = sorted({digest_of_address(address, secret) for _, address, *_ in rows})
    if digests:
        make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        kept = make(ERASURES).values([{"digest": digest, "at": at} for digest in digests])
        connection.execute(kept.on_conflict_do_nothing())
    return len(rows)


def _scrub_replies(connection: Connection, delivery: int, address: str) -> None:
    """Take an address out of what servers said: ``550 <a@example.org>: no such user``."""
    said = connection.execute(select(ATTEMPTS.c.id, ATTEMPTS.c.reply).where(ATTEMPTS.c.delivery == delivery)).all()
    for number, reply in said:
        scrubbed = _scrubbed(reply, address)
        if scrubbed != reply:
            connection.execute(update(ATTEMPTS).where(ATTEMPTS.c.id == number).values(reply=scrubbed))


def _scrubbed(reply: str, address: str) -> str:
    local_part = address.rpartition("@")[0]
    without = re.sub(re.escape(address), "[erased]", reply, flags=re.IGNORECASE)
    # some servers name the mailbox alone; a local part of a letter or two would take words apart
    return re.sub(rf"(?<![\w.-]){re.escape(local_part)}(?![\w.-])", "[erased]", without, flags=re.IGNORECASE)


def _erase_suppressions(connection: Connection, address: str, digest: str) -> None:
    """Keep that an address is struck off, under its digest."""
    kept = SUPPRESSIONS.c
    for channel, reason in connection.execute(select(kept.channel, kept.reason).where(kept.recipient == address)).all():
        connection.execute(delete(SUPPRESSIONS).where(kept.channel == channel, kept.recipient == digest))
        moved = update(SUPPRESSIONS).where(kept.channel == channel, kept.recipient == address)
        connection.execute(moved.values(recipient=digest, reason=_scrubbed(reason, address)))


# --- whoever was erased is not told twice of the same ----------------------------------------------------------------


def digests_known(connection: Connection, addresses: Iterable[str]) -> Mapping[str, str]:
    """Return, by address, the digests of those that were erased before; without any erasure nothing is computed."""
    if connection.execute(select(ERASURES.c.digest).limit(1)).first() is None:
        return {}
    secret = read_secret(connection)
    by_digest = {digest_of_address(address, secret): address for address in addresses}
    found: dict[str, str] = {}
    for some in _parts(list(by_digest)):
        for digest in connection.execute(select(ERASURES.c.digest).where(ERASURES.c.digest.in_(some))).scalars():
            found[by_digest[digest]] = digest
    return found


def digests_planned(connection: Connection, event_seq: int, channel: str, digests: Sequence[str]) -> set[str]:
    """Return those of some digests under which a notice of an event stands on a channel."""
    found: set[str] = set()
    for some in _parts(digests):
        chosen = select(DELIVERIES.c.recipient).where(
            DELIVERIES.c.event_seq == event_seq, DELIVERIES.c.channel == channel, DELIVERIES.c.recipient.in_(some)
        )
        found.update(connection.execute(chosen).scalars())
    return found


def _parts(digests: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(digests), _CHUNK):
        yield digests[start : start + _CHUNK]


# --- what is too old -------------------------------------------------------------------------------------------------


def expired_events(connection: Connection, *, before: int) -> Sequence[int]:
    """Return the events that were read, or released, before an instant and whose recipients are not erased yet.

    Those of which something is under way, in doubt or held for a person are left out.
    """
    unfinished = exists(
        select(literal_column("1")).where(
            DELIVERIES.c.event_seq == EVENTS.c.seq, DELIVERIES.c.state.in_((*_UNFINISHED, DeliveryState.PENDING))
        )
    )
    chosen = select(EVENTS.c.seq).where(
        EVENTS.c.state.in_((EventState.OPEN, EventState.CLOSED)),
        EVENTS.c.erased_at.is_(None),
        func.coalesce(EVENTS.c.released_at, EVENTS.c.ingested_at) < before,
    )
    # of a closed event nothing that waits is sent any more
    chosen = chosen.where((EVENTS.c.state == EventState.CLOSED) | ~unfinished)
    return connection.execute(chosen.order_by(EVENTS.c.seq)).scalars().all()


def close_expired(connection: Connection, event_seq: int) -> None:
    """End an event of which nobody is told any more."""
    connection.execute(update(EVENTS).where(EVENTS.c.seq == event_seq).values(state=EventState.CLOSED))


def mark_erased(connection: Connection, event_seq: int, *, at: int) -> None:
    """Note that an event names nobody any more, rows of lists that could not be used included."""
    in_hand = select(DELIVERIES.c.id).where(DELIVERIES.c.event_seq == event_seq, DELIVERIES.c.state.in_(_IN_HAND))
    if connection.execute(in_hand.limit(1)).first():
        return
    rows = UNUSABLE_ROWS.c.event_seq == event_seq
    connection.execute(update(UNUSABLE_ROWS).where(rows).values(reason="What stood here was erased."))
    connection.execute(update(EVENTS).where(EVENTS.c.seq == event_seq).values(erased_at=at))
