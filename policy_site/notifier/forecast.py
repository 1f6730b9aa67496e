"""What a run would do, and what people would get: all of it is done, and nothing of it is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from policy_site.notifier.audience import Chunk, open_listing
from policy_site.notifier.ledger import Ledger
from policy_site.notifier.ledger.plans import Pass, PlannableEvent, count_undecided, find_pass
from policy_site.notifier.ledger.replays import unknown_recipients
from policy_site.notifier.ledger.suppressions import suppressed
from policy_site.notifier.model import EventState, Recipient
from policy_site.notifier.planning import canaries_of, endpoints_of, follows, needs_nothing
from policy_site.notifier.settings import NotifierSettings
from policy_site.notifier.settings_tables import Audience


@dataclass(frozen=True, slots=True)
class Forecast:
    """Who would be told of an event over a channel."""

    event_seq: int
    state: EventState
    """HELD: only if a person releases it."""
    channel: str
    languages: Mapping[str, int]
    """Recipients who would be sent it, by language, most first."""
    suppressed: int
    """Recipients who would not, for their addresses are struck off."""
    unusable: int
    """Rows of lists that name nobody."""

    @property
    def is_empty(self) -> bool:
        """True where nothing would happen."""
        return not (self.languages or self.suppressed or self.unusable)


def forecast_notices(
    ledger: Ledger, settings: NotifierSettings, events: Sequence[PlannableEvent]
) -> Iterator[Forecast]:
    """Yield what would happen for each event and channel.

    What is planned is counted in the ledger; what is not, in the lists. Raises :class:`UsageError` for a list that
    cannot be read.
    """
    for event in events:
        for channel in settings.channels:
            audiences = [one for one in settings.audiences if one.channel == channel and follows(one, event.policy)]
            forecast = _forecast(ledger, settings, event, channel, audiences)
            if not forecast.is_empty:
                yield forecast


def _forecast(
    ledger: Ledger, settings: NotifierSettings, event: PlannableEvent, channel: str, audiences: Sequence[Audience]
) -> Forecast:
    with ledger.snapshot() as connection:
        languages = Counter(count_undecided(connection, event.seq, channel))
        passes = {one.name: find_pass(connection, event_seq=event.seq, audience=one.name) for one in audiences}
    struck_off = unusable = 0
    seen: set[str] = set()
    for audience in audiences:
        known = passes[audience.name]
        if known and needs_nothing(known):
            continue
        for chunk in _chunks(settings, audience, event, known):
            fresh = {one.address: one for one in reversed(chunk.recipients) if one.address not in seen}
            seen.update(fresh)
            with ledger.snapshot() as connection:
                new = unknown_recipients(connection, event.seq, list(fresh), channel=channel)
                off = suppressed(connection, channel, new)
            languages.update(fresh[address].language for address in new if address not in off)
            struck_off += len(off)
            unusable += len(chunk.unusable)
    ordered = dict(sorted(languages.items(), key=lambda counted: (-counted[1], counted[0])))
    return Forecast(event.seq, event.state, channel, ordered, struck_off, unusable)


def _chunks(
    settings: NotifierSettings, audience: Audience, event: PlannableEvent, known: Pass | None
) -> Iterator[Chunk]:
    """Yield what of a list planning would still read."""
    endpoints = endpoints_of(settings.channels[audience.channel])
    if endpoints is not None:
        yield Chunk(endpoints, (), cursor="", is_last=True)
        return
    canaries = frozenset() if known else frozenset(canaries_of(audience))
    with open_listing(audience, policy=event.policy) as listing:
        cursor = None
        if known and known.fingerprint == listing.fingerprint:
            if known.is_finished:
                return
            cursor = known.cursor
        while True:
            chunk = listing.chunk_after(cursor, language=event.language)
            canaries -= {one.address for one in chunk.recipients}
            yield chunk
            if chunk.is_last:
                break
            cursor = chunk.cursor
    # those that stand in no list have no language of their own
    yield Chunk(tuple(Recipient(address, event.language) for address in sorted(canaries)), (), cursor="", is_last=True)
