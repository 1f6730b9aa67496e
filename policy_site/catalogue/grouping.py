"""What the ways of grouping revisions into versions have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from policy_site.catalogue.succession import link
from policy_site.model import Edition, Finding, Revision, Severity, Version
from policy_site.settings import Settings
from policy_site.sources import Text

Wording = Callable[[Text], str]
"""Names the visible words of a text: equal names, equal words. A pure function, passed in."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A name that people gave a commit."""

    name: str
    committed_at: datetime
    """Committer date of the commit on the publishing branch that has what is tagged, UTC."""
    place: int
    """Of that commit, as in :attr:`Shelf.places`: what stands at or before it is tagged."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything the history holds about one policy, each kind in commit order, oldest first."""

    policy: str
    texts: Mapping[str, tuple[Revision, ...]]
    """By locale."""
    missing_at_tip: frozenset[str] = frozenset()
    """Locales whose text was deleted."""
    gone_at: Mapping[str, datetime] = field(default_factory=dict)
    """When a file with the text was deleted or moved away for the last time, by locale, UTC."""
    announced: Mapping[str, tuple[Revision, ...]] = field(default_factory=dict)
    """Coming texts that are kept in a file of their own, by locale."""
    announced_at_tip: frozenset[str] = frozenset()
    """Locales whose file with the coming text is there."""
    version_texts: Mapping[tuple[str, str], tuple[Revision, ...]] = field(default_factory=dict)
    """Texts in files of their own, by label and locale; a deleted file keeps its past."""
    version_texts_at_tip: frozenset[tuple[str, str]] = frozenset()
    """Those of them whose file is there."""
    archive: Mapping[tuple[str, str], Revision] = field(default_factory=dict)
    """By label and locale."""
    archive_before: Mapping[tuple[str, str], Revision] = field(default_factory=dict)
    """The first revision of each of them."""
    notes: Mapping[str, tuple[Revision, ...]] = field(default_factory=dict)
    """By label."""
    note_words: Mapping[tuple[str, str], tuple[Revision, ...]] = field(default_factory=dict)
    """By label and locale."""
    gone_notes: Mapping[str, tuple[Revision, ...]] = field(default_factory=dict)
    """By label: those whose file was deleted or called otherwise."""
    tags: tuple[Tag, ...] = ()
    places: Mapping[str, int] = field(default_factory=dict)
    """Place on the publishing branch of each commit that changed the content, from 0."""

    @property
    def living(self) -> frozenset[str]:
        """Locales whose text is there."""
        return frozenset(self.texts) - self.missing_at_tip


@dataclass(frozen=True, slots=True)
class Told:
    """What the change feed that is continued has told already."""

    published: Mapping[tuple[str, str], datetime] = field(default_factory=lambda: MappingProxyType({}))
    """When it told the publication of a version, by policy and label."""
    at: datetime | None = None
    """Instant of its newest event: the site showed nothing then that it does not tell."""

    def knows(self, policy: str) -> bool:
        """Whether it told a version of a policy."""
        return any(told == policy for told, _ in self.published)


@dataclass(frozen=True, slots=True)
class Question:
    """What a way of grouping is asked, besides the shelf."""

    settings: Settings
    as_of: datetime
    """UTC; what is published later is not known yet."""
    wording: Wording
    """Names the words of a text: what groups revisions, so that another reading of Markdown makes no new versions."""
    form: Wording
    """Names the words with their structure: what says whether two texts are identical."""
    month_names: Mapping[str, int]
    """1 to 12 by lower-case name, in every language of the site."""
    is_complete: bool
    """False where the history is shallow or absent: then a version may stand without its text."""
    with_drafts: bool = False
    """For a preview: a version that is to be announced later counts as published now; its day stays as declared."""
    told: Told = Told()
    """What is published already, where that is continued."""


@dataclass(frozen=True, slots=True)
class Grouped:
    """What grouping one policy gives."""

    versions: tuple[Version, ...]
    findings: tuple[Finding, ...] = ()
    announcements: tuple[datetime, ...] = ()
    """Instants at which versions that may not be shown yet are to be published."""


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant, in UTC, at which a day begins in a time zone."""
    try:
        return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
    except OverflowError:
        return datetime.combine(day, time(), tzinfo=UTC)


def visible_at(revisions: Iterable[Revision], as_of: datetime) -> list[Revision]:
    """Return the revisions that were there at ``as_of``; those without a commit always were."""
    return [revision for revision in revisions if revision.committed_at is None or revision.committed_at <= as_of]


def edition_of(
    *,
    policy: str,
    version: str,
    locale: str,
    text: Text,
    revisions: Sequence[Revision],
    distinct: Sequence[Revision],
) -> Edition:
    """Make an edition whose newest revision is the last of ``revisions``."""
    return Edition(
        policy=policy,
        version=version,
        locale=locale,
        title=text.title,
        body=text.body,
        revision=revisions[-1],
        earlier=tuple(revision for revision in distinct if revision != revisions[-1]),
    )


def distinct_wordings(
    revisions: Sequence[Revision], read: Callable[[Revision], Text], wording: Wording
) -> list[Revision]:
    """Leave out each revision that says the same as the one before it."""
    kept: list[Revision] = []
    last = None
    for revision in revisions:
        name = wording(read(revision))
        if name != last:
            kept.append(revision)
        last = name
    return kept


def in_order(versions: Iterable[Version], names: Mapping[str, str], as_of: datetime) -> tuple[Version, ...]:
    """Order versions by effective date and say of each which one it follows, and which earlier one it repeats.

    ``names`` holds the name of each version's authoritative wording by label.
    """
    labels: dict[str, list[str]] = {}
    for label, name in names.items():
        labels.setdefault(name, []).append(label)

    def twins_of(version: Version) -> tuple[str, ...]:
        same = labels.get(names.get(version.label, ""), [])
        return tuple(sorted(label for label in same if label != version.label))

    return link([replace(version, twins=twins_of(version)) for version in versions], as_of)


def published_to_readers(edition: Edition, at: datetime, distinct: Sequence[Revision]) -> Edition:
    """Say when readers first got a translation, and when they got other words.

    ``distinct``: the first revision of each wording, oldest first. What was revised before readers saw the translation
    was a draft.
    """
    revised = tuple(
        revision.committed_at for revision in distinct[1:] if revision.committed_at and revision.committed_at > at
    )
    return replace(edition, published_at=at, revised_at=revised)


def shown_from(version_at: datetime, authoritative: Revision | None, translation: Revision) -> datetime:
    """Return when readers first got a translation.

    A translation that followed within a day of the text came with the version, also where the history was imported
    later than it was published. One that came later is told of when it came: dated back, it would stand in the change
    feed before events that were published already.
    """
    if translation.committed_at is None:
        return version_at
    came_at = authoritative.committed_at if authoritative and authoritative.committed_at else version_at
    is_late = translation.committed_at - max(came_at, version_at) >= timedelta(days=1)
    return translation.committed_at if is_late else version_at


def finding(
    path: str,
    message: str,
    remedy: str,
    *,
    rule: str,
    severity: Severity = Severity.ERROR,
    line: int | None = None,
    subject: str = "",
    settles: tuple[str, ...] = (),
) -> Finding:
    """Return a finding, its arguments in the order in which they are told."""
    return Finding(path, line, rule, severity, message, remedy, subject=subject, settles=settles)
