"""The words of policy-site, as frozen values. Read this file first.

Nothing here computes, reads or writes; each word of the product has its type here and no other name. Two words are no
types: the *change feed* is the public record of events, its order and hashes are the *chain*; a *ledger* is the
notifier's database and nothing else.

Days are :class:`datetime.date` in the site's time zone; instants are time-zone-aware :class:`datetime.datetime` in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType


class Significance(StrEnum):
    """How much a version matters to the people it applies to. People declare it; the tool proves only ``TECHNICAL``."""

    TECHNICAL = "technical"
    EDITORIAL = "editorial"
    MINOR = "minor"
    SIGNIFICANT = "significant"

    @property
    def rank(self) -> int:
        """Place in the order technical < editorial < minor < significant, from 0."""
        return list(Significance).index(self)


class Standing(StrEnum):
    """Where a version stands at an instant. Always computed, never stored."""

    UPCOMING = "upcoming"
    IN_FORCE = "in-force"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class Fidelity(StrEnum):
    """How what a reader gets in a language stands to the authoritative text of the version. Always shown."""

    AUTHORITATIVE = "authoritative"
    FAITHFUL = "faithful"
    BEHIND = "behind"
    MISSING = "missing"


class SectionFidelity(StrEnum):
    """How a section of a translation stands to the authoritative text of the version shown."""

    CURRENT = "current"
    STALE = "stale"
    """The authoritative section changed since the version that the translation renders."""
    MISSING = "missing"
    """The authoritative text has it, the translation has not."""
    EXTRA = "extra"
    """The translation has it, the authoritative text has not, or has not any more."""


class Consent(StrEnum):
    """What a version asks of people who accepted an earlier one: nothing, or their consent again."""

    NONE = "none"
    RENEW = "renew"


class Severity(StrEnum):
    """``ERROR`` stops a build, ``WARNING`` stops it only with ``--strict``, ``NOTE`` never does."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


CATEGORIES: Mapping[str, Significance] = MappingProxyType(
    {
        "purpose": Significance.SIGNIFICANT,
        "recipients": Significance.SIGNIFICANT,
        "transfers": Significance.SIGNIFICANT,
        "controller": Significance.SIGNIFICANT,
        "rights": Significance.SIGNIFICANT,
        "data-categories": Significance.SIGNIFICANT,
        "collection-method": Significance.SIGNIFICANT,
        "retention": Significance.SIGNIFICANT,
        "legal-basis": Significance.SIGNIFICANT,
        "automated-decisions": Significance.SIGNIFICANT,
        "children": Significance.SIGNIFICANT,
        "cookies": Significance.SIGNIFICANT,
        "subprocessors": Significance.SIGNIFICANT,
        "contract-terms": Significance.SIGNIFICANT,
        "price": Significance.SIGNIFICANT,
        "security-measures": Significance.MINOR,
        "contact": Significance.MINOR,
        "clarification": Significance.MINOR,
        "editorial": Significance.EDITORIAL,
        "translation": Significance.EDITORIAL,
        "formatting": Significance.EDITORIAL,
        "link": Significance.EDITORIAL,
    }
)
"""The closed list of change categories, each with the lowest significance it asks for."""

LONG_PSEUDO_LANGUAGE, MIRRORED_PSEUDO_LANGUAGE = "en-XA", "ar-XB"
"""Tags of the made-up languages of ``serve --pseudo``, never published: longer words, and from right to left."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with the content: where, which rule, how bad, what, and how to mend it."""

    path: str
    """Relative to the content folder, with ``/``; the command line puts that folder before it."""
    line: int | None
    """From 1; ``None`` when the whole file is meant."""
    rule: str
    """Name of the rule, in kebab case: ``notice-period``."""
    severity: Severity
    message: str
    """What is wrong, a full sentence."""
    remedy: str
    """How to mend it, a full sentence."""
    subject: str = field(default="", compare=False)
    """What it is about, where that is not the file as a whole: ``privacy#retention``."""
    settles: tuple[str, ...] = field(default=(), compare=False)
    """Names of the findings that only follow from this one."""

    @property
    def name(self) -> str:
        """By which another finding says that it settles this one: the rule, and what it is about."""
        return f"{self.rule} {self.subject or self.path}"


@dataclass(frozen=True, slots=True)
class Revision:
    """One distinct text found in git at a path, on the publishing branch, first-parent."""

    path: str
    """Where the file was at that commit, relative to the content folder, with ``/``."""
    text: str
    """The whole file: UTF-8 decoded, without byte order mark, line ends as LF."""
    digest: str
    """SHA-256 of the file's bytes as git has them, in hexadecimal."""
    commit: str | None
    """Full object name of the commit that brought it; ``None`` outside a repository and for ``archive/`` files."""
    committed_at: datetime | None
    """Committer date, UTC; of a file on disk, the instant as of which it counts as merged; else ``None``."""
    title: str = ""
    """What ``site.toml`` calls this text, whatever it says itself; empty where it names no title for its language."""


@dataclass(frozen=True, slots=True)
class Change:
    """One categorised entry of a release note."""

    category: str
    """A key of :data:`CATEGORIES`."""
    sections: tuple[str, ...] = ()
    """Ids of the sections it concerns."""


@dataclass(frozen=True, slots=True)
class NoticeException:
    """Why readers get less notice than the preset promises, and who allowed it."""

    reason: str
    approved_by: str


@dataclass(frozen=True, slots=True)
class LanguagesException:
    """Why a significant version goes out before it is there in a required language, and who allowed it."""

    reason: str
    approved_by: str
    languages: tuple[str, ...] = ()
    """The languages that are not ready; none named: any."""

    def covers(self, locale: str) -> bool:
        """Say whether ``locale`` may be missing."""
        return not self.languages or locale in self.languages


@dataclass(frozen=True, slots=True)
class Words:
    """What people wrote about a version in one language: Markdown, each part possibly empty."""

    locale: str
    summary: str = ""
    impact: str = ""
    choices: str = ""
    commit: str | None = field(default=None, compare=False)
    """Full object name of the commit that brought them; words are the same whichever it is."""
    lines: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}), compare=False)
    """Lines of the note's file on which summary, impact and choices begin."""


@dataclass(frozen=True, slots=True)
class RenderedWords:
    """The words of a release note as a reader of one language gets them: cleaned HTML, and plain text."""

    locale: str
    """The reader's language."""
    language: str
    """The language the words are in; another than ``locale`` where they fall back to the authoritative ones."""
    summary_html: str = ""
    summary_text: str = ""
    impact_html: str = ""
    impact_text: str = ""
    choices_html: str = ""
    choices_text: str = ""
    commit: str | None = field(default=None, compare=False)
    """Of the words."""
    documents: tuple[Document, ...] = field(default=(), repr=False)
    """Summary, impact and choices taken apart, for whoever must write them with other addresses; their ids and the
    numbers of their footnotes differ, since they stand on one page."""

    @property
    def is_fallback(self) -> bool:
        """True where the words are not in the reader's language."""
        return self.language != self.locale


@dataclass(frozen=True, slots=True)
class ReleaseNote:
    """What people wrote about a version: facts, and words in each language. Kept beside the text; may be corrected."""

    path: str
    version: str
    published: date | None
    """Day it is announced; ``None``: the day it was merged."""
    effective: date
    changes: tuple[Change, ...]
    significance: Significance
    """As declared, or the highest that the categories ask for."""
    reason: str = ""
    """Why ``significance`` is lower than the categories ask for."""
    consent: Consent = Consent.NONE
    retroactive: bool = False
    notice: str | None = None
    """Name of a preset of ``site.toml``."""
    exception: NoticeException | None = None
    languages_exception: LanguagesException | None = None
    approved_by: tuple[str, ...] = ()
    """Who approved the changes, as the company's own rules ask."""
    withdrawn: date | None = None
    """Day on which the version was taken back before, or while, it applied."""
    words: Mapping[str, Words] = field(default_factory=lambda: MappingProxyType({}))
    """By locale."""
    words_published_at: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))
    """When the words of a language first reached readers, UTC, by locale; absent: with the text in that language."""
    digest: str = ""
    """SHA-256 of the note's file in the authoritative language."""
    lines: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Line of each fact in the file: ``effective``, ``changes.0.category``."""

    def line(self, fact: str) -> int:
        """Return the line on which a fact stands; 1 for one that is not written."""
        return self.lines.get(f"{fact}.", 1)


@dataclass(frozen=True, slots=True)
class Edition:
    """The text of a version in one language."""

    policy: str
    version: str
    """Label of the version that this text renders."""
    locale: str
    title: str
    body: str
    """Markdown without front matter."""
    revision: Revision
    """The newest revision of this edition."""
    earlier: tuple[Revision, ...] = ()
    """Revisions before it under the same label, oldest first, each different in wording from its neighbour."""
    published_at: datetime | None = None
    """When readers first got it: with the version, or later for a translation that came late; UTC."""
    revised_at: tuple[datetime, ...] = ()
    """When readers of a translation first got other words than before, UTC, oldest first; of the authoritative text,
    where the operator takes other words under one date for revisions of one version."""

    @property
    def digest(self) -> str:
        """SHA-256 of the source file, the name of this text wherever proof is needed."""
        return self.revision.digest


@dataclass(frozen=True, slots=True)
class Version:
    """One wording of a policy that was, is or will be in force."""

    policy: str
    label: str
    published_at: datetime
    """Instant of publication, UTC."""
    published_date: date
    """The same as a day in the site's time zone."""
    effective_at: datetime
    """Start of ``effective_date`` in the site's time zone, UTC."""
    effective_date: date
    significance: Significance
    is_significance_declared: bool
    """False where no release note says it (adopted repositories)."""
    editions: Mapping[str, Edition]
    """By locale; a language without this version's text is absent. The authoritative one can be absent only where the
    history is incomplete."""
    note: ReleaseNote | None = None
    previous: str | None = None
    """Label of the one that is in force when it takes effect, as known then or, while that lies ahead, now."""
    identical_to: str | None = None
    """Label of the newest earlier version with the same wording."""
    twins: tuple[str, ...] = ()
    """Labels of all other versions with the same wording, earlier or later."""
    withdrawn_at: datetime | None = None
    merged_at: datetime | None = None
    """When note and text were both on the publishing branch, UTC: the earliest instant at which the site could show
    them. ``None`` where git does not say."""
    recorded_at: datetime | None = None
    """Of a version that was added to the record when a later one applied already: when that was. Its dates are those of
    its life; readers of this site could not know of it before."""
    stated_at: datetime | None = None
    """When the release note came to say this, UTC; ``None``: with the publication."""
    earlier: tuple[Version, ...] = ()
    """What the release note said before it was corrected, oldest first; their editions are not looked at."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What a company promises under one name: the privacy policy, the cookie policy. It has versions."""

    id: str
    authoritative_locale: str
    versions: tuple[Version, ...]
    """Every version published by the as-of instant, earliest effective first."""
    reviewed: Mapping[datetime, date] = field(default_factory=lambda: MappingProxyType({}))
    """Days on which people looked through the text and found nothing to change, by their beginning in UTC."""
    retired_at: datetime | None = None
    """When it ceased to apply to anyone, UTC; ``None`` while it applies, and as long as that lies ahead."""

    def version(self, label: str) -> Version:
        """Return the version called ``label``; raise :class:`KeyError` where there is none."""
        for version in self.versions:
            if version.label == label:
                return version
        raise KeyError(label)


# --- documents: what a text is made of, once it is rendered ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mark:
    """An inline element around words: ``a``, ``strong``, ``em``, ``code``, ``sup`` and so on."""

    tag: str
    attributes: tuple[tuple[str, str], ...] = ()
    """Cleaned, sorted by name."""


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text under the same marks, outermost first.

    A void inline element is a span with empty text whose last mark is it: ``br``, ``img``.
    """

    text: str
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Container:
    """A block element around blocks: ``ul``, ``li``, ``blockquote``, ``table``, ``tr`` and so on."""

    tag: str
    attributes: tuple[tuple[str, str], ...]
    ordinal: int
    """Unique within a document: two blocks stand in the same container when the ordinals are equal."""


@dataclass(frozen=True, slots=True)
class Block:
    """A leaf block: a heading, paragraph, list item's text, cell, term, code block, rule."""

    tag: str
    """The block's own element: ``h2``, ``p``, ``td``, ``pre``, ``hr`` …; empty for text that stands directly in its
    innermost container (the text of a tight list item in ``li``)."""
    attributes: tuple[tuple[str, str], ...]
    containers: tuple[Container, ...]
    """Outermost first."""
    spans: tuple[Span, ...]

    @property
    def text(self) -> str:
        """The words a reader sees, white space as written."""
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it until the next heading, whatever its level."""

    id: str
    """Stable, the same in every language; ``preamble`` for what stands before the first heading."""
    level: int
    """2 for ``##``; 0 for the preamble."""
    heading: str
    """Plain text; empty for the preamble."""
    html: str
    """Cleaned HTML of the section, its heading included."""
    blocks: tuple[Block, ...]
    """The heading first."""


@dataclass(frozen=True, slots=True)
class Document:
    """A text taken apart: what readers see, section by section."""

    title: str
    sections: tuple[Section, ...]

    @property
    def blocks(self) -> tuple[Block, ...]:
        """All blocks, in order."""
        return tuple(block for section in self.sections for block in section.blocks)

    @property
    def html(self) -> str:
        """The whole text as cleaned HTML."""
        return "\n".join(section.html for section in self.sections)


# --- translations: how they stand, section by section ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TranslatedSection:
    """One section, as a translation has it and as the authoritative text of the version shown has it."""

    id: str
    """In the authoritative text shown; of an extra one in the text that has it."""
    translated_id: str | None
    """In the translation; ``None`` for a missing one."""
    heading: str
    """In the authoritative language; of an extra one that never was authoritative, in the translation's."""
    fidelity: SectionFidelity
    change: SectionChangeKind | None = None
    """What happened to the authoritative section since the version that the translation renders; a section that was
    only moved or renumbered is still current."""
    words_added: int = 0
    words_deleted: int = 0
    """In the authoritative section since; every word of a missing one is added."""

    @property
    def words(self) -> int:
        """How many words changed: those added and those deleted."""
        return self.words_added + self.words_deleted


@dataclass(frozen=True, slots=True)
class Staleness:
    """How a translation stands to the authoritative text of a version, section by section."""

    policy: str
    version: str
    """Label of the version shown."""
    locale: str
    rendered: str
    """Label of the version that the translation renders."""
    sections: tuple[TranslatedSection, ...]
    """In the order of the authoritative text; extra ones after what stands before them."""

    @property
    def is_stale(self) -> bool:
        """Whether a section of the authoritative text changed, came or went since."""
        return bool(self.changed)

    @property
    def changed(self) -> tuple[TranslatedSection, ...]:
        """The sections whose authoritative text changed, came or went since."""
        return tuple(
            section
            for section in self.sections
            if section.fidelity is SectionFidelity.STALE
            or (section.fidelity is not SectionFidelity.CURRENT and section.change is not None)
        )

    def count(self, fidelity: SectionFidelity) -> int:
        """Return how many sections stand so."""
        return sum(section.fidelity is fidelity for section in self.sections)


# --- events: what happened ---------------------------------------------------------------------------------------


class EventKind(StrEnum):
    """What an entry of the change feed tells."""

    PUBLISHED = "policy.version.published"
    RECORDED = "policy.version.recorded"
    """A version of the past was added to the record: nobody needs to be told."""
    EFFECTIVE = "policy.version.effective"
    CORRECTED = "policy.version.corrected"
    RESCHEDULED = "policy.version.rescheduled"
    WITHDRAWN = "policy.version.withdrawn"
    TRANSLATED = "policy.translation.published"
    REVIEWED = "policy.reviewed"
    RETIRED = "policy.retired"


class SectionChangeKind(StrEnum):
    """How a section differs from the version before."""

    ADDED = "added"
    REMOVED = "removed"
    MODIFIED = "modified"
    MOVED = "moved"
    RENUMBERED = "renumbered"


@dataclass(frozen=True, slots=True)
class SectionChange:
    """One section's part in a version."""

    id: str
    heading: str
    """In the language of the documents compared."""
    kind: SectionChangeKind


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the change feed, from which every feed for people is written, too."""

    seq: int
    """1, 2, 3 … in the order of the change feed, over all policies."""
    id: str
    """``tag:`` URI (RFC 4151), deterministic, never reused."""
    kind: EventKind
    policy: str
    version: str
    occurred_at: datetime
    """When it was published (PUBLISHED), took effect (EFFECTIVE), was merged (the others); UTC."""
    locale: str | None = None
    """The language of a TRANSLATED event."""
    revision: int = 1
    """Which text of a translation a TRANSLATED event is about: 1 for the first that readers got."""
    sections: tuple[SectionChange, ...] = ()
    """Against the version before, in the authoritative language."""
    previous_version: str | None = None
    identical_to: str | None = None
    """Label of an earlier version with the same wording."""
    supersedes: str | None = None
    """Id of the event that this one mends."""
    is_kept: bool = False
    """True where the published change feed alone tells it: it no longer follows from the content."""
