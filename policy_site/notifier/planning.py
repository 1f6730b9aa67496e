"""An event times an audience: one row for each recipient, under a unique key.

It may be killed anywhere. What a transaction wrote is there together with the cursor after it, so the next run goes
on; a list that was exchanged meanwhile is read from its beginning, for a second row for one recipient finds no place.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from policy_site.errors import UsageError
from policy_site.notifier.audience import Chunk, Listing, normal_address, open_listing
from policy_site.notifier.channels import kind_of
from policy_site.notifier.ledger import Ledger
from policy_site.notifier.ledger.plans import (
    OvertakenError,
    Pass,
    PlannableEvent,
    add_canaries,
    add_deliveries,
    add_unusable_rows,
    begin_pass,
    find_pass,
    mend_canary,
    move_pass,
    open_events,
    planning_alone,
)
from policy_site.notifier.ledger.reports import passes_of
from policy_site.notifier.model import Recipient
from policy_site.notifier.settings import NotifierSettings
from policy_site.notifier.settings_tables import Audience, ChannelSettings

_MOST_BEGINNINGS = 3


def plan_notices(
    ledger: Ledger,
    settings: NotifierSettings,
    *,
    progress: Callable[[Pass], None] | None = None,
    failed: Callable[[str, UsageError], None] | None = None,
    again: Collection[int] = (),
) -> tuple[Pass, ...]:
    """Plan the notices of every open event; tell ``progress`` how far a pass is, chunk by chunk.

    A list that was read to its end is read again where it had unusable rows and is another one by now, or for the
    events ``again``: then whoever joined it meanwhile is told too, and nobody twice.
    Returns the passes of open events as they stand now; one that another worker is at is not finished. What comes
    later for the same audience waits for it, lest it be planned before what came earlier.
    A list that cannot be read is told to ``failed``, with the audience's name, and does not keep the others; without
    it, it is raised as :class:`UsageError`. What was planned before stays.
    """
    tell, fail = progress or _tell_nobody, failed or _raise
    passes: list[Pass] = []
    left: set[str] = set()
    for event in open_events(ledger):
        concerned = [audience for audience in settings.audiences if follows(audience, event.policy)]
        _plan_canaries(ledger, event, concerned)
        for audience in concerned:
            if audience.name in left:
                if event.seq in again:
                    fail(audience.name, _not_now(event, audience))
                continue
            try:
                reached = _plan_audience(ledger, settings, event, audience, tell, is_again=event.seq in again)
            except UsageError as error:
                left.add(audience.name)
                fail(audience.name, error)
                continue
            if not reached.is_finished:
                left.add(audience.name)
            passes.append(reached)
    return tuple(passes)


def find_unplanned(ledger: Ledger, settings: NotifierSettings) -> tuple[tuple[int, str], ...]:
    """Return number and audience of each open event that is not planned to its end."""
    events = open_events(ledger)
    with ledger.snapshot() as connection:
        finished = {(reached.event_seq, reached.audience) for reached in passes_of(connection) if reached.is_finished}
    wanted = (
        (one.seq, audience.name) for one in events for audience in settings.audiences if follows(audience, one.policy)
    )
    return tuple(pair for pair in wanted if pair not in finished)


def follows(audience: Audience, policy: str) -> bool:
    """Say whether an audience is told of changes of a policy."""
    return audience.policies is None or policy in audience.policies


def _tell_nobody(_pass: Pass) -> None:
    """Nobody asked how far it is."""


def _raise(_audience: str, error: UsageError) -> None:
    raise error


def _plan_canaries(ledger: Ledger, event: PlannableEvent, audiences: Iterable[Audience]) -> None:
    """Put the canaries of all audiences in before anybody else, so that no worker overtakes them."""
    for audience in audiences:
        if not audience.canaries:
            continue
        # one after the other: two planners whose audiences stand in another order must not wait for each other
        with ledger.transaction() as connection:
            if find_pass(connection, event_seq=event.seq, audience=audience.name) is None:
                add_canaries(
                    connection,
                    canaries_of(audience),
                    event_seq=event.seq,
                    channel=audience.channel,
                    language=event.language,
                    now=ledger.now(connection),
                )


def canaries_of(audience: Audience) -> tuple[str, ...]:
    """Return the addresses of an audience that are told before all others."""
    return tuple(normal_address(address) for address in audience.canaries)


def _plan_audience(
    ledger: Ledger,
    settings: NotifierSettings,
    event: PlannableEvent,
    audience: Audience,
    tell: Callable[[Pass], None],
    *,
    is_again: bool,
) -> Pass:
    known = _standing(ledger, event, audience)
    if known and needs_nothing(known) and not is_again:
        return known
    with planning_alone(ledger, event_seq=event.seq, audience=audience.name) as is_alone:
        known = _standing(ledger, event, audience)
        if not is_alone and is_again:
            raise _not_now(event, audience)
        if not is_alone:  # finished or not, it is being read again
            known = known or Pass(event.seq, audience.name, "", None, 0, 0, is_finished=False)
            return replace(known, is_finished=False)
        if known and is_again and known.is_finished:
            _forget_pass(ledger, known)
        elif known and needs_nothing(known):
            return known
        endpoints = endpoints_of(settings.channels[audience.channel])
        if endpoints is not None:
            return _plan_endpoints(ledger, event, audience, endpoints)
        for _ in range(_MOST_BEGINNINGS):
            with open_listing(audience, policy=event.policy) as listing:
                reached = _plan_listing(ledger, event, audience, listing, tell)
            if reached is not None:
                return reached
    raise UsageError(
        f"The list of the audience {audience.name!r} changes while it is read.",
        remedy="Write a new file beside it and move it into its place; then run again.",
    )


def _not_now(event: PlannableEvent, audience: Audience) -> UsageError:
    return UsageError(
        f"Event {event.seq} cannot be planned again for the audience {audience.name!r} now: another process is at it,"
        " or an earlier event is not planned to its end.",
        remedy="Ask for it again later.",
    )


def needs_nothing(known: Pass) -> bool:
    """Say whether a list was read to its end and nobody in it was left out."""
    return known.is_finished and not known.unusable


def _forget_pass(ledger: Ledger, known: Pass) -> None:
    with ledger.transaction() as connection:
        begin_pass(connection, event_seq=known.event_seq, audience=known.audience, fingerprint=known.fingerprint)


def _plan_endpoints(
    ledger: Ledger, event: PlannableEvent, audience: Audience, endpoints: tuple[Recipient, ...]
) -> Pass:
    with ledger.transaction() as connection:
        begun = begin_pass(connection, event_seq=event.seq, audience=audience.name, fingerprint="endpoints")
        add_deliveries(connection, endpoints, event_seq=event.seq, channel=audience.channel, now=ledger.now(connection))
        finished = replace(begun, planned=len(endpoints), is_finished=True)
        move_pass(connection, begun, finished)
    return finished


def endpoints_of(channel: ChannelSettings) -> tuple[Recipient, ...] | None:
    """Return the recipients that a channel's settings name; ``None`` where audiences list them."""
    find = kind_of(channel).endpoints
    return find(channel) if find else None


def _plan_listing(
    ledger: Ledger, event: PlannableEvent, audience: Audience, listing: Listing, tell: Callable[[Pass], None]
) -> Pass | None:
    """Read a list to its end; None where it changed meanwhile, so that it is to be opened again."""
    reached = _begin_or_resume(ledger, event, audience, listing)
    while not reached.is_finished:
        chunk = listing.chunk_after(reached.cursor, language=event.language)
        if not listing.is_unchanged():
            return None
        try:
            reached = _plan_chunk(ledger, event, audience, chunk, reached)
        except OvertakenError:
            moved = _standing(ledger, event, audience)
            if not listing.is_unchanged():
                return None
            if moved is None or moved.fingerprint != listing.fingerprint:
                raise UsageError(
                    f"Another process plans another list as the audience {audience.name!r}.",
                    remedy="Give each list of a ledger a name of its own; if it was exchanged, run again.",
                ) from None
            reached = moved  # on from where the other is: as often as it happens, one of the two gets on
        tell(reached)
    return reached


def _begin_or_resume(ledger: Ledger, event: PlannableEvent, audience: Audience, listing: Listing) -> Pass:
    with ledger.transaction() as connection:
        known = find_pass(connection, event_seq=event.seq, audience=audience.name)
        if known is not None and known.fingerprint == listing.fingerprint:
            return known
        return begin_pass(connection, event_seq=event.seq, audience=audience.name, fingerprint=listing.fingerprint)


def _standing(ledger: Ledger, event: PlannableEvent, audience: Audience) -> Pass | None:
    with ledger.snapshot() as connection:
        return find_pass(connection, event_seq=event.seq, audience=audience.name)


def _plan_chunk(ledger: Ledger, event: PlannableEvent, audience: Audience, chunk: Chunk, before: Pass) -> Pass:
    """Write a chunk and the cursor after it; raise :class:`OvertakenError`, with nothing written, where another did."""
    after = replace(
        before,
        cursor=chunk.cursor,
        planned=before.planned + len(chunk.recipients),
        unusable=before.unusable + len(chunk.unusable),
        is_finished=chunk.is_last,
    )
    canaries = frozenset(canaries_of(audience))
    found = [recipient for recipient in chunk.recipients if recipient.address in canaries] if canaries else []
    seq, channel = event.seq, audience.channel
    with ledger.transaction() as connection:
        move_pass(connection, before, after)
        add_deliveries(connection, chunk.recipients, event_seq=seq, channel=channel, now=ledger.now(connection))
        for recipient in sorted(found, key=lambda canary: canary.address):
            mend_canary(connection, recipient, event_seq=seq, channel=channel)
        unusable = [(row.place, row.reason) for row in chunk.unusable]
        add_unusable_rows(connection, unusable, event_seq=seq, audience=audience.name)
    return after
