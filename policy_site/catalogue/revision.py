"""Every change of wording is a version, in force from its commit: for repositories that give no dates at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType

from policy_site.catalogue.grouping import (
    Grouped,
    Question,
    Shelf,
    Wording,
    distinct_wordings,
    edition_of,
    in_order,
    published_to_readers,
    visible_at,
)
from policy_site.model import Edition, Revision, Version
from policy_site.settings import Settings
from policy_site.sources import Text, parse_text

_WITHOUT_COMMIT = datetime(1970, 1, 1, tzinfo=UTC)


def group(shelf: Shelf, question: Question) -> Grouped:
    """Make a version of each change of wording of the authoritative text.

    Labels are commit days in the site's time zone, with ``-2``, ``-3`` for more on the same day. A translation renders
    the version that was the newest when it was committed.
    """
    settings, as_of, wording = question.settings, question.as_of, question.wording
    locale = settings.authoritative_locale
    revisions = visible_at(shelf.texts.get(locale, ()), as_of)
    starts = distinct_wordings(revisions, _read, wording)
    versions: list[Version] = []
    labels: set[str] = set()
    for number, start in enumerate(starts):
        first = revisions.index(start)
        end = revisions.index(starts[number + 1]) if number + 1 < len(starts) else len(revisions)
        at = max(start.committed_at or _WITHOUT_COMMIT, versions[-1].effective_at if versions else _WITHOUT_COMMIT)
        label = _label(at.astimezone(settings.zone).date().isoformat(), labels)
        versions.append(_version(shelf.policy, label, at, revisions[first:end], settings))
    for other in settings.languages:
        if other != locale:
            _add_translations(visible_at(shelf.texts.get(other, ()), as_of), other, versions, wording)
    names = {version.label: question.form(_read(version.editions[locale].revision)) for version in versions}
    return Grouped(in_order(versions, names, as_of))


def _read(revision: Revision) -> Text:
    return parse_text(revision, is_strict=False)


def _label(day: str, labels: set[str]) -> str:
    label, number = day, 1
    while label in labels:
        number += 1
        label = f"{day}-{number}"
    labels.add(label)
    return label


def _version(policy: str, label: str, at: datetime, revisions: Sequence[Revision], settings: Settings) -> Version:
    edition = edition_of(
        policy=policy,
        version=label,
        locale=settings.authoritative_locale,
        text=_read(revisions[-1]),
        revisions=revisions,
        distinct=(),
    )
    day = at.astimezone(settings.zone).date()
    return Version(
        policy=policy,
        label=label,
        published_at=at,
        published_date=day,
        effective_at=at,
        effective_date=day,
        significance=settings.versions.significance,
        is_significance_declared=False,
        editions=MappingProxyType({settings.authoritative_locale: replace(edition, published_at=at)}),
    )


def _add_translations(revisions: Sequence[Revision], locale: str, versions: list[Version], wording: Wording) -> None:
    for number, version in enumerate(versions):
        end = versions[number + 1].published_at if number + 1 < len(versions) else None
        own = [
            revision
            for revision in revisions
            if revision.committed_at is None
            or (
                (number == 0 or revision.committed_at >= version.published_at)
                and (end is None or revision.committed_at < end)
            )
        ]
        if own:
            distinct = distinct_wordings(own, _read, wording)
            edition: Edition = edition_of(
                policy=version.policy,
                version=version.label,
                locale=locale,
                text=_read(own[-1]),
                revisions=own,
                distinct=distinct,
            )
            shown_at = max(own[0].committed_at or version.published_at, version.published_at)
            editions = {**version.editions, locale: published_to_readers(edition, shown_at, distinct)}
            versions[number] = replace(version, editions=MappingProxyType(editions))
