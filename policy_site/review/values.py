"""What a review says, as frozen values: written down as a comment, as a page and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from policy_site.model import EventKind, Finding, Severity, Significance


class Move(StrEnum):
    """What merging does to a version."""

    NEW = "new"
    RESCHEDULED = "rescheduled"
    WITHDRAWN = "withdrawn"
    CORRECTED = "corrected"
    TRANSLATED = "translated"
    REWORDED = "reworded"
    """The authoritative text is another one under the same label, as can be where texts name their own dates."""


@dataclass(frozen=True, slots=True)
class ChangedSection:
    """A section that differs from the text that applies before."""

    id: str
    heading: str
    kind: str
    """``added``, ``removed``, ``modified``, ``moved`` or ``renumbered``."""
    words_added: int
    words_deleted: int
    evidence: tuple[str, ...]
    """What the words themselves say that matters: ``period: 30 days → 60 days``."""
    is_declared: bool
    """Whether a change of the release note names it."""


@dataclass(frozen=True, slots=True)
class VersionReview:
    """What merging does to one version."""

    label: str
    move: Move
    significance: Significance
    is_significance_declared: bool
    categories: tuple[str, ...]
    published_at: datetime
    published: date
    effective: date
    effective_before: date | None
    """What the release note said before, where the day moves."""
    promised_days: int | None
    """How many days of notice the site promises; ``None`` where nobody has to be told."""
    has_exception: bool
    renews_consent: bool
    predecessor: str | None
    """Label of the version that applies until this one takes effect."""
    sections: tuple[ChangedSection, ...]
    words_added: int
    words_deleted: int
    changes_links_only: bool
    lines: tuple[str, ...]
    """Each change on one line, the first ones."""
    redline: str
    """HTML; empty where there is nothing to compare with."""

    @property
    def notice_days(self) -> int:
        """Days between the announcement and the day on which it takes effect; none are left where that lies before."""
        return max((self.effective - self.published).days, 0)


@dataclass(frozen=True, slots=True)
class Notice:
    """What readers of one language are told about an event."""

    language: str
    title: str
    summary: str
    impact: str
    choices: str
    is_fallback: bool
    """Whether the words are in the authoritative language, for want of others."""


@dataclass(frozen=True, slots=True)
class EventReview:
    """One event that the change feed will carry because of the merge."""

    id: str
    kind: EventKind
    version: str
    at: datetime
    day: date
    """The same in the site's time zone."""
    language: str | None
    is_notice: bool
    """Whether it must reach people, and is no news for subscribers of every change alone."""
    notices: tuple[Notice, ...]
    """By language of the site."""


@dataclass(frozen=True, slots=True)
class TextReview:
    """One file that changes."""

    path: str
    language: str
    is_new: bool
    is_gone: bool
    words_added: int
    words_deleted: int
    changes: int
    """How many changes a redline shows, those of links and form included."""
    is_form_only: bool
    """Whether readers see the same words, links and structure, and no fact of the file differs."""
    changes_links_only: bool
    known_from: str = ""
    """Path of another file in which the new text was to be read before; empty where there is none."""
    known_lines_differing: int = 0


@dataclass(frozen=True, slots=True)
class StaleTranslation:
    """A translation that is behind once this is merged."""

    language: str
    version: str
    sections: tuple[str, ...]
    """Their headings in the authoritative language."""
    words: int


@dataclass(frozen=True, slots=True)
class PolicyReview:
    """What merging does to one policy."""

    id: str
    title: str
    texts: tuple[TextReview, ...]
    notes: tuple[str, ...]
    """Paths of release notes that change."""
    versions: tuple[VersionReview, ...]
    events: tuple[EventReview, ...]
    stale: tuple[StaleTranslation, ...]
    new_pages: int
    pages: tuple[str, ...]
    """Addresses that readers will look at, below the site's."""

    @property
    def is_form_only(self) -> bool:
        """Whether no reader is told or shown anything else than before."""
        return (
            not self.versions and not self.events and not self.notes and all(text.is_form_only for text in self.texts)
        )


@dataclass(frozen=True, slots=True)
class Review:
    """What merging would do."""

    base: str
    head: str
    as_of: datetime
    is_behind: bool
    """Whether the branch that is merged into went on since the two parted."""
    conflicts: tuple[str, ...]
    others: tuple[str, ...]
    settings_changed: tuple[str, ...]
    """Names of settings of `site.toml` that differ."""
    policies: tuple[PolicyReview, ...]
    findings: tuple[Finding, ...]
    """Those that merging brings."""
    standing_findings: int
    """How many there are without it, too."""
    solved_findings: int
    refusals: tuple[Finding, ...]
    """What the change feed that is published forbids."""
    incompleteness: str
    """How to complete the history, where it is not whole; else empty."""

    @property
    def touches_no_word(self) -> bool:
        """Whether readers are shown and told just what they are without the merge."""
        return (
            all(policy.is_form_only for policy in self.policies)
            and not self.settings_changed
            and all(finding.severity is Severity.NOTE for finding in self.findings)
            and not self.refusals
            and not self.conflicts
        )
