"""What was known of a version at an instant: what comes later never changes what was told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from policy_site.catalogue.standing import edition_at
from policy_site.catalogue.succession import (
    first_published_at,
    known_withdrawn_at,
    predecessor,
    state_known_at,
    twin,
)
from policy_site.model import Edition, Policy, ReleaseNote, Version, Words


def version_known_at(policy: Policy, version: Version, at: datetime) -> Version:
    """Return ``version`` as readers knew it at ``at``: texts, words, neighbours and facts that came later are out."""
    state = state_known_at(version, at)
    before = predecessor(policy, version, at)
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
        previous=before.label if before else None,
        identical_to=twin(policy, version, at),
        withdrawn_at=withdrawn_at if withdrawn_at and withdrawn_at <= at else None,
        earlier=(),
    )


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
