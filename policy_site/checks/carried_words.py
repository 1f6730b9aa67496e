"""No version brings words along that were announced for another, or takes back what the one before it changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from policy_site import redlines
from policy_site.catalogue import predecessor, settled, standing
from policy_site.checks.rule import Rule
from policy_site.checks.sample import (
    BODY,
    GERMAN_BODY,
    GERMAN_WORDS,
    NOTE,
    TEXT,
    TRANSLATION,
    note_with,
    text_with,
    translation_with,
)
from policy_site.model import CATEGORIES, Change, Document, Finding, Policy, Severity, Standing, Version
from policy_site.publication import Publication

_LIVING = (Standing.UPCOMING, Standing.IN_FORCE)


def _findings(publication: Publication) -> Iterator[Finding]:
    for policy in publication.policies:
        for version in policy.versions:
            if version.note and not version.recorded_at and standing(policy, version, publication.as_of) in _LIVING:
                yield from _findings_of(publication, policy, version)


def _findings_of(publication: Publication, policy: Policy, version: Version) -> Iterator[Finding]:
    texts = _Texts(publication, policy)
    before = predecessor(policy, version)
    if before is None or not texts.has(before, version):
        return
    final = settled(policy, version)
    sections = [
        section
        for section in texts.differing(before, version)
        if texts.has(final) and texts.words(final, section) != texts.words(before, section)
    ]
    # What another version changes, it changes in the text that it would follow if this version were not there.
    without = replace(policy, versions=tuple(other for other in policy.versions if other.label != version.label))
    others = [other for other in _not_in_force(publication, policy, version, before) if texts.has(other)]
    for other in others:
        base = predecessor(without, other)
        if base is None or not texts.has(base) or texts.builds_on(other, version, before):
            continue
        leaked = [
            section
            for section in sections
            if _may_not_come_along(version, other, section)
            and redlines.is_carried(*(texts.words(known, section) for known in (base, other, version)))
            and not redlines.is_carried(*(texts.words(known, section) for known in (base, other, before)))
        ]
        if leaked:
            yield _leak(version, before, other, leaked, policy.authoritative_locale)
    for earlier, base in _chain(policy, version):
        undone = [
            section
            for section in sections
            if texts.has(earlier, base)
            and _may_not_come_along(version, earlier, section)
            and redlines.is_carried(*(texts.words(known, section) for known in (earlier, base, version)))
            and not redlines.is_carried(*(texts.words(known, section) for known in (earlier, base, before)))
        ]
        if undone:
            yield _undoing(version, earlier, undone, policy.authoritative_locale)


@dataclass(frozen=True, slots=True)
class _Texts:
    """The authoritative texts of one policy, word by word."""

    publication: Publication
    policy: Policy

    def has(self, *versions: Version) -> bool:
        """Whether the history holds the text of each."""
        return all(self.policy.authoritative_locale in version.editions for version in versions)

    def document(self, version: Version) -> Document:
        """Return the document of a version whose text is there."""
        return self.publication.documents[version.editions[self.policy.authoritative_locale].digest]

    def words(self, version: Version, section: str) -> tuple[str, ...]:
        """Return the words of a section."""
        return redlines.words_of_section(self.document(version), section)

    def builds_on(self, other: Version, version: Version, before: Version) -> bool:
        """Whether another version has all that ``version`` changes, and changes more: it was written to follow it."""
        return bool(self.differing(version, other)) and all(
            redlines.is_carried(*(self.words(known, section) for known in (before, version, other)))
            for section in self.differing(before, version)
        )

    def differing(self, old: Version, new: Version) -> list[str]:
        """Return the ids of the sections whose words differ, in the order of the new text."""
        ids = [section.id for version in (new, old) for section in self.document(version).sections]
        return [name for name in dict.fromkeys(ids) if self.words(old, name) != self.words(new, name)]


def _not_in_force(publication: Publication, policy: Policy, version: Version, before: Version) -> Iterator[Version]:
    """Give the versions whose words nobody may meet in ``version``: those to come after it, and those withdrawn."""
    for other in policy.versions:
        if other.label in (version.label, before.label) or other.published_at > version.published_at:
            continue
        here = standing(policy, other, publication.as_of)
        if here is Standing.WITHDRAWN or (here is Standing.UPCOMING and other.effective_at > version.effective_at):
            yield other


def _chain(policy: Policy, version: Version) -> Iterator[tuple[Version, Version]]:
    """Give the versions that apply before ``version``, the nearest first, each with the one before it."""
    earlier = predecessor(policy, version)
    while earlier is not None:
        base = predecessor(policy, earlier)
        if base is None:
            return
        yield earlier, base
        earlier = base


def _may_not_come_along(version: Version, other: Version, section: str) -> bool:
    """Say whether the change that ``other`` made to a section is more than ``version`` says of that section."""
    said = _ranks(version.note.changes if version.note else (), section)
    return not said or max(said) < max(_ranks(other.note.changes if other.note else (), section), default=0)


def _ranks(changes: Sequence[Change], section: str) -> list[int]:
    return [CATEGORIES[change.category].rank for change in changes if section in change.sections]


def _leak(version: Version, before: Version, other: Version, sections: Sequence[str], locale: str) -> Finding:
    withdrawn = other.withdrawn_at is not None
    fate = "which was withdrawn" if withdrawn else f"which is announced for {other.effective_date.isoformat()}"
    words = _named(sections, "has words", "have words")
    remedy = (
        f"Start from the text in force before, version {before.label!r}, and make only your change to it."
        if withdrawn
        else f"Start from the text in force before, version {before.label!r}; the announced text can stand in"
        f" {version.policy}/versions/{other.label}.{locale}.md meanwhile."
    )
    return _finding(
        version,
        f"{words} of version {other.label!r}, {fate}: they would apply from {version.effective_date.isoformat()}.",
        f"{remedy} If these words are meant to apply, name {_these(sections)} in `changes` with"
        f" {_categories(other, sections)}.",
    )


def _undoing(version: Version, earlier: Version, sections: Sequence[str], locale: str) -> Finding:
    follow_up = f"{version.label}-2"
    return _finding(
        version,
        f"{_named(sections, 'loses', 'lose')} what version {earlier.label!r} changed, from"
        f" {version.effective_date.isoformat()} on.",
        f"Make that change in this text, too. If this version is published already, its text stays: put the text with"
        f" the change into {version.policy}/versions/{follow_up}.{locale}.md, and write"
        f" {version.policy}/releases/{follow_up}.md with `effective: {version.effective_date.isoformat()}`. If the"
        f" change is meant to end, name {_these(sections)} in `changes` with {_categories(earlier, sections)}.",
    )


def _named(sections: Sequence[str], one: str, many: str) -> str:
    names = ", ".join(repr(section) for section in sections)
    return f"Section {names} {one}" if len(sections) == 1 else f"Sections {names} {many}"


def _these(sections: Sequence[str]) -> str:
    return "the section" if len(sections) == 1 else "the sections"


def _categories(other: Version, sections: Sequence[str]) -> str:
    """Return the category that the other version gives the sections, as its note names it."""
    changes = other.note.changes if other.note else ()
    named = [change.category for change in changes if not set(sections).isdisjoint(change.sections)]
    return f"the category {' and '.join(dict.fromkeys(named))}" if named else "the category that fits"


def _finding(version: Version, message: str, remedy: str) -> Finding:
    assert version.note is not None
    return Finding(
        path=version.note.path,
        line=version.note.line("changes"),
        rule=RULE.name,
        severity=Severity.ERROR,
        message=message,
        remedy=remedy,
    )


_OLD_BODY = BODY.replace("60", "30")
_HELD = _OLD_BODY.replace("keep", "hold", 1)
_LATER, _FILE = "2027-08-04", "privacy/versions/2027-08-04.en.md"
_ANNOUNCED = {
    TRANSLATION: translation_with(GERMAN_BODY.replace("60", "30")),
    NOTE: note_with(changes=[{"category": "editorial", "sections": ["data"]}], significance=None),
    _FILE: text_with(_HELD, version=_LATER),
    f"privacy/releases/{_LATER}.md": note_with(
        effective=_LATER, changes=[{"category": "clarification", "sections": ["data"]}], significance=None
    ),
    f"privacy/releases/{_LATER}.de.md": GERMAN_WORDS,
}
"""A version that corrects a word, beside one of the year after that says what it means by keeping."""

RULE = Rule(
    name="carried-words",
    severities=(Severity.ERROR,),
    demand="A version has no words that were announced for another day or withdrawn, and keeps what the version before"
    " it changed, unless its note says so.",
    reason="Nothing may apply to readers that they were not told. A text made from a file that holds the announced"
    " words brings them into force early; an announced text takes back what was corrected since.",
    findings=_findings,
    fails={**_ANNOUNCED, TEXT: text_with(_HELD.replace("data for", "own data for"))},
    passes={**_ANNOUNCED, TEXT: text_with(_OLD_BODY.replace("data for", "own data for"))},
)
