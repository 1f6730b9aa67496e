"""Whether a run of events continues what was read before. Pure: events in, the new ones out, or an error that says why.

What nobody can see from the feed alone: that events nobody has read yet were rewritten together with all hashes after
them. Everything else shows: an edit, a gap, a repetition, another order, a ledger that is shorter than before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from policy_site.errors import FeedConflictError, FeedRolledBackError
from policy_site.events.canonical import event_hash
from policy_site.events.divergence import find_divergences, show_divergence
from policy_site.notifier.model import FeedEvent

_ASK = "Nothing was changed. Ask the publisher; the feed must continue as it was before notices go on."


@dataclass(frozen=True, slots=True)
class Known:
    """What was read on earlier runs."""

    seq: int = 0
    """Of the newest event; 0 before the first."""
    hash: str | None = None
    """Of the newest event."""
    hashes: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    """Of every event, by number."""
    seqs: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Number of every event, by id."""
    recall: Callable[[int], Mapping[str, Any] | None] = lambda _: None
    """Fetches an event as it was read, to tell what differs."""


NOTHING_KNOWN = Known()


def new_events(events: Sequence[FeedEvent], head: tuple[int, str] | None, known: Known) -> tuple[FeedEvent, ...]:
    """Return the events of a feed that follow what is known, all of them verified.

    ``events``: oldest first, from the first unknown one or earlier; ``head``: number and hash of what the feed names as
    its newest. Raises :class:`FeedConflictError` or :class:`FeedRolledBackError`.
    """
    _check_hashes(events)
    _check_chain(events)
    _check_ids(events, known)
    _check_head(events, head)
    for event in events:
        if known.hashes.get(event.seq, event.hash) != event.hash:
            raise _rewritten(event, known)
    last = events[-1].seq if events else 0
    if last < known.seq:
        raise FeedRolledBackError(
            f"The feed ends with event {last}; event {known.seq} was read before."
            if events
            else f"The feed is empty; event {known.seq} was read before.",
            remedy="If a cache gave an older copy, run again later; else the publisher must restore the ledger.",
        )
    if events:
        _check_beginning(events[0], known)
    return tuple(event for event in events if event.seq > known.seq)


def _check_hashes(events: Sequence[FeedEvent]) -> None:
    for event in events:
        try:
            found = event_hash(event.record)
        except (ValueError, RecursionError) as error:
            reason = "it holds half of a character" if isinstance(error, UnicodeError) else str(error).rstrip(".")
            raise FeedConflictError(f"{_name(event)} has no canonical form: {reason[:300]}.", remedy=_ASK) from None
        if found != event.hash:
            raise FeedConflictError(
                f"{_name(event)} was edited: it names the hash {event.hash}, and has {found}.", remedy=_ASK
            )


def _check_chain(events: Sequence[FeedEvent]) -> None:
    for before, after in pairwise(events):
        if after.seq != before.seq + 1:
            raise FeedConflictError(
                f"{_name(after)} follows event {before.seq}: {_between(before.seq, after.seq)}.", remedy=_ASK
            )
        if after.prev != before.hash:
            raise FeedConflictError(
                f"{_name(after)} names {after.prev} as the hash of the event before it, which has {before.hash}.",
                remedy=_ASK,
            )


def _between(before: int, after: int) -> str:
    if after <= before:
        return "they are out of order, or one is repeated"
    return _missing(before + 1, after - 1)


def _missing(first: int, last: int) -> str:
    return f"event {first} is missing" if first == last else f"events {first} to {last} are missing"


def _check_ids(events: Sequence[FeedEvent], known: Known) -> None:
    seen: dict[str, int] = {}
    for event in events:
        other = seen.setdefault(event.id, known.seqs.get(event.id, event.seq))
        if other != event.seq:
            raise FeedConflictError(f"{_name(event)} has the id of event {other}; ids are never reused.", remedy=_ASK)


def _check_head(events: Sequence[FeedEvent], head: tuple[int, str] | None) -> None:
    last = (events[-1].seq, events[-1].hash) if events else None
    if head != last:
        named = f"event {head[0]} ({head[1]})" if head else "no event"
        found = f"event {last[0]} ({last[1]})" if last else "none"
        raise FeedConflictError(f"The feed names {named} as its newest, and its last one is {found}.", remedy=_ASK)


def _check_beginning(first: FeedEvent, known: Known) -> None:
    if first.seq > known.seq + 1:
        missing = _missing(known.seq + 1, first.seq - 1)
        raise FeedConflictError(
            f"{_name(first)} is the oldest that the feed and its archive hold: {missing}.", remedy=_ASK
        )
    if first.seq == known.seq + 1 and first.prev != known.hash:
        raise FeedConflictError(
            f"{_name(first)} names {first.prev} as the hash of the event before it; that was {known.hash} when it was "
            "read."
            if known.seq
            else f"{_name(first)} is the first and names an event before it.",
            remedy=_ASK,
        )


def _rewritten(event: FeedEvent, known: Known) -> FeedConflictError:
    before = known.recall(event.seq)
    if before is None:
        difference = f"its hash is {event.hash}, it was {known.hashes[event.seq]}"
    else:
        difference = _difference(before, event.record)
    return FeedConflictError(f"{_name(event)} was rewritten since it was read: {difference}.", remedy=_ASK)


def _difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    found = list(find_divergences(before, after))
    told = [divergence for divergence in found if divergence.path != "hash"][:_MOST] or found
    shown = [(divergence.path[:_LONGEST], *show_divergence(divergence)) for divergence in told]
    return "; ".join(f"{path} is {now}, it was {then}" for path, then, now in shown)


_MOST = 3
"""Members that a message tells of."""
_LONGEST = 200
"""Characters of the name of one."""


def _name(event: FeedEvent) -> str:
    return f"Event {event.seq} ({event.id[:200]})"
