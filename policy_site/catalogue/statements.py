"""What a release note said, and when it came to say something else: a published note is corrected, never forgotten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from policy_site.catalogue.grouping import Shelf, shown_from, start_of, visible_at
from policy_site.catalogue.publishing_days import PublishingDays
from policy_site.model import Finding, ReleaseNote, Revision, Words
from policy_site.settings import Settings
from policy_site.sources import parse_release_note, parse_words, report_facts_of_translation


@dataclass(frozen=True, slots=True)
class Statement:
    """What the release note of a version said from an instant on."""

    note: ReleaseNote
    stated_at: datetime | None
    """``None``: with the publication."""


@dataclass(frozen=True, slots=True)
class Statements:
    """Everything a release note said since its publication."""

    published_at: datetime
    made: tuple[Statement, ...]
    """Oldest first; at least one."""


def read_statements(
    shelf: Shelf, label: str, *, settings: Settings, as_of: datetime, days: PublishingDays
) -> tuple[Statements | None, tuple[Finding, ...]]:
    """Read the release note of ``label`` as it was known at ``as_of``, and what it said before.

    ``days`` knows when readers could read it: without a declared day, when note and text are both merged. ``None``
    where no revision of the note can be read.
    """
    authoritative = settings.authoritative_locale
    revisions = shelf.notes[label]
    known = visible_at(revisions, as_of) or [revisions[0]]
    parsed: list[tuple[Revision, ReleaseNote]] = []
    findings: list[Finding] = []
    for revision in known:
        note, faults = parse_release_note(revision, version=label, locale=authoritative)
        if revision == revisions[-1]:
            findings += faults
            if note is None:
                return None, tuple(findings)
        if note is not None:
            parsed.append((revision, note))
    if not parsed:
        return None, tuple(findings)
    first, published_at = _as_published(parsed, label, days, settings)
    words, published_words, word_faults = _read_words(shelf, label, settings=settings, as_of=as_of, at=published_at)
    findings += word_faults
    statements = _compile(parsed[first:], words, published_at)
    shown = {
        locale: shown_from(published_at, revisions[0], revision)
        for locale, revision in published_words.items()
        if shown_from(published_at, revisions[0], revision) > published_at
    }
    made = tuple(
        replace(made, note=replace(made.note, words_published_at=MappingProxyType(shown))) for made in statements
    )
    return Statements(published_at, made), tuple(findings)


def _as_published(
    parsed: Sequence[tuple[Revision, ReleaseNote]], label: str, days: PublishingDays, settings: Settings
) -> tuple[int, datetime]:
    """Find the revision of the note that stood when the version was published, and that instant.

    A note may be edited until then; imported history has only what was committed later, and its first word counts.
    """
    found: tuple[int, datetime] | None = None
    for place, (revision, note) in enumerate(parsed):
        if note.published:
            at = start_of(note.published, settings.zone)
        elif days.recorded_at(label):
            at = start_of(note.effective, settings.zone)
        else:
            at = days.merged_at(label) or start_of(note.effective, settings.zone)
        at = days.published_at(label, at)
        if found is None or revision.committed_at is None or revision.committed_at <= min(at, found[1]):
            found = (place, at)
    assert found is not None
    return found


Wordings = Mapping[str, Sequence[tuple[datetime | None, Words]]]
"""By locale: words and when they came to be said, ``None`` for those said at publication."""


def _read_words(
    shelf: Shelf, label: str, *, settings: Settings, as_of: datetime, at: datetime
) -> tuple[Wordings, dict[str, Revision], list[Finding]]:
    """Read the words in other languages: those said at publication (or first), and those said later."""
    words: dict[str, list[tuple[datetime | None, Words]]] = {}
    first: dict[str, Revision] = {}
    findings: list[Finding] = []
    for (note, locale), revisions in sorted(shelf.note_words.items()):
        if note != label or locale == settings.authoritative_locale:
            continue
        known = visible_at(revisions, as_of) or [revisions[0]]
        start = max((place for place, revision in enumerate(known) if _is_by(revision, at)), default=0)
        first[locale] = known[start]
        words[locale] = []
        for place, revision in enumerate(known[start:]):
            said, faults = parse_words(revision, locale=locale)
            words[locale].append((revision.committed_at if place else None, said))
            if revision == revisions[-1]:
                findings += [*report_facts_of_translation(revision), *faults]
    return words, first, findings


def _is_by(revision: Revision, at: datetime) -> bool:
    return revision.committed_at is None or revision.committed_at <= at


def _compile(
    parsed: Sequence[tuple[Revision, ReleaseNote]], words: Wordings, published_at: datetime
) -> list[Statement]:
    """Lay facts and words on one line of time; what says nothing new is no statement."""
    facts: list[tuple[datetime | None, ReleaseNote]] = [
        (revision.committed_at if place else None, note) for place, (revision, note) in enumerate(parsed)
    ]
    instants = {at for at, _ in facts if at} | {at for said in words.values() for at, _ in said if at}
    statements: list[Statement] = []
    for at in (None, *sorted(instants)):
        note = [fact for since, fact in facts if since is None or (at and since <= at)][-1]
        said = dict(note.words)
        for locale, versions in words.items():
            said[locale] = [entry for since, entry in versions if since is None or (at and since <= at)][-1]
        statement = Statement(replace(note, words=MappingProxyType(said)), max(at, published_at) if at else None)
        if not statements or not _is_same(statements[-1].note, statement.note):
            statements.append(statement)
    return statements


def _is_same(before: ReleaseNote, after: ReleaseNote) -> bool:
    return replace(before, digest="", lines=after.lines) == replace(after, digest="")
