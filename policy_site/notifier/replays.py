"""A person takes deliveries up again that came to an end, or decides about those in doubt."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from policy_site.errors import UsageError
from policy_site.notifier.audience import normal_address
from policy_site.notifier.ledger import Connection, Ledger
from policy_site.notifier.ledger.replays import Choice, count_suppressed, take_up, unknown_recipients
from policy_site.notifier.ledger.reports import KnownEvent, find_event
from policy_site.notifier.model import NOT_REACHED, DeliveryState, EventState

REPLAYABLE = frozenset({*NOT_REACHED, DeliveryState.HELD})
"""What is sent again without more ado; of the suppressed only those who are not any more."""
_REMEDIES = {EventState.HELD: "Release it first."}
_ROWS = 1_000
"""Deliveries in one transaction, and addresses in one question."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of it."""

    moved: int
    suppressed: int = 0
    """Left alone, for nothing may be sent to them."""


def replay(
    ledger: Ledger,
    reference: str,
    *,
    states: Collection[DeliveryState] = REPLAYABLE,
    recipients: Sequence[str] | None = None,
    is_sent_too: bool = False,
    channel: str | None = None,
) -> Replayed:
    """Send an event again to those who were not reached, or to ``recipients`` alone.

    One who was sent it is sent it again, under the same Message-ID, only with ``is_sent_too`` and by name.
    Raises :class:`UsageError` for an event that is not open, a state that is not replayed and a recipient nobody knows.
    """
    if is_sent_too and recipients is None:
        raise UsageError(
            "What was sent is not sent again to everybody.", remedy="Name the recipients who are to have it twice."
        )
    refused = sorted(state.value for state in frozenset(states) - REPLAYABLE)
    if refused:
        allowed = ", ".join(sorted(state.value for state in REPLAYABLE))
        raise UsageError(f"What is {refused[0]} is not replayed.", remedy=f"Name one of these states: {allowed}.")
    chosen = {*states, DeliveryState.SENT} if is_sent_too else set(states)
    return _take_up(
        ledger,
        _choices(ledger, reference, chosen, recipients, must_be_open=True, channel=channel),
        state=DeliveryState.PENDING,
        outcome="replayed",
        reply="By a person: to be sent again; it was {before}.",
    )


def find_open_event(ledger: Ledger, reference: str) -> int:
    """Return the number of an open event, named by number or id; raise :class:`UsageError` where it is not open."""
    with ledger.transaction() as connection:
        return _open_event(connection, reference).seq


def decide(ledger: Ledger, reference: str, *, is_sent: bool, recipients: Sequence[str] | None = None) -> Replayed:
    """Decide about deliveries that are held because nobody knows whether they arrived: sent, or to be sent again."""
    return _take_up(
        ledger,
        _choices(ledger, reference, {DeliveryState.HELD}, recipients, must_be_open=not is_sent),
        state=DeliveryState.SENT if is_sent else DeliveryState.PENDING,
        outcome="decided",
        reply=f"By a person: {'counts as sent' if is_sent else 'to be sent again'}; it was {{before}}.",
    )


def _choices(
    ledger: Ledger,
    reference: str,
    states: Collection[DeliveryState],
    recipients: Sequence[str] | None,
    *,
    must_be_open: bool,
    channel: str | None = None,
) -> list[Choice]:
    """Return what is meant, in questions of a size the database takes; nothing is moved before all are known."""
    named = None if recipients is None else list(dict.fromkeys(normal_address(name.strip()) for name in recipients))
    with ledger.transaction() as connection:
        event = _open_event(connection, reference) if must_be_open else find_event(connection, reference)
        choice = Choice(event.seq, states, None, channel)
        if named is None:
            return [choice]
        for some in _parts(named):
            unknown = unknown_recipients(connection, event.seq, some, channel=channel)
            if unknown:
                raise UsageError(
                    f"The event {event.seq} has no delivery to {unknown[0][:300]!r}.",
                    remedy="Correct the address; `policy-site notify report` lists all recipients.",
                )
    return [replace(choice, recipients=some) for some in _parts(named)]


def _open_event(connection: Connection, reference: str) -> KnownEvent:
    event = find_event(connection, reference)
    if event.state is not EventState.OPEN:
        raise UsageError(
            f"The event {event.seq} is {event.state.value}: nothing of it is sent.",
            remedy=_REMEDIES.get(event.state, "It stays so."),
        )
    return event


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), _ROWS):
        yield names[start : start + _ROWS]


def _take_up(ledger: Ledger, choices: Sequence[Choice], *, state: DeliveryState, outcome: str, reply: str) -> Replayed:
    moved = suppressed = 0
    for choice in choices:
        after, is_more = 0, True
        while is_more:
            with ledger.transaction() as connection:
                now = ledger.now(connection)
                taken = take_up(
                    connection, choice, after=after, state=state, outcome=outcome, reply=reply, now=now, limit=_ROWS
                )
                is_more = len(taken) == _ROWS
                if not is_more and state is DeliveryState.PENDING:
                    suppressed += count_suppressed(connection, choice)
            moved += len(taken)
            after = taken[-1] if taken else after
    return Replayed(moved, suppressed)
