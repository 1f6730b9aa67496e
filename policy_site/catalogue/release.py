"""Versions are what release notes say: the note ``releases/LABEL.md`` and the texts whose front matter names LABEL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
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
from policy_site.catalogue.statements import Statement, read_statements
from policy_site.model import Edition, Finding, Revision, Significance, Version
from policy_site.sources import Text, parse_text


def group(shelf: Shelf, question: Question) -> Grouped:
    """Group the texts of a policy by the release notes beside them, as known at ``as_of``.

    The authoritative text of a version is the one that was first published, with whatever was changed later without
    changing a word. With an incomplete history a version may be left without its text.
    """
    return _Grouping(shelf, question).group()


class _Grouping:
    """One policy on its way from revisions to versions: gathers findings as it goes."""

    def __init__(self, shelf: Shelf, question: Question) -> None:
        self.shelf = shelf
        self.settings = settings = question.settings
        self.as_of = question.as_of
        self.wording = question.wording
        self.is_complete = question.is_complete
        self.locale = settings.authoritative_locale
        self.findings: list[Finding] = []
        self.announcements: list[datetime] = []
        self.by_label = {locale: _by_label(shelf, locale) for locale in settings.languages}

    def group(self) -> Grouped:
        """Return every version that is published, and when the others will be."""
        self._check_texts()
        versions: list[Version] = []
        for label in sorted(self.shelf.notes):
            version = self._version(label)
            if version is None:
                continue
            if version.published_at > self.as_of:
                self.announcements.append(version.published_at)
            else:
                versions.append(version)
        names = {
            version.label: self.wording(parse_text(version.editions[self.locale].revision, is_strict=True))
            for version in versions
            if self.locale in version.editions
        }
        return Grouped(in_order(versions, names, self.as_of), tuple(self.findings), tuple(self.announcements))

    def _version(self, label: str) -> Version | None:
        texts = self.by_label[self.locale].get(label, [])
        statements, findings = read_statements(self.shelf, label, settings=self.settings, as_of=self.as_of, texts=texts)
        self.findings += findings
        if statements is None:
            return self._with_unreadable_note(label, texts) if texts else None
        path = statements.made[-1].note.path
        if not texts and self.is_complete:
            message = f"Nothing names the version {label!r}, so this release note is about no text."
            remedy = f"Write `version: {label}` into the front matter of the text, or correct the note's file name."
            self.findings.append(finding(path, message, remedy, rule="version-label"))
            return None
        *earlier, version = (self._stated(label, made, statements.published_at) for made in statements.made)
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
            self._check_wording(version, texts, first)
        for locale in self.settings.languages:
            revisions = self.by_label[locale].get(version.label, [])
            if locale == self.locale or not revisions:
                continue
            shown_at = shown_from(version.published_at, texts[0] if texts else None, revisions[0])
            if shown_at <= self.as_of:
                known = visible_at(revisions, self.as_of) or list(revisions[:1])
                distinct = distinct_wordings(known, _read, self.wording)
                editions[locale] = published_to_readers(self._edition(version, locale, known), shown_at, distinct)
            else:
                self.announcements.append(shown_at)
        return editions

    def _edition(self, version: Version, locale: str, revisions: Sequence[Revision]) -> Edition:
        return edition_of(
            policy=self.shelf.policy,
            version=version.label,
            locale=locale,
            text=_read(revisions[-1]),
            revisions=revisions,
            distinct=distinct_wordings(revisions, _read, self.wording),
        )

    def _name(self, revision: Revision) -> str:
        return self.wording(_read(revision))

    def _first_published(self, texts: Sequence[Revision], published_at: datetime) -> Revision | None:
        before = [text for text in texts if text.committed_at and text.committed_at <= published_at]
        return before[-1] if before else next(iter(texts), None)

    def _check_wording(self, version: Version, texts: Sequence[Revision], first: Revision) -> None:
        tip = self.shelf.texts.get(self.locale, ())
        if tip and texts[-1] == tip[-1] and self._name(tip[-1]) != self._name(first):
            message = (
                f"The wording changed after version {version.label!r} was published"
                f" on {version.published_date.isoformat()}."
            )
            remedy = "Restore the words, or give the text a new version with a release note of its own."
            line = 1 + tip[-1].text[: max(tip[-1].text.find("version:"), 0)].count("\n")
            self.findings.append(finding(tip[-1].path, message, remedy, rule="wording-without-release", line=line))

    def _check_texts(self) -> None:
        """Look at the texts as they are now: old ones can no longer be mended."""
        for locale, revisions in sorted(self.shelf.texts.items()):
            tip = revisions[-1]
            text = _read(tip)
            self.findings += text.findings
            if locale in self.shelf.missing_at_tip or text.findings:
                continue
            if not text.version:
                message = "This text does not say which version it is."
                remedy = "Write `version:` with the label of its release note into the front matter."
                self.findings.append(finding(tip.path, message, remedy, rule="version-label", line=1))
            elif text.version not in self.shelf.notes:
                message = f"There is no release note for the version {text.version!r} that this text names."
                remedy = f"Write {self.shelf.policy}/releases/{text.version}.md, or correct the label."
                self.findings.append(finding(tip.path, message, remedy, rule="version-label", line=1))
            if not text.title:
                message = "This text has no title."
                remedy = "Write `title:` into the front matter."
                self.findings.append(finding(tip.path, message, remedy, rule="title", line=1))
        if self.locale in self.shelf.missing_at_tip or self.locale not in self.shelf.texts:
            self._report_missing_text()
        self._check_labels()

    def _report_missing_text(self) -> None:
        revisions = self.shelf.texts.get(self.locale, ())
        path = revisions[-1].path if revisions else f"{self.shelf.policy}/{self.locale}.md"
        message = f"The policy {self.shelf.policy!r} has no text in its authoritative language {self.locale!r}."
        remedy = "Add the file, or remove the policy from site.toml."
        self.findings.append(finding(path, message, remedy, rule="missing-text"))

    def _check_labels(self) -> None:
        for (label, locale), revision in sorted(self.shelf.archive.items()):
            clashing = [text for text in self.shelf.texts.get(locale, ()) if _read(text).version == label]
            if clashing:
                message = f"The label {label!r} is in use twice: here and in {clashing[-1].path}."
                remedy = "Give one of the two texts another label, and a release note of that name."
                self.findings.append(finding(revision.path, message, remedy, rule="version-label"))
            if label not in self.shelf.notes:
                message = f"There is no release note for the archived version {label!r}."
                remedy = f"Write {self.shelf.policy}/releases/{label}.md with the dates."
                self.findings.append(finding(revision.path, message, remedy, rule="version-label"))
        folded: dict[str, str] = {}
        for label in sorted(self.shelf.notes):
            other = folded.setdefault(label.casefold(), label)
            if other != label:
                message = f"The labels {other!r} and {label!r} differ in case alone, and would share an address."
                path = self.shelf.notes[label][-1].path
                self.findings.append(finding(path, message, "Rename one of them.", rule="version-label"))


def _read(revision: Revision) -> Text:
    return parse_text(revision, is_strict=True)


def _by_label(shelf: Shelf, locale: str) -> dict[str, list[Revision]]:
    labelled: dict[str, list[Revision]] = {}
    for (label, archived_locale), revision in sorted(shelf.archive.items()):
        if archived_locale == locale:
            labelled.setdefault(label, []).append(revision)
    for revision in shelf.texts.get(locale, ()):
        if label := _read(revision).version:
            labelled.setdefault(label, []).append(revision)
    return labelled
