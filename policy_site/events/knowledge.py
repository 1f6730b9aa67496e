"""What was known of a version at an instant: what comes later never changes what was told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from policy_site.catalogue.standing import edition_at
from policy_site.model import Edition, Policy, ReleaseNote, Version, Words


def version_known_at(policy: Policy, version: Version, at: datetime) -> Version:
    """Return ``version`` as readers knew it at ``at``: texts, words, neighbours and facts that came later are out."""
    state = state_known_at(version, at)
    editions = {
        locale: edition_known_at(edition, at)
        for locale, edition in version.editions.items()
        if locale == policy.authoritative_locale or shown_at(version, edition) <= at
    }
    withdrawn_at = known_withdrawn_at(version)
    return replace(
        state,
        editions=MappingProxyType(editions),
        note=_note_known_at(policy, version, state.note, at),
        previous=_label_known_at(policy, version.previous, lambda sibling: sibling.previous, at),
        identical_to=_label_known_at(policy, version.identical_to, lambda sibling: sibling.identical_to, at),
        withdrawn_at=withdrawn_at if withdrawn_at and withdrawn_at <= at else None,
        earlier=(),
    )


def state_known_at(version: Version, at: datetime) -> Version:
    """Return what the release note said at ``at``, its links and editions aside."""
    states = states_of(version)
    stated = [state for state in states if state.stated_at is None or state.stated_at <= at]
    return stated[-1] if stated else states[0]


def shown_at(version: Version, edition: Edition) -> datetime:
    """Return when readers first got an edition of ``version``."""
    published_at = first_published_at(version)
    return max(edition.published_at or published_at, published_at)


def edition_known_at(edition: Edition, at: datetime) -> Edition:
    """Return an edition without the revisions that came after ``at``; its first one always was there."""
    revisions = (*edition.earlier, edition.revision)
    known = [revision for revision in revisions if revision.committed_at is None or revision.committed_at <= at]
    known = known or [revisions[0]]
    if known[-1] == edition.revision:
        return edition
    return edition_at(edition, known[-1])


def states_of(version: Version) -> tuple[Version, ...]:
    """Return everything that was ever said of a version, the present last."""
    return (*version.earlier, version)


def first_published_at(version: Version) -> datetime:
    """Return when a version was published, whatever was said of it later."""
    return states_of(version)[0].published_at


def known_withdrawn_at(version: Version) -> datetime | None:
    """Return when readers could know of the withdrawal: not before the note said so, nor before the publication."""
    states = states_of(version)
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
        came_with = shown_at(version, edition) if edition else first_published_at(version)
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
        if found is None or first_published_at(found) <= at:
            break
        label = link(found)
    return label
