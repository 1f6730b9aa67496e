"""What happens to policies: the life of each version, as instants, before it is told in words.

Pure: the same policies have the same life. What was known at each instant decides (:mod:`policy_site.catalogue`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from policy_site.catalogue.succession import (
    first_published_at,
    is_overtaken,
    known_from,
    known_withdrawn_at,
    predecessor,
    settled,
    states_of,
)
from policy_site.events.knowledge import shown_at, version_known_at
from policy_site.model import Edition, EventKind, Policy, ReleaseNote, SectionChange, Significance, Version

SectionChanges = Callable[[Policy, Version, str], tuple[SectionChange, ...]]
"""How the sections of a version, as known at an event, differ from those of the version that its ``previous`` names;
the label is that of the version which applies once everything of its effective day has taken effect."""


class VersionChanges:
    """Compares versions with their predecessors; each pair once."""

    def __init__(self, section_changes: SectionChanges) -> None:
        self._section_changes = section_changes
        self._known: dict[tuple[str, str, str | None, str], tuple[SectionChange, ...]] = {}

    def of(self, policy: Policy, version: Version, known: Version, at: datetime) -> tuple[SectionChange, ...]:
        """Return what ``version`` changes, as ``known`` at an instant."""
        key = (policy.id, version.label, known.previous, settled(policy, version, at).label)
        if key not in self._known:
            self._known[key] = self._section_changes(policy, known, key[-1])
        return self._known[key]


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened to a version, before it is numbered."""

    kind: EventKind
    policy: Policy
    version: Version
    at: datetime
    name: str
    """Last part of the event's id."""
    locale: str | None = None
    supersedes: str | None = None
    """Name of the event that this one mends."""
    revision: int = 1
    may_be_late: bool = True
    """False for what earlier releases of this program did not tell: it is not told of what lies before the head of a
    change feed that is continued."""

    @property
    def path(self) -> str:
        """What its event's id names after the authority."""
        return f"{self.policy.id}/{self.version.label}/{self.name}"


def in_time(happening: Happening) -> tuple[datetime, int, str, datetime, datetime, str, str, int, str]:
    """Return what orders happenings: by instant, kind, policy, version (the earlier effective one first), language."""
    return (
        happening.at,
        list(EventKind).index(happening.kind),
        happening.policy.id,
        states_of(happening.version)[0].effective_at,
        first_published_at(happening.version),
        happening.version.label,
        happening.locale or "",
        happening.revision,
        happening.name,
    )


def happenings_of(policy: Policy, comparison: VersionChanges) -> Iterator[Happening]:
    """Give everything that happened to a policy, in no order."""
    for version in policy.versions:
        if version.recorded_at:
            yield from _recorded(policy, version, version.recorded_at)
            continue
        yield from _happenings(policy, version)
        yield from _changes_of_predecessor(policy, version, comparison)
    for at, day in policy.reviewed.items():
        applying = _applying_at(policy, at)
        if applying:
            yield Happening(EventKind.REVIEWED, policy, applying, at, f"reviewed/{day.isoformat()}")
    last = _applying_at(policy, policy.retired_at) if policy.retired_at else None
    if last and policy.retired_at:
        yield Happening(EventKind.RETIRED, policy, last, policy.retired_at, "retired")


def _applying_at(policy: Policy, at: datetime) -> Version | None:
    """Return the version in force at an instant, as was known then."""
    known = [version_known_at(policy, version, at) for version in policy.versions if known_from(version) <= at]
    applying = [version for version in known if version.effective_at <= at and version.withdrawn_at is None]
    found = max(applying, key=lambda version: (version.effective_at, version.published_at, version.label), default=None)
    return policy.version(found.label) if found else None


def _happenings(policy: Policy, version: Version) -> Iterator[Happening]:
    if version.significance is Significance.TECHNICAL:
        return
    published = Happening(EventKind.PUBLISHED, policy, version, first_published_at(version), "published")
    yield published
    effective_at = _took_effect_at(policy, version)
    if effective_at:
        was_told = settled(policy, version, effective_at).label == version.label
        yield replace(published, kind=EventKind.EFFECTIVE, at=effective_at, name="effective", may_be_late=was_told)
    statements = [published, *_corrections(published)]
    yield from statements[1:]
    withdrawn_at = known_withdrawn_at(version)
    if withdrawn_at:
        mended = [statement for statement in statements if statement.at <= withdrawn_at][-1]
        yield Happening(EventKind.WITHDRAWN, policy, version, withdrawn_at, "withdrawn", supersedes=mended.name)
    for locale, edition in version.editions.items():
        if locale != policy.authoritative_locale:
            yield from _translations(published, edition)
        else:
            yield from _revisions(published, edition)


def _revisions(published: Happening, edition: Edition) -> Iterator[Happening]:
    """Tell each time that the authoritative text got other words under its old date, where that makes no version."""
    last = published
    for number, at in enumerate(edition.revised_at, start=2):
        last = replace(
            published,
            kind=EventKind.CORRECTED,
            at=max(at, published.at),
            name=f"reworded/{number}",
            supersedes=last.name,
            revision=number,
        )
        yield last


def _recorded(policy: Policy, version: Version, at: datetime) -> Iterator[Happening]:
    """Tell that a version of the past was added to the record: its life is over, so none of it is news."""
    recorded = Happening(EventKind.RECORDED, policy, version, at, "recorded")
    yield recorded
    for locale, edition in version.editions.items():
        if locale != policy.authoritative_locale:
            yield from _translations(recorded, edition)


def _changes_of_predecessor(policy: Policy, version: Version, comparison: VersionChanges) -> Iterator[Happening]:
    """Tell where an announced version came to change other sections, because it will follow another version.

    One that was put in between, withdrawn or rescheduled meanwhile does that. The announcement is corrected where
    the sections are others; where they are the same, the event of the effective day names the version before.
    """
    if version.significance is Significance.TECHNICAL:
        return
    published_at, ends_at = first_published_at(version), _took_effect_at(policy, version)
    if ends_at is not None and ends_at <= published_at:
        return
    withdrawn_at = known_withdrawn_at(version)
    own = [state.stated_at for state in states_of(version) if state.stated_at]
    instants = {
        at
        for other in policy.versions
        for at in (
            known_from(other),
            known_withdrawn_at(other),
            *(state.stated_at for state in states_of(other)[1:]),
        )
        if at and published_at < at and (ends_at is None or at < ends_at) and (not withdrawn_at or at < withdrawn_at)
    }
    count: dict[str | None, int] = {}
    told = _compared_at(policy, version, published_at, comparison)
    for at in sorted(instants):
        before, sections = _compared_at(policy, version, at, comparison)
        if sections != told[1] and at not in own:
            count[before] = count.get(before, 0) + 1
            name = "/".join(
                part for part in ("follows", before, str(count[before]) if count[before] > 1 else "") if part
            )
            yield Happening(EventKind.CORRECTED, policy, version, at, name, supersedes="published", may_be_late=False)
        told = (before, sections)


def _compared_at(
    policy: Policy, version: Version, at: datetime, comparison: VersionChanges
) -> tuple[str | None, frozenset[tuple[str, str]]]:
    before = predecessor(policy, version, at)
    known = version_known_at(policy, version, at)
    sections = comparison.of(policy, version, known, at)
    return before.label if before else None, frozenset((section.id, section.kind) for section in sections)


def _translations(published: Happening, edition: Edition) -> Iterator[Happening]:
    """Tell a translation that came late, and each time that readers got other words; from the second text on numbered.

    One that came with the version is told with it, and so is whatever was revised before.
    """
    first_at = shown_at(published.version, edition)
    told = replace(published, kind=EventKind.TRANSLATED, locale=edition.locale)
    name = f"translated/{edition.locale}"
    if first_at > published.at:
        yield replace(told, at=first_at, name=name)
    for revision, at in enumerate((at for at in edition.revised_at if at > first_at), start=2):
        yield replace(told, at=at, name=f"{name}/{revision}", revision=revision)


def _corrections(published: Happening) -> Iterator[Happening]:
    """Tell where the release note came to say something else; the second time of a kind is numbered."""
    last = published
    count: dict[EventKind, int] = {}
    for before, after in pairwise(states_of(published.version)):
        if after.effective_date != before.effective_date:
            kind = EventKind.RESCHEDULED
        elif _says_otherwise(before.note, after.note):
            kind = EventKind.CORRECTED
        else:
            continue
        count[kind] = count.get(kind, 0) + 1
        name = kind.name.lower() if count[kind] == 1 else f"{kind.name.lower()}/{count[kind]}"
        at = max(after.stated_at or published.at, last.at)
        last = Happening(kind, published.policy, published.version, at, name, supersedes=last.name)
        yield last


def _says_otherwise(before: ReleaseNote | None, after: ReleaseNote | None) -> bool:
    """Words in one more language, and a withdrawal, are told in other ways than by a correction."""
    if before is None or after is None:
        return before is not after
    if any(after.words.get(locale) != words for locale, words in before.words.items()):
        return True
    return _facts(before) != _facts(after)


def _facts(note: ReleaseNote) -> ReleaseNote:
    nothing: MappingProxyType[str, Any] = MappingProxyType({})
    return replace(
        note,
        words=nothing,
        words_published_at=nothing,
        lines=nothing,
        withdrawn=None,
        # it tells the builders why a language may be missing; readers are told nothing else than before
        languages_exception=None,
        approved_by=(),
        digest="",
        path="",
    )


def _took_effect_at(policy: Policy, version: Version) -> datetime | None:
    """Return when the version began to apply to readers.

    Its effective date, or its publication where that is later. ``None`` where it was withdrawn before, or where a later
    version applied already when it was published: it never was the one in force.
    """
    published_at, withdrawn_at = first_published_at(version), known_withdrawn_at(version)
    states = states_of(version)
    for state, following in zip(states, (*states[1:], None), strict=True):
        at = max(state.effective_at, state.stated_at or published_at, published_at)
        if following and following.stated_at and following.stated_at <= at:
            continue
        if withdrawn_at and withdrawn_at <= at:
            return None
        return None if is_overtaken(policy, version, at) else at
    return None
