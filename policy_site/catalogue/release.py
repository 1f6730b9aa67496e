"""Versions are what release notes say: the note ``releases/LABEL.md`` and the texts whose front matter names LABEL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from difflib import SequenceMatcher
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
    shown_from,
    start_of,
    visible_at,
)
from policy_site.catalogue.publishing_days import PublishingDays
from policy_site.catalogue.release_texts import (
    full_days,
    line_of_label,
    living_texts,
    read_text,
    report_texts,
    texts_by_label,
)
from policy_site.catalogue.statements import Statement, read_statements
from policy_site.model import Edition, Finding, Revision, Significance, Version
from policy_site.sources import parse_release_note


def group(shelf: Shelf, question: Question) -> Grouped:
    """Group the texts of a policy by the release notes beside them, as known at ``as_of``.

    The authoritative text of a version is the one that was first published, with whatever was changed later without
    changing a word. With an incomplete history a version may be left without its text.
    """
    return _Grouping(shelf, question).group()


_OTHER_WAYS = "To cancel a version, use `policy-site withdraw`; to move its effective date, use `policy-site postpone`."
_ALIKE = 0.95
"""Of a note that was renamed, and perhaps given another day, to what it was."""


class _Grouping:
    """One policy on its way from revisions to versions: gathers findings as it goes."""

    def __init__(self, shelf: Shelf, question: Question) -> None:
        self.shelf = shelf
        self.settings = settings = question.settings
        self.as_of = question.as_of
        self.with_drafts = question.with_drafts
        self.wording, self.form = question.wording, question.form
        self.is_complete = question.is_complete
        self.locale = settings.authoritative_locale
        self.findings: list[Finding] = []
        self.announcements: list[datetime] = []
        self.by_label = {locale: texts_by_label(shelf, locale) for locale in settings.languages}

        self.days = PublishingDays(
            shelf, self.by_label[self.locale], locale=self.locale, zone=settings.zone, told=question.told
        )

    def group(self) -> Grouped:
        """Return every version that is published, and when the others will be."""
        self.findings += report_texts(self.shelf, authoritative=self.locale, wording=self.wording)
        self.findings += self._gone()
        versions: list[Version] = []
        for label in sorted(self.shelf.notes):
            version = self._version(label)
            if version is None:
                continue
            shown_at = version.recorded_at or version.published_at
            if shown_at > self.as_of:
                self.announcements.append(shown_at)
            else:
                versions.append(version)
        names = {
            version.label: self.form(read_text(version.editions[self.locale].revision))
            for version in versions
            if self.locale in version.editions
        }
        return Grouped(in_order(versions, names, self.as_of), tuple(self.findings), tuple(self.announcements))

    def _gone(self) -> Iterator[Finding]:
        """Yield an error for each published version whose note is gone: its pages would vanish."""
        for label, revisions in sorted(self.shelf.gone_notes.items()):
            known = visible_at(revisions, self.as_of)
            note = parse_release_note(known[-1], version=label, locale=self.locale)[0] if known else None
            if note is None or not self.by_label[self.locale].get(label):
                continue
            merged_at = known[0].committed_at
            if note.published and start_of(note.published, self.settings.zone) > self.as_of:
                continue
            if merged_at is None or merged_at > self.as_of:
                continue
            path, commit = known[-1].path, (known[-1].commit or "")[:12]
            if renamed := self._renamed(label, known[-1]):
                message = f"The release note of the published version {label!r} was renamed to {renamed.path}."
                remedy = f"Rename it back to {path}: the label of a published version never changes. {_OTHER_WAYS}"
            else:
                message = f"The release note of the published version {label!r} was deleted."
                remedy = f"Restore it: `git checkout {commit} -- {path}`. {_OTHER_WAYS}"
            settles = [f"version-label {renamed.path}"] if renamed else []
            # versions that were added to the past count as new where the one that they came after is gone
            settles += [f"effective-date {notes[-1].path}" for notes in self.shelf.notes.values()]
            yield finding(path, message, remedy, rule="deleted-note", settles=tuple(settles))

    def _renamed(self, label: str, gone: Revision) -> Revision | None:
        """Return the note that a published one was renamed to: it reads nearly the same, and no other text has it."""
        own = [self._name(text) for text in self.by_label[self.locale].get(label, [])]
        for other, revisions in self.shelf.notes.items():
            texts = self.by_label[self.locale].get(other, [])
            if texts and self._name(texts[-1]) not in own:
                continue
            if SequenceMatcher(None, gone.text, revisions[-1].text, autojunk=False).ratio() > _ALIKE:
                return revisions[-1]
        return None

    def _version(self, label: str) -> Version | None:
        texts = self.by_label[self.locale].get(label, [])
        statements, findings = read_statements(
            self.shelf, label, settings=self.settings, as_of=self.as_of, days=self.days
        )
        self.findings += findings
        if statements is None:
            return self._with_unreadable_note(label, texts) if texts else None
        path = statements.made[-1].note.path
        living = living_texts(self.shelf, self.locale)
        if not texts and not any(one.text.strip() and not read_text(one).findings for one in living):
            return None  # that the text itself is missing, or cannot be read, is told
        if not texts and self.is_complete:
            message = f"No text carries the version label {label!r}, so this release note has no text to describe."
            remedy = (
                f"Write `version: {label}` at the top of {self.shelf.policy}/{self.locale}.md, save the text as"
                f" {self.shelf.policy}/versions/{label}.{self.locale}.md, or rename this note."
            )
            if full_days(label) != label:
                message = f"The date {label!r} in this file's name lacks its zeros, so no version has this name."
                remedy = f"Rename the file to {full_days(label)}.md."
            self.findings.append(finding(path, message, remedy, rule="version-label"))
            return None
        *earlier, version = (self._stated(label, made, statements.published_at) for made in statements.made)
        if self.with_drafts and version.published_at > self.as_of:
            earlier, version = [], replace(version, published_at=self.as_of, stated_at=None)
        editions = MappingProxyType(self._editions(version, texts))
        return replace(version, editions=editions, earlier=tuple(earlier))

    def _with_unreadable_note(self, label: str, texts: Sequence[Revision]) -> Version:
        """Return a stand-in, so that faults of the text are told together with those of its note; no build takes it."""
        version = Version(
            policy=self.shelf.policy,
            label=label,
            published_at=self.as_of,
            published_date=self.as_of.astimezone(self.settings.zone).date(),
            effective_at=self.as_of,
            effective_date=self.as_of.astimezone(self.settings.zone).date(),
            significance=Significance.MINOR,
            is_significance_declared=False,
            editions=MappingProxyType({}),
        )
        return replace(version, editions=MappingProxyType(self._editions(version, texts)))

    def _stated(self, label: str, made: Statement, published_at: datetime) -> Version:
        zone, note = self.settings.zone, made.note
        return Version(
            policy=self.shelf.policy,
            label=label,
            published_at=published_at,
            published_date=published_at.astimezone(zone).date(),
            effective_at=start_of(note.effective, zone),
            effective_date=note.effective,
            significance=note.significance,
            is_significance_declared=True,
            editions=MappingProxyType({}),
            note=note,
            withdrawn_at=start_of(note.withdrawn, zone) if note.withdrawn else None,
            merged_at=self.days.merged_at(label),
            recorded_at=self.days.recorded_at(label),
            stated_at=made.stated_at,
        )

    def _editions(self, version: Version, texts: Sequence[Revision]) -> dict[str, Edition]:
        editions: dict[str, Edition] = {}
        first = self._first_published(texts, version.published_at)
        if first is not None:
            same = [text for text in texts if self._name(text) == self._name(first)]
            known = visible_at(same, self.as_of) or [first]
            # Every revision is kept though all say the same: an old event tells the digest of its own day.
            editions[self.locale] = replace(
                self._edition(version, self.locale, known),
                earlier=tuple(known[:-1]),
                published_at=version.published_at,
            )
            self._check_wording(version, first)
        for locale in self.settings.languages:
            revisions = self.by_label[locale].get(version.label, [])
            if locale == self.locale or not revisions:
                continue
            shown_at = shown_from(version.published_at, texts[0] if texts else None, revisions[0])
            if shown_at <= self.as_of:
                known = visible_at(revisions, self.as_of) or list(revisions[:1])
                distinct = distinct_wordings(known, read_text, self.wording)
                editions[locale] = published_to_readers(self._edition(version, locale, known), shown_at, distinct)
            else:
                self.announcements.append(shown_at)
        return editions

    def _edition(self, version: Version, locale: str, revisions: Sequence[Revision]) -> Edition:
        return edition_of(
            policy=self.shelf.policy,
            version=version.label,
            locale=locale,
            text=read_text(revisions[-1]),
            revisions=revisions,
            distinct=distinct_wordings(revisions, read_text, self.wording),
        )

    def _name(self, revision: Revision) -> str:
        return self.wording(read_text(revision))

    def _first_published(self, texts: Sequence[Revision], published_at: datetime) -> Revision | None:
        before = [text for text in texts if text.committed_at and text.committed_at <= published_at]
        return before[-1] if before else next(iter(texts), None)

    def _check_wording(self, version: Version, first: Revision) -> None:
        for tip in living_texts(self.shelf, self.locale):
            is_same = self.form(read_text(tip)) == self.form(read_text(first))
            if is_same or tip not in self.by_label[self.locale].get(version.label, ()):
                continue
            changed, restored = "The wording changed", "the published wording"
            if self._name(tip) == self._name(first):
                changed = "List levels, numbers of clauses, quotations, table cells or abbreviations changed"
                restored = "them"
            message = (
                f"{changed} after version {version.label!r} was published on {version.published_date.isoformat()}."
            )
            remedy = f"Restore {restored}, or release the change as a new version with its own release note."
            line = line_of_label(tip)
            self.findings.append(finding(tip.path, message, remedy, rule="wording-without-release", line=line))
