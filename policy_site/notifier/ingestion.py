"""New events of the feed come into the ledger: all of them in one transaction, or none.

Nothing here asks a clock whether an event is due. The feed publishes an event when people may know of it
(publication is disclosure), so what is in the feed is due; a clock years behind holds nothing back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policy_site.errors import HeldError, UsageError
from policy_site.notifier.chain import Known
from policy_site.notifier.feed import FeedReading, read_feed
from policy_site.notifier.fetching import NO_VALIDATORS, Validators, feed_identity
from policy_site.notifier.journal import note
from policy_site.notifier.ledger import Connection, Ledger
from policy_site.notifier.ledger.events import (
    FeedPosition,
    close_event,
    decide_held,
    event_record,
    feed_position,
    held_events,
    known_events,
    lock_feed,
    record_events,
    record_position,
    seqs_in_state,
)
from policy_site.notifier.ledger.plans import PlannableEvent, plannable_events
from policy_site.notifier.model import EventState, FeedEvent
from policy_site.notifier.readable import oddity_of
from policy_site.notifier.settings import NotifierSettings

_WHOLE_SECONDS = 86_400
"""At least so often the feed is read without asking whether it changed."""
_PUBLISHED = "policy.version.published"
_MENDING = ("policy.version.corrected", "policy.version.rescheduled", "policy.version.withdrawn")


@dataclass(frozen=True, slots=True)
class Ingestion:
    """What became of one reading of the feed. Events are told by their numbers, oldest first."""

    head: int
    """The newest event in the ledger; 0: none."""
    new: tuple[int, ...] = ()
    """Taken in now."""
    notices: tuple[int, ...] = ()
    """Those of the new ones that people are told: their notices can be planned."""
    held: tuple[int, ...] = ()
    """All that wait for a person, the new ones among them."""
    is_baseline: bool = False
    """The first run: all that was there is past, and nobody is told."""


def ingest(ledger: Ledger, settings: NotifierSettings, *, follow: bool = False) -> Ingestion:
    """Read the feed and take in what is new.

    ``follow``: the feed has a new address; it is accepted if its events continue those of the old one. Raises what
    :func:`read_feed` raises, with the ledger as it was, and :class:`UsageError` for another feed than before.
    """
    found = _read(ledger, settings, follow=follow)
    with ledger.transaction() as connection:
        ingestion = _take_in(connection, ledger, settings, found)
    note("info", "feed.read", head=ingestion.head, new=len(ingestion.new), is_baseline=ingestion.is_baseline)
    for seq in ingestion.notices:
        note("info", "event.opened", seq=seq)
    for seq in set(ingestion.held) & set(ingestion.new):
        note("warning", "event.held", seq=seq)
    return ingestion


def foresee(
    ledger: Ledger, settings: NotifierSettings, *, follow: bool = False
) -> tuple[Ingestion, tuple[PlannableEvent, ...]]:
    """Return what :func:`ingest` would, and the events that would then be open or held; keep nothing of it."""
    found = _read(ledger, settings, follow=follow)
    with ledger.connect() as connection, ledger.transaction(connection):
        ingestion = _take_in(connection, ledger, settings, found)
        events = plannable_events(connection, EventState.OPEN, EventState.HELD)
        connection.rollback()
    return ingestion, events


@dataclass(frozen=True, slots=True)
class _Found:
    """What the feed said, and where the ledger stood before."""

    url: str
    position: FeedPosition | None
    reading: FeedReading | None
    """None: the feed is as it was."""


def _read(ledger: Ledger, settings: NotifierSettings, *, follow: bool) -> _Found:
    url = feed_identity(settings.feed)
    with ledger.transaction() as connection:
        position = feed_position(connection)
        events = known_events(connection)
        now = ledger.now(connection)
    if position and position.url != url and not follow:
        raise UsageError(
            f"The ledger follows {position.url}, not {url}.",
            remedy="If the feed moved, say so with --follow; another feed needs another ledger.",
        )
    # a host whose validators do not change when the feed does hides what is new for a day at most
    is_fresh = position is not None and 0 <= now - position.read_whole_at < _WHOLE_SECONDS
    asks_again = is_fresh and position is not None and position.url == url
    reading = read_feed(
        settings.feed,
        validators=Validators(position.etag, position.last_modified) if position and asks_again else NO_VALIDATORS,
        known=_known(ledger, position, events),
    )
    return _Found(url, position, reading)


def _take_in(connection: Connection, ledger: Ledger, settings: NotifierSettings, found: _Found) -> Ingestion:
    # Reading may take minutes, so nobody waits for it: what was read counts if the ledger still is as it was before.
    lock_feed(connection, ledger)
    before = feed_position(connection)
    if _mark(before) != _mark(found.position):
        return Ingestion(_head(before), held=seqs_in_state(connection, EventState.HELD))
    at = ledger.now(connection)
    events = found.reading.events if found.reading else ()
    if before is None:
        judged = _Judged({event.seq: EventState.PAST for event in events}, {})
    else:
        judged = _judge(connection, events, max_new=settings.max_new)
    states = judged.states
    after = _position_after(found.url, before, found.reading, at)
    record_events(connection, events, states, at, held_for=judged.held_for)
    record_position(connection, after, at)
    return Ingestion(
        head=after.head_seq,
        new=tuple(states),
        notices=tuple(seq for seq, state in states.items() if state is EventState.OPEN),
        held=seqs_in_state(connection, EventState.HELD),
        is_baseline=before is None,
    )


@dataclass(frozen=True, slots=True)
class _Judged:
    """What becomes of new events."""

    states: dict[int, EventState]
    held_for: dict[int, str]
    """Why single events are held."""


def _judge(connection: Connection, events: Sequence[FeedEvent], *, max_new: int) -> _Judged:
    records = {event.id: event.record for event in events}

    def recall(name: str) -> Mapping[str, Any] | None:
        return records.get(name) or event_record(connection, name=name)

    notices = {event.seq for event in events if must_reach_people(event, recall)}
    # while too many are held, what comes after them waits too: a correction must not arrive before what it corrects
    before = held_events(connection)
    is_held = len(notices) > max_new or any(not reason for reason in before.values())
    told = EventState.HELD if is_held else EventState.OPEN
    states = {event.seq: told if event.seq in notices else EventState.SILENT for event in events}
    held_for: dict[int, str] = {}
    waiting = {_subject(event_record(connection, seq=seq) or {}): seq for seq in before}
    for event in events:
        if event.seq not in notices:
            continue
        subject = _subject(event.record)
        oddity = oddity_of(event.record)
        if oddity:
            held_for[event.seq] = f"{oddity}; nobody can be told of it"
        elif subject in waiting:
            held_for[event.seq] = f"event {waiting[subject]} about the same version is held"
        if event.seq in held_for:
            states[event.seq] = EventState.HELD
            waiting[subject] = event.seq
    return _Judged(states, {} if is_held else held_for)


def _subject(record: Mapping[str, Any]) -> tuple[object, object]:
    return record.get("policy"), record.get("version")


def _position_after(url: str, before: FeedPosition | None, reading: FeedReading | None, at: int) -> FeedPosition:
    position = before or FeedPosition(url, 0, None, None, None)
    if reading is None:
        return position
    head = reading.events[-1] if reading.events else None
    return FeedPosition(
        url=url,
        head_seq=head.seq if head else position.head_seq,
        head_hash=head.hash if head else position.head_hash,
        etag=reading.validators.etag,
        last_modified=reading.validators.last_modified,
        read_whole_at=at,
    )


def _mark(position: FeedPosition | None) -> tuple[str, int] | None:
    return (position.url, position.head_seq) if position else None


def _head(position: FeedPosition | None) -> int:
    return position.head_seq if position else 0


def waiting_events(ledger: Ledger) -> tuple[PlannableEvent, ...]:
    """Return the events that are open or held."""
    with ledger.snapshot() as connection:
        return plannable_events(connection, EventState.OPEN, EventState.HELD)


def refuse_held(ledger: Ledger) -> None:
    """Raise :class:`HeldError` where events wait for a person."""
    with ledger.transaction() as connection:
        held = held_events(connection)
    if not held:
        return
    odd = [f"Event {seq} is held: {reason}." for seq, reason in held.items() if reason]
    many = [seq for seq, reason in held.items() if not reason]
    told = [*([f"{_listed(many)} held: more notices at once than `max_new` allows."] if many else []), *odd[:_NAMED]]
    raise HeldError(
        " ".join(told),
        remedy="`policy-site notify release` sends their notices, `policy-site notify rest` lets them be."
        if many
        else "`policy-site notify rest SEQ` lets it be; ask the publisher of the feed to mend it with a new event.",
    )


def release(ledger: Ledger, seqs: Sequence[int] | None = None) -> tuple[int, ...]:
    """Let held events, by default all, reach people; return their numbers.

    Raises :class:`UsageError` and changes nothing where one of ``seqs`` is not held, or an earlier one about the same
    version stays so: a correction must not arrive before what it corrects.
    """
    return _move_held(ledger, seqs, EventState.OPEN)


def rest(ledger: Ledger, seqs: Sequence[int] | None = None) -> tuple[int, ...]:
    """Let held events, by default all, be as if they had been there before the first run; return their numbers.

    Raises :class:`UsageError` and changes nothing where one of ``seqs`` is not held.
    """
    return _move_held(ledger, seqs, EventState.PAST)


def close(ledger: Ledger, seqs: Sequence[int]) -> tuple[int, ...]:
    """End open events: nobody is told of them who is not told yet. Return their numbers.

    Raises :class:`UsageError` and changes nothing where one of ``seqs`` is not open.
    """
    chosen = tuple(sorted(set(seqs)))
    with ledger.transaction() as connection:
        other = [seq for seq in chosen if not close_event(connection, seq)]
        if other:
            raise UsageError(
                f"Event {other[0]} is not open.", remedy="`policy-site notify status` lists those that are."
            )
    return chosen


def must_reach_people(event: FeedEvent, recall: Callable[[str], Mapping[str, Any] | None]) -> bool:
    """Say whether an event is a notice: a significant version, or what mends a notice.

    ``recall`` finds an earlier event by its id. The same rule as that of the feeds ``notices.atom``.
    """
    if event.type == _PUBLISHED:
        return event.significance == "significant"
    record: Mapping[str, Any] | None = event.record
    seq = event.seq + 1
    # an event mends an earlier one; numbers that do not fall would be a circle
    while record and record["seq"] < seq and record["type"] in _MENDING:
        if record["significance"] == "significant":
            return True
        seq = record["seq"]
        superseded = record.get("supersedes")
        record = recall(superseded) if superseded else None
    return bool(record and record["type"] == _PUBLISHED and record["significance"] == "significant")


def _known(ledger: Ledger, position: FeedPosition | None, events: Sequence[tuple[int, str, str]]) -> Known:
    def recall(seq: int) -> Mapping[str, Any] | None:
        with ledger.transaction() as connection:
            return event_record(connection, seq=seq)

    return Known(
        seq=position.head_seq if position else 0,
        hash=position.head_hash if position else None,
        hashes={seq: digest for seq, _, digest in events},
        seqs={name: seq for seq, name, _ in events},
        recall=recall,
    )


def _move_held(ledger: Ledger, seqs: Sequence[int] | None, new: EventState) -> tuple[int, ...]:
    with ledger.transaction() as connection:
        lock_feed(connection, ledger)  # what is taken in at this moment is held if anything is
        held = seqs_in_state(connection, EventState.HELD)
        chosen = held if seqs is None else tuple(sorted(set(seqs)))
        if new is EventState.OPEN:
            _refuse_unreadable(connection, chosen)
            _refuse_to_pass_over(connection, chosen, [seq for seq in held if seq not in chosen])
        now = ledger.now(connection)
        other = [seq for seq in chosen if not decide_held(connection, seq, new=new, at=now)]
        if other and seqs is not None:
            raise UsageError(
                f"Event {other[0]} is not held.", remedy="`policy-site notify status` lists those that are."
            )
    return tuple(seq for seq in chosen if seq not in other)


def _refuse_unreadable(connection: Connection, released: Sequence[int]) -> None:
    """Raise :class:`UsageError` where an event is to be released of which nobody can be told."""
    for seq in released:
        oddity = oddity_of(event_record(connection, seq=seq) or {})
        if oddity:
            raise UsageError(
                f"Nobody can be told of event {seq}: {oddity}.",
                remedy="Let it rest with `policy-site notify rest`, and release the others by their numbers.",
            )


def _refuse_to_pass_over(connection: Connection, released: Sequence[int], left: Sequence[int]) -> None:
    """Raise :class:`UsageError` where an event is to be released, and an earlier one about its version is not."""
    subjects = {}
    for seq in (*released, *left):
        record = event_record(connection, seq=seq) or {}
        subjects[seq] = (record.get("policy"), record.get("version"))
    for seq in released:
        for earlier in left:
            if earlier < seq and subjects[earlier] == subjects[seq]:
                raise UsageError(
                    f"Event {earlier} came before event {seq} about the same version, and is held as well.",
                    remedy="Release it with the other, or let it rest first.",
                )


def _listed(seqs: Sequence[int]) -> str:
    if len(seqs) == 1:
        return f"Event {seqs[0]} is"
    named = ", ".join(str(seq) for seq in seqs[:_NAMED])
    return f"Events {named}{' …' if len(seqs) > _NAMED else ''} are"


_NAMED = 20
"""Events that a message lists."""
