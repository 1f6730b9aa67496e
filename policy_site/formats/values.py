"""What every form is written from: finished values, and where the site puts things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from policy_site.model import Document, Edition, Event, Fidelity, Policy, RenderedWords, Version


class Links(Protocol):
    """Addresses, absolute and as they are written into a link. The site knows them; forms only ask."""

    def home(self, locale: str) -> str:
        """Address of the list of policies in a language."""

    def policy(self, locale: str, policy: str) -> str:
        """Address of the text in force."""

    def history(self, locale: str, policy: str) -> str:
        """Address of the list of versions."""

    def version(self, locale: str, policy: str, version: str) -> str:
        """Address of the permanent page of a version."""

    def version_file(self, locale: str, policy: str, version: str, name: str) -> str:
        """Address of a file beside it: ``index.txt``."""

    def changes(self, locale: str, policy: str, version: str) -> str:
        """Address of the account of a change."""

    def compare(self, locale: str, policy: str, older: str, newer: str) -> str:
        """Address of a redline."""

    def feed(self, locale: str, policy: str | None, name: str) -> str:
        """Address of a feed, ``changes.atom``, of one policy or of all."""

    def feed_archive(self, locale: str, policy: str | None, name: str, number: int) -> str:
        """Address of an archive document of the feed ``name``."""

    def ledger(self) -> str:
        """Address of the machine feed."""

    def event(self, seq: int) -> str:
        """Address of one event."""

    def archive(self, number: int) -> str:
        """Address of one page of the machine feed's archive."""

    def current(self) -> str:
        """Address of ``current.json``."""

    def schema(self) -> str:
        """Address of the JSON Schema."""


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


class Scope(StrEnum):
    """What a feed carries: every event, or only what must reach people."""

    CHANGES = "changes"
    NOTICES = "notices"


@dataclass(frozen=True, slots=True)
class Phrases:
    """What feeds say in a language besides what people wrote, finished."""

    no_summary: str
    """Stands where nobody wrote what changed."""
    impact: str
    """Heading of what a change means for readers."""
    choices: str
    """Heading of what they can do."""


@dataclass(frozen=True, slots=True)
class Item:
    """An entry as a feed of one language tells it."""

    entry: Entry
    headline: str
    """Plain text."""
    lead: str = ""
    """A sentence before the words, plain text: from when the version applies."""


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed for people: one language, one policy or all, everything or notices only."""

    id: str
    locale: str
    policy: str | None
    scope: Scope
    title: str
    publisher: str
    updated: datetime
    """When the newest item was published; where there is none the instant of the first event; 1970 without any."""
    items: tuple[Item, ...]
    """Of this document, newest first."""
    locales: tuple[str, ...]
    """Languages in which the same feed exists."""
    phrases: Phrases
    hubs: tuple[str, ...] = ()
    """WebSub hubs."""
    archive: int | None = None
    """Number of this archive document, 1 for the oldest; ``None`` for the document that people subscribe to."""
    archive_before: int | None = None
    """Number of the archive document that ends right before the oldest item here."""

    def name(self, suffix: str) -> str:
        """Return the feed's file name: ``changes.atom``."""
        return f"{self.scope}.{suffix}"


@dataclass(frozen=True, slots=True)
class EditionPage:
    """A version in a language, as its permanent page shows it."""

    policy: Policy
    version: Version
    locale: str
    edition: Edition | None
    """The text that is shown; ``None`` where the history does not hold it."""
    fidelity: Fidelity
    document: Document | None
    facts: tuple[tuple[str, str], ...] = ()
    """Finished phrases in the page's language, each with what it says: ``("Applies from", "1 December 2024")``."""
