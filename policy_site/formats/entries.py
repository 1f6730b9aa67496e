"""Events become entries, and entries become feeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import accumulate
from types import MappingProxyType

from policy_site.events.knowledge import edition_known_at, shown_at, state_known_at, version_known_at
from policy_site.formats.values import Entry, Feed, Item, Phrases, Scope
from policy_site.model import Event, EventKind, Fidelity, Policy, RenderedWords, Significance, Version, Words

_NEVER = datetime.max.replace(tzinfo=UTC)
_BEFORE_ANY_EVENT = datetime(1970, 1, 1, tzinfo=UTC)
_NO_WORDS: Mapping[Words, RenderedWords] = MappingProxyType({})
FEED_PAGE = 50
"""Entries in an archive document of a feed for people. Frozen: another number would change what is published."""
_MENDING = (EventKind.CORRECTED, EventKind.RESCHEDULED, EventKind.WITHDRAWN)


def compose_entries(
    events: Sequence[Event],
    policies: Sequence[Policy],
    words: Mapping[tuple[str, str, str], RenderedWords],
    earlier_words: Mapping[Words, RenderedWords] = _NO_WORDS,
) -> tuple[Entry, ...]:
    """Put beside each event what was known when it happened, in the order of the ledger.

    ``words``: as they are now, by policy, version and language; those that came after an event are not in its entry.
    ``earlier_words``: those of notes that were corrected since, by what was written; where they are not given, an event
    before the correction gets the corrected ones.
    """
    spoken = {policy.id: _Languages(policy) for policy in policies}
    locales = tuple(dict.fromkeys(locale for _, _, locale in words))
    rendered = _Rendered(policies, words, earlier_words)
    notified: set[tuple[str, str]] = set()
    entries: list[Entry] = []
    for event in events:
        languages = spoken[event.policy]
        policy = languages.policy
        version = version_known_at(policy, policy.versions[languages.places[event.version]], event.occurred_at)
        key = (policy.id, version.label)
        is_notice = _must_reach_people(event, version.significance, is_known=key in notified)
        if is_notice:
            notified.add(key)
        entries.append(
            Entry(
                event=event,
                policy=policy,
                version=version,
                compared_with=compared_with(policy, version),
                fidelities=languages.fidelities(event, version),
                titles=languages.titles(version, event.occurred_at),
                words=_words_known(policy, version, rendered, locales),
                is_notice=is_notice,
            )
        )
    return tuple(entries)


def count_archives(events: Sequence[Event], policies: Sequence[Policy], *, policy: str | None, scope: Scope) -> int:
    """Return how many archive documents a feed has, without composing it."""
    mine = [event for event in events if policy in (None, event.policy)]
    if scope is Scope.CHANGES or _archives(len(mine)) == 0:
        return _archives(len(mine))
    versions = {(work.id, version.label): version for work in policies for version in work.versions}
    notified: set[tuple[str, str]] = set()
    count = 0
    for event in mine:
        key = (event.policy, event.version)
        significance = state_known_at(versions[key], event.occurred_at).significance
        if _must_reach_people(event, significance, is_known=key in notified):
            notified.add(key)
            count += 1
    return _archives(count)


def _archives(entries: int) -> int:
    """Return how many full pages lie before the newest full one, which stays in the document people subscribe to."""
    return max(entries // FEED_PAGE - 1, 0)


def compose_feed(
    entries: Sequence[Entry],
    *,
    locale: str,
    locales: tuple[str, ...],
    policy: str | None,
    scope: Scope,
    title: Callable[[Entry | None], str],
    publisher: str,
    stem: str,
    phrases: Phrases,
    headline: Callable[[Entry], str],
    lead: Callable[[Entry], str] = lambda _: "",
    hubs: tuple[str, ...] = (),
    archive: int | None = None,
) -> Feed:
    """Compose one document of a feed for people from the entries of the whole ledger.

    ``archive``: the number of an archive document, 1 for the oldest; ``None`` for the one that people subscribe to,
    which holds the newest full page and what followed it. ``title`` is asked with the newest entry of an archive
    document, whose title is that of its time, and with ``None`` otherwise. ``stem`` begins the feed's id:
    ``tag:example.org,2026:``.
    """
    mine = [entry for entry in entries if policy in (None, entry.policy.id)]
    every = [entry for entry in mine if scope is Scope.CHANGES or entry.is_notice]
    archives = _archives(len(every))
    first = (archives if archive is None else archive - 1) * FEED_PAGE
    told = every[first : None if archive is None else first + FEED_PAGE][::-1]
    newest = told[0] if told else next(iter(mine), None)
    return Feed(
        id=f"{stem}feed/{policy or ''}/{locale}/{scope}" if policy else f"{stem}feed/{locale}/{scope}",
        locale=locale,
        policy=policy,
        scope=scope,
        title=title(told[0] if archive is not None else None),
        publisher=publisher,
        updated=newest.event.occurred_at if newest else _BEFORE_ANY_EVENT,
        items=tuple(Item(entry, headline(entry), lead(entry)) for entry in told),
        locales=locales,
        phrases=phrases,
        hubs=hubs if archive is None else (),
        archive=archive,
        archive_before=(archives if archive is None else archive - 1) or None,
    )


class _Languages:
    """Knows from when on readers of a language had a text of one policy."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.places = {version.label: place for place, version in enumerate(policy.versions)}
        locales = sorted({locale for version in policy.versions for locale in version.editions})
        self._first_shown = {
            locale: list(accumulate((_shown(version, locale) for version in policy.versions), min))
            for locale in locales
            if locale != policy.authoritative_locale
        }
        """By language and place: when the first text of this version or one before it was shown."""

    def fidelities(self, event: Event, version: Version) -> Mapping[str, Fidelity]:
        """Say how what readers of each language had at an event stood to the authoritative text."""
        place, at = self.places[event.version], event.occurred_at
        found = {self.policy.authoritative_locale: Fidelity.AUTHORITATIVE}
        if event.locale:
            return MappingProxyType({**found, event.locale: Fidelity.FAITHFUL})
        written = version.note.words if version.note else {}
        for locale in sorted({*self._first_shown, *written} - set(found)):
            shown = self._first_shown.get(locale)
            if locale in version.editions:
                found[locale] = Fidelity.FAITHFUL
            elif shown and shown[place] <= at:
                found[locale] = Fidelity.BEHIND
            elif locale in written or (shown and shown[-1] <= at):
                found[locale] = Fidelity.MISSING
        return MappingProxyType(found)

    def titles(self, version: Version, at: datetime) -> Mapping[str, str]:
        """Return the title of the newest text, up to ``version``, that readers of each language had."""
        place = self.places[version.label]
        found = {locale: edition.title for locale, edition in version.editions.items() if edition.title}
        for locale, first_shown in self._first_shown.items():
            if locale in found or first_shown[place] > at:
                continue
            for earlier in reversed(self.policy.versions[:place]):
                edition = earlier.editions.get(locale)
                if edition and shown_at(earlier, edition) <= at:
                    found[locale] = edition_known_at(edition, at).title
                    break
        return MappingProxyType(found)


class _Rendered:
    """Finds the rendered form of what a release note said."""

    def __init__(
        self,
        policies: Sequence[Policy],
        words: Mapping[tuple[str, str, str], RenderedWords],
        earlier_words: Mapping[Words, RenderedWords],
    ) -> None:
        self._words, self._earlier = words, earlier_words
        self._notes = {(policy.id, version.label): version.note for policy in policies for version in policy.versions}

    def find(self, version: Version, locale: str) -> RenderedWords | None:
        """Return the words of ``version``, as it is given, in ``locale``; ``None`` where nobody wrote any."""
        said = version.note.words.get(locale) if version.note else None
        if said is None:
            return None
        note = self._notes[version.policy, version.label]
        now = self._words.get((version.policy, version.label, locale))
        return now if note and note.words.get(locale) == said else self._earlier.get(said, now)


def _shown(version: Version, locale: str) -> datetime:
    edition = version.editions.get(locale)
    return shown_at(version, edition) if edition else _NEVER


def _must_reach_people(event: Event, significance: Significance, *, is_known: bool) -> bool:
    if event.kind is EventKind.PUBLISHED:
        return significance is Significance.SIGNIFICANT
    return event.kind in _MENDING and (is_known or significance is Significance.SIGNIFICANT)


def compared_with(policy: Policy, version: Version) -> str | None:
    """Return the label of the older version of a version's redline; ``None`` where one of the texts is missing."""
    if version.previous is None or policy.authoritative_locale not in version.editions:
        return None
    return version.previous if policy.authoritative_locale in policy.version(version.previous).editions else None


def _words_known(
    policy: Policy, version: Version, rendered: _Rendered, locales: Sequence[str]
) -> Mapping[str, RenderedWords]:
    """Take the words that were there; for each other language those in the authoritative one."""
    written = version.note.words if version.note else {}
    known: dict[str, RenderedWords] = {}
    for locale in locales:
        found = rendered.find(version, locale if locale in written else policy.authoritative_locale)
        if found:
            known[locale] = replace(found, locale=locale)
    return MappingProxyType(known)
