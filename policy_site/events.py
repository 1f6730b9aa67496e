"""What happened: the ledger from which every feed is written.

Pure and deterministic: the same policies and the same instant give the same events. Each event tells what was known
when it happened (:func:`version_known_at`), so that what comes later never changes what was told. On one history the
events at an earlier instant are therefore the first of those at a later one.

What breaks that, since it puts an event before others that were already numbered or takes one away: a merge that brings
a version whose note names a day of publication in the past, a withdrawal dated back, the removal of a version, of a
policy or of a language, and rewritten history; and where versions are the dates that texts give themselves, words that
change under an unchanged date. Nobody can tell from the content alone; the ledger that is published
can, and building against it (``--previous``) is how it is noticed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise, takewhile
from types import MappingProxyType
from typing import Any

from policy_site.catalogue.standing import edition_at
from policy_site.model import (
    Edition,
    Event,
    EventKind,
    Policy,
    ReleaseNote,
    SectionChange,
    Significance,
    Version,
    Words,
)

SectionChanges = Callable[[Policy, Version], tuple[SectionChange, ...]]
"""How the sections of a version, as known at an event, differ from those of the version that its ``previous`` names."""


def derive_events(
    policies: Sequence[Policy],
    *,
    as_of: datetime,
    section_changes: SectionChanges,
    authority: str,
    year: int,
) -> tuple[Event, ...]:
    """Return every event that happened by ``as_of``, in the order of the ledger.

    By instant; what happened at the same instant by kind, policy, version (the earlier effective one first) and
    language. A version in which no word changed makes no event. ``authority`` and ``year`` make the ids (RFC 4151).
    """
    happenings = sorted(
        (
            happening
            for policy in policies
            for place in range(len(policy.versions))
            for happening in _happenings(policy, place)
            if happening.at <= as_of
        ),
        key=_order,
    )
    compared: dict[tuple[str, str, str | None], tuple[SectionChange, ...]] = {}
    events: list[Event] = []
    for seq, happening in enumerate(happenings, start=1):
        policy = happening.policy
        version = version_known_at(policy, happening.version, happening.at)
        key = (policy.id, version.label, version.previous)
        if key not in compared:
            compared[key] = section_changes(policy, version)
        stem = f"tag:{authority},{year}:policy/{policy.id}/{version.label}"
        event = Event(
            seq=seq,
            id=f"{stem}/{happening.name}",
            kind=happening.kind,
            policy=policy.id,
            version=version.label,
            occurred_at=happening.at,
            locale=happening.locale,
            revision=happening.revision,
            sections=compared[key],
            previous_version=version.previous,
            identical_to=version.identical_to,
            supersedes=f"{stem}/{happening.supersedes}" if happening.supersedes else None,
        )
        events.append(event)
    return tuple(events)


def version_known_at(policy: Policy, version: Version, at: datetime) -> Version:
    """Return ``version`` as readers knew it at ``at``: texts, words, neighbours and facts that came later are out."""
    states = _states(version)
    stated = [state for state in states if state.stated_at is None or state.stated_at <= at]
    state = stated[-1] if stated else states[0]
    editions = {
        locale: edition_known_at(edition, at)
        for locale, edition in version.editions.items()
        if locale == policy.authoritative_locale or shown_at(version, edition) <= at
    }
    withdrawn_at = _withdrawn_at(version)
    return replace(
        state,
        editions=MappingProxyType(editions),
        note=_note_known_at(policy, version, state.note, at),
        previous=_label_known_at(policy, version.previous, lambda sibling: sibling.previous, at),
        identical_to=_label_known_at(policy, version.identical_to, lambda sibling: sibling.identical_to, at),
        withdrawn_at=withdrawn_at if withdrawn_at and withdrawn_at <= at else None,
        earlier=(),
    )


def shown_at(version: Version, edition: Edition) -> datetime:
    """Return when readers first got an edition of ``version``."""
    published_at = _published_at(version)
    return max(edition.published_at or published_at, published_at)


def edition_known_at(edition: Edition, at: datetime) -> Edition:
    """Return an edition without the revisions that came after ``at``; its first one always was there."""
    revisions = (*edition.earlier, edition.revision)
    known = [revision for revision in revisions if revision.committed_at is None or revision.committed_at <= at]
    known = known or [revisions[0]]
    if known[-1] == edition.revision:
        return edition
    return edition_at(edition, known[-1])


# --- what happens to a version ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Happening:
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


def _order(happening: _Happening) -> tuple[datetime, int, str, datetime, str, str, int, str]:
    return (
        happening.at,
        list(EventKind).index(happening.kind),
        happening.policy.id,
        _states(happening.version)[0].effective_at,
        happening.version.label,
        happening.locale or "",
        happening.revision,
        happening.name,
    )


def _happenings(policy: Policy, place: int) -> Iterator[_Happening]:
    version = policy.versions[place]
    if version.significance is Significance.TECHNICAL:
        return
    published = _Happening(EventKind.PUBLISHED, policy, version, _published_at(version), "published")
    yield published
    effective_at = _took_effect_at(version, policy.versions[place + 1 :])
    if effective_at:
        yield _Happening(EventKind.EFFECTIVE, policy, version, effective_at, "effective")
    statements = [published, *_corrections(published)]
    yield from statements[1:]
    withdrawn_at = _withdrawn_at(version)
    if withdrawn_at:
        mended = [statement for statement in statements if statement.at <= withdrawn_at][-1]
        yield _Happening(EventKind.WITHDRAWN, policy, version, withdrawn_at, "withdrawn", supersedes=mended.name)
    for locale, edition in version.editions.items():
        if locale != policy.authoritative_locale:
            yield from _translations(published, edition)


def _translations(published: _Happening, edition: Edition) -> Iterator[_Happening]:
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


def _corrections(published: _Happening) -> Iterator[_Happening]:
    """Tell where the release note came to say something else; the second time of a kind is numbered."""
    last = published
    count: dict[EventKind, int] = {}
    for before, after in pairwise(_states(published.version)):
        if after.effective_date != before.effective_date:
            kind = EventKind.RESCHEDULED
        elif _says_otherwise(before.note, after.note):
            kind = EventKind.CORRECTED
        else:
            continue
        count[kind] = count.get(kind, 0) + 1
        name = kind.name.lower() if count[kind] == 1 else f"{kind.name.lower()}/{count[kind]}"
        at = max(after.stated_at or published.at, last.at)
        last = _Happening(kind, published.policy, published.version, at, name, supersedes=last.name)
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
        digest="",
        path="",
    )


def _took_effect_at(version: Version, later: Iterable[Version]) -> datetime | None:
    """Return when the version began to apply to readers.

    Its effective date, or its publication where that is later. ``None`` where it was withdrawn before, or where a later
    version applied already when it was published: it never was the one in force.
    """
    published_at, withdrawn_at = _published_at(version), _withdrawn_at(version)
    states = _states(version)
    for state, following in zip(states, (*states[1:], None), strict=True):
        at = max(state.effective_at, state.stated_at or published_at, published_at)
        if following and following.stated_at and following.stated_at <= at:
            continue
        if withdrawn_at and withdrawn_at <= at:
            return None
        return None if _is_overtaken(later, at) else at
    return None


def _is_overtaken(later: Iterable[Version], at: datetime) -> bool:
    """Say whether one of the versions that follow by effective date was in force at ``at``."""
    for other in takewhile(lambda follower: follower.effective_at <= at, later):
        withdrawn_at = _withdrawn_at(other)
        if _published_at(other) <= at and not (withdrawn_at and withdrawn_at <= at):
            return True
    return False


# --- what was known when ---------------------------------------------------------------------------------------------


def _states(version: Version) -> tuple[Version, ...]:
    return (*version.earlier, version)


def _published_at(version: Version) -> datetime:
    return _states(version)[0].published_at


def _withdrawn_at(version: Version) -> datetime | None:
    """Return when readers could know of the withdrawal: not before the note said so, nor before the publication."""
    states = _states(version)
    if version.withdrawn_at is None:
        return None
    said = next(state for state in states if state.withdrawn_at is not None)
    return max(version.withdrawn_at, said.stated_at or version.withdrawn_at, states[0].published_at)


def _note_known_at(policy: Policy, version: Version, note: ReleaseNote | None, at: datetime) -> ReleaseNote | None:
    if note is None:
        return None
    known: dict[str, Words] = {}
    for locale, words in note.words.items():
        edition = version.editions.get(locale)
        came_with = shown_at(version, edition) if edition else _published_at(version)
        came_at = note.words_published_at.get(locale, came_with)
        if locale == policy.authoritative_locale or came_at <= at:
            known[locale] = words
    return replace(note, words=MappingProxyType(known))


def _label_known_at(
    policy: Policy, label: str | None, link: Callable[[Version], str | None], at: datetime
) -> str | None:
    """Follow ``link`` from version to version until one that was published by ``at``."""
    while label is not None:
        found = next((sibling for sibling in policy.versions if sibling.label == label), None)
        if found is None or _published_at(found) <= at:
            break
        label = link(found)
    return label
