"""What every form is written from: finished values, and where the site puts things."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from policy_site.events.chain import RecordLinks
from policy_site.events.entries import Entry
from policy_site.model import Document, Edition, Fidelity, Policy, Version


class Links(RecordLinks, Protocol):
    """Addresses, absolute and as they are written into a link, those of records among them; forms only ask."""

    def home(self, locale: str) -> str:
        """Address of the list of policies in a language."""

    def policy(self, locale: str, policy: str) -> str:
        """Address of the text in force."""

    def history(self, locale: str, policy: str) -> str:
        """Address of the list of versions."""

    def version_file(self, locale: str, policy: str, version: str, name: str) -> str:
        """Address of a file beside it: ``index.txt``."""

    def feed(self, locale: str, policy: str | None, name: str) -> str:
        """Address of a feed, ``changes.atom``, of one policy or of all."""

    def feed_archive(self, locale: str, policy: str | None, name: str, number: int) -> str:
        """Address of an archive document of the feed ``name``."""

    def change_feed(self) -> str:
        """Address of the change feed."""

    def event(self, seq: int) -> str:
        """Address of one event."""

    def archive(self, number: int) -> str:
        """Address of one page of the change feed's archive."""

    def current(self) -> str:
        """Address of ``current.json``."""

    def schema(self) -> str:
        """Address of the JSON Schema."""


class Scope(StrEnum):
    """What a feed carries: every event, or only what must reach people."""

    CHANGES = "changes"
    NOTICES = "notices"


@dataclass(frozen=True, slots=True)
class FeedPhrases:
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
    phrases: FeedPhrases
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
    source: str | None = None
    """Its Markdown as it is published; ``None`` where that is the file that git has."""
    facts: tuple[tuple[str, str], ...] = ()
    """Finished phrases in the page's language, each with what it says: ``("Applies from", "1 December 2024")``."""


@dataclass(frozen=True, slots=True)
class FeedForm:
    """A form of the feeds for people. Pages, links to them, files for hosts and freezing all ask this value."""

    suffix: str
    """``changes.atom`` and ``notices.atom`` have the suffix ``atom``."""
    name: str
    """As people call it: ``JSON Feed``. A name, the same in every language."""
    media_type: str
    """With its charset."""
    write: Callable[[Feed, Links], bytes]
    shared_type: str = ""
    """The media type of other files with this suffix, where there are some: what a host says that looks at names
    alone, and the form's own type only where it is told so."""

    @property
    def served_type(self) -> str:
        """The media type by the suffix alone."""
        return self.shared_type or self.media_type


@dataclass(frozen=True, slots=True)
class EditionForm:
    """A form of a version's text, beside its permanent page."""

    name: str
    """Of its file: ``index.txt``."""
    media_type: str
    """With its charset."""
    write: Callable[[EditionPage, Links], bytes]
