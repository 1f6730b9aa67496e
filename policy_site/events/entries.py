"""Events become entries: each with all that is told of it, as it was known when it happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import accumulate
from types import MappingProxyType

from policy_site.events.knowledge import edition_known_at, shown_at, version_known_at
from policy_site.model import Event, EventKind, Fidelity, Policy, RenderedWords, Significance, Version, Words

_NEVER = datetime.max.replace(tzinfo=UTC)
_NO_WORDS: Mapping[Words, RenderedWords] = MappingProxyType({})
_MENDING = (EventKind.CORRECTED, EventKind.RESCHEDULED, EventKind.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event with all that forms say of it, as it was known when it happened."""

    event: Event
    policy: Policy
    version: Version
    compared_with: str | None
    """Label of the older version of its redline; ``None`` where one of the two texts is missing."""
    fidelities: Mapping[str, Fidelity]
    """By language: the authoritative one, and each in which readers had this policy or these words by then. A language
    that joins later is not there: it may change nothing that was told."""
    titles: Mapping[str, str]
    """The policy's title by language, from the newest text that readers of it had."""
    words: Mapping[str, RenderedWords]
    """By language, every language of the site; empty where nobody wrote any."""
    is_notice: bool
    """True for what must reach people: a significant version, what corrects it, its withdrawal."""
    compared_in: frozenset[str] = frozenset()
    """The languages in which both texts of its redline were there by then."""

    def language_of_page(self, locale: str) -> str:
        """Return the language in which readers of ``locale`` find the version's permanent page."""
        written = self.version.note.words if self.version.note else {}
        return locale if locale in self.version.editions or locale in written else self.policy.authoritative_locale

    def language_of_redline(self, locale: str) -> str:
        """Return the language in which readers of ``locale`` find its redline."""
        return locale if locale in self.compared_in else self.policy.authoritative_locale

    def words_in(self, locale: str) -> RenderedWords:
        """Return the words for readers of ``locale``; empty ones where nobody wrote any."""
        return self.words.get(locale) or RenderedWords(locale, self.policy.authoritative_locale)

    def title_in(self, locale: str) -> str:
        """Return the policy's title for readers of ``locale``."""
        return self.titles.get(locale) or self.titles.get(self.policy.authoritative_locale) or self.policy.id

    def digest_in(self, locale: str) -> str | None:
        """Return the SHA-256 of the text at the version's permanent address; ``None`` where it is missing."""
        edition = self.version.editions.get(locale) or self.version.editions.get(self.policy.authoritative_locale)
        return edition.digest if edition else None


def compose_entries(
    events: Sequence[Event],
    policies: Sequence[Policy],
    words: Mapping[tuple[str, str, str], RenderedWords],
    earlier_words: Mapping[Words, RenderedWords] = _NO_WORDS,
) -> tuple[Entry, ...]:
    """Put beside each event what was known when it happened, in the order of the change feed.

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
        older = compared_with(policy, version)
        key = (policy.id, version.label)
        is_notice = must_reach_people(event, version.significance, is_known=key in notified)
        if is_notice:
            notified.add(key)
        entries.append(
            Entry(
                event=event,
                policy=policy,
                version=version,
                compared_with=older,
                compared_in=_known_in_both(policy, version, older, event.occurred_at),
                fidelities=languages.fidelities(event, version),
                titles=languages.titles(version, event.occurred_at),
                words=_words_known(policy, version, rendered, locales),
                is_notice=is_notice,
            )
        )
    return tuple(entries)


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


def must_reach_people(event: Event, significance: Significance, *, is_known: bool) -> bool:
    """Say whether people are told of an event: a significant version, or what mends one they were told of."""
    if event.kind is EventKind.PUBLISHED:
        return significance is Significance.SIGNIFICANT
    return event.kind in _MENDING and (is_known or significance is Significance.SIGNIFICANT)


def compared_with(policy: Policy, version: Version) -> str | None:
    """Return the label of the older version of a version's redline; ``None`` where one of the texts is missing."""
    if version.previous is None or policy.authoritative_locale not in version.editions:
        return None
    return version.previous if policy.authoritative_locale in policy.version(version.previous).editions else None


def _known_in_both(policy: Policy, version: Version, older: str | None, at: datetime) -> frozenset[str]:
    if older is None:
        return frozenset()
    before = policy.version(older)
    return frozenset(
        locale
        for locale in version.editions
        if locale in before.editions
        and (locale == policy.authoritative_locale or shown_at(before, before.editions[locale]) <= at)
    )


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
