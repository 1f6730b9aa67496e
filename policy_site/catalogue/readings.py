"""What readers could read, from one commit to the next: what adopted repositories make their versions of.

Whatever names a version (a date, a tag, a day), no wording that readers could read disappears: each is a reading, and
each reading is a version, unless the operator says that it is a revision of the one before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from types import MappingProxyType

from policy_site.catalogue.grouping import (
    Grouped,
    Question,
    Shelf,
    distinct_wordings,
    edition_of,
    finding,
    in_order,
    published_to_readers,
)
from policy_site.model import Edition, Finding, Revision, Severity, Version
from policy_site.settings import Correction, Settings
from policy_site.sources import Text, find_label, parse_text, undated

WITHOUT_COMMIT = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_LABEL = 80


@dataclass(slots=True)
class Reading:
    """One wording on its way to a version: what readers read from its first revision to the next reading."""

    label: str
    effective_at: datetime
    effective_date: date
    published_at: datetime
    revisions: list[Revision]
    """Those that say the same, and those that the operator takes for the same version; oldest first."""
    revised_at: list[datetime] = field(default_factory=list)
    """When other words came that are a revision of this version, oldest first."""
    withdrawn_at: datetime | None = None
    """When other words took its place before it applied."""
    stated: date | None = None
    """The date that its text names, where versions are dates."""
    is_dated_by_merge: bool = False
    """Whether it has its day from its commit, as its text names none that is its own."""
    before: list[tuple[datetime, date, datetime]] = field(default_factory=list)
    """What was published of its day before that was corrected: effective instant and day, and the end of that."""


def read(revision: Revision) -> Text:
    """Take a text apart whose front matter is its authors' own."""
    return parse_text(revision, is_strict=False)


class Labels:
    """The labels of one policy: each once, whatever its case, since some disks hold such names for the same."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, wanted: str) -> str:
        """Return ``wanted``, fit for an address, with ``-2``, ``-3`` where it is taken."""
        stem = re.sub(r"[^A-Za-z0-9._-]+", "-", wanted)[:_LONGEST_LABEL].strip("-._") or "version"
        label, number = stem, 1
        while label.casefold() in self._taken:
            number += 1
            label = f"{stem}-{number}"
        self._taken.add(label.casefold())
        return label

    def free(self, label: str) -> None:
        """Give a label back that was never published."""
        self._taken.discard(label.casefold())


class Corrections:
    """What the operator says that commits of one policy should have said."""

    def __init__(self, shelf: Shelf, settings: Settings) -> None:
        self._policy = shelf.policy
        self._own = [each for each in settings.corrections if each.policy in (None, shelf.policy)]

    def of(self, revision: Revision) -> Correction | None:
        """Return what is said of a revision; what names its policy wins."""
        said = [each for each in self._own if revision.commit and revision.commit.startswith(each.commit)]
        return next((each for each in said if each.policy), None) or next(iter(said), None)

    def unused(self, revisions: Sequence[Revision]) -> Iterator[Finding]:
        """Yield a finding for each correction of this policy that no commit of it has."""
        for each in self._own:
            if each.policy and not any(one.commit and one.commit.startswith(each.commit) for one in revisions):
                message = f"No commit {each.commit} changed the text of {self._policy!r}, so it cannot be corrected."
                remedy = "Name a commit of the publishing branch, as `git log --first-parent` lists them."
                yield finding("site.toml", message, remedy, rule="corrections", severity=Severity.WARNING)


def label_for(text: Text, default: str, settings: Settings) -> str:
    """Return what a text calls its version where ``site.toml`` says how to find that, else ``default``."""
    return find_label(text, versions=settings.versions) or default


def reading_at(revision: Revision, at: datetime, label: str, settings: Settings) -> Reading:
    """Return a reading that begins, and applies, at the instant of its commit."""
    return Reading(label, at, at.astimezone(settings.zone).date(), at, [revision], is_dated_by_merge=True)


Place = Callable[[Revision], Reading | None]
"""Finds the reading that a revision of a translation renders."""


def newest_at(readings: Sequence[Reading]) -> Place:
    """Place a translation with the reading that was the newest when it was committed."""

    def place(revision: Revision) -> Reading | None:
        if not readings:
            return None
        known = [one for one in readings if revision.committed_at is None or one.published_at <= revision.committed_at]
        return known[-1] if known else readings[0]

    return place


def versions_of(
    readings: Sequence[Reading],
    shelf: Shelf,
    question: Question,
    *,
    place: Place | None = None,
    findings: Sequence[Finding] = (),
) -> Grouped:
    """Make versions of the readings of the authoritative text, with the translations that render them."""
    settings, locale = question.settings, question.settings.authoritative_locale
    versions = {one.label: _version(one, shelf.policy, question) for one in readings}
    place = place or newest_at(readings)
    for other in settings.languages:
        if other != locale:
            _add_translations(shelf, other, versions, question, place)
    finished = list(versions.values())
    names = {
        version.label: question.form(undated(read(version.editions[locale].revision), settings=settings))
        for version in finished
    }
    return Grouped(in_order(finished, names, question.as_of), tuple(findings))


def _version(reading: Reading, policy: str, question: Question) -> Version:
    settings = question.settings
    distinct = distinct_wordings(reading.revisions, read, question.wording) if reading.revised_at else []
    edition = edition_of(
        policy=policy,
        version=reading.label,
        locale=settings.authoritative_locale,
        text=read(reading.revisions[-1]),
        revisions=reading.revisions,
        distinct=distinct,
    )
    edition = replace(edition, published_at=reading.published_at, revised_at=tuple(reading.revised_at))
    version = Version(
        policy=policy,
        label=reading.label,
        published_at=reading.published_at,
        published_date=reading.published_at.astimezone(settings.zone).date(),
        effective_at=reading.effective_at,
        effective_date=reading.effective_date,
        significance=settings.versions.significance,
        is_significance_declared=False,
        editions=MappingProxyType({settings.authoritative_locale: edition}),
        withdrawn_at=reading.withdrawn_at,
    )
    if not reading.before:
        return version
    states, since = list[Version](), None
    for effective_at, effective_date, until in reading.before:
        states.append(replace(version, effective_at=effective_at, effective_date=effective_date, stated_at=since))
        since = until
    return replace(version, earlier=tuple(states), stated_at=since)


def _add_translations(
    shelf: Shelf, locale: str, versions: dict[str, Version], question: Question, place: Place
) -> None:
    rendered: dict[str, list[Revision]] = {}
    for revision in shelf.texts.get(locale, ()):
        is_known = revision.committed_at is None or revision.committed_at <= question.as_of
        reading = place(revision) if is_known else None
        if reading is not None:
            rendered.setdefault(reading.label, []).append(revision)
    for label, revisions in rendered.items():
        version = versions[label]
        distinct = distinct_wordings(revisions, read, question.wording)
        edition: Edition = edition_of(
            policy=version.policy,
            version=label,
            locale=locale,
            text=read(revisions[-1]),
            revisions=revisions,
            distinct=distinct,
        )
        shown_at = max(revisions[0].committed_at or version.published_at, version.published_at)
        editions = {**version.editions, locale: published_to_readers(edition, shown_at, distinct)}
        versions[label] = replace(version, editions=MappingProxyType(editions))
