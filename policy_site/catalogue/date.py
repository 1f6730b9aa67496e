"""Versions are the dates that texts give themselves: for repositories that were never written for this program."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType

from policy_site.catalogue.grouping import (
    Grouped,
    Question,
    Shelf,
    Wording,
    distinct_wordings,
    edition_of,
    finding,
    in_order,
    published_to_readers,
    start_of,
    visible_at,
)
from policy_site.model import Edition, Finding, Revision, Severity, Version
from policy_site.settings import Settings
from policy_site.sources import Text, find_date, parse_text, without_date


@dataclass(frozen=True, slots=True)
class _Dated:
    """A revision and the day its text names, its own or the one inherited from the revision before."""

    revision: Revision
    day: date


def group(shelf: Shelf, question: Question) -> Grouped:
    """Group revisions by the date in their text; the last text under a date is the version's.

    A revision without a date belongs to the one before it. Where the text goes back to an earlier date, the versions
    with later dates are withdrawn at that commit. Translations are grouped by their own dates; one whose date no
    version has belongs to the version before that date.
    """
    settings, as_of, wording, month_names = question.settings, question.as_of, question.wording, question.month_names
    locale = settings.authoritative_locale
    authoritative = _dated(visible_at(shelf.texts.get(locale, ()), as_of), settings, month_names)
    if not authoritative:
        return Grouped(())
    groups: dict[date, list[Revision]] = {}
    for dated in authoritative:
        groups.setdefault(dated.day, []).append(dated.revision)
    withdrawn = _withdrawals(authoritative)
    findings = _reworded(groups, question.form)
    if locale in shelf.missing_at_tip:
        message = f"The text of {shelf.policy!r} was deleted; its last version is shown as the one in force."
        remedy = "Remove the policy from site.toml if it no longer applies."
        path = authoritative[-1].revision.path
        findings.append(finding(path, message, remedy, rule="missing-text", severity=Severity.WARNING))
    versions = {day: _version(shelf.policy, day, groups[day], settings, withdrawn.get(day)) for day in groups}
    editions: dict[date, dict[str, Edition]] = {
        day: {locale: replace(_edition(versions[day], locale, groups[day], wording), earlier=())} for day in groups
    }
    for other in settings.languages:
        if other != locale:
            translations = _dated(visible_at(shelf.texts.get(other, ()), as_of), settings, month_names)
            findings += _add_translations(translations, other, versions, editions, wording)
    finished = [
        replace(version, editions=MappingProxyType(_shown(editions[day], version))) for day, version in versions.items()
    ]
    names = {
        version.label: _name_without_date(version.editions[locale], settings, question.form) for version in finished
    }
    return Grouped(in_order(finished, names, as_of), tuple(findings))


def _read(revision: Revision) -> Text:
    return parse_text(revision, is_strict=False)


def _dated(revisions: Sequence[Revision], settings: Settings, month_names: Mapping[str, int]) -> list[_Dated]:
    dated: list[_Dated] = []
    day: date | None = None
    for revision in revisions:
        own = find_date(_read(revision), settings=settings, month_names=month_names)
        day = own or day or (revision.committed_at.astimezone(settings.zone).date() if revision.committed_at else None)
        if day is not None:
            dated.append(_Dated(revision, day))
    return dated


def _withdrawals(dated: Sequence[_Dated]) -> dict[date, datetime | None]:
    withdrawn: dict[date, datetime | None] = {}
    for before, after in itertools.pairwise(dated):
        if after.day < before.day:
            for day in {entry.day for entry in dated[: dated.index(after)] if entry.day > after.day}:
                withdrawn.setdefault(day, after.revision.committed_at)
        withdrawn.pop(after.day, None)
    return withdrawn


def _version(
    policy: str, day: date, revisions: Sequence[Revision], settings: Settings, withdrawn_at: datetime | None
) -> Version:
    effective_at = start_of(day, settings.zone)
    published_at = revisions[0].committed_at or effective_at
    return Version(
        policy=policy,
        label=day.isoformat(),
        published_at=published_at,
        published_date=published_at.astimezone(settings.zone).date(),
        effective_at=effective_at,
        effective_date=day,
        significance=settings.versions.significance,
        is_significance_declared=False,
        editions=MappingProxyType({}),
        withdrawn_at=withdrawn_at,
    )


def _edition(version: Version, locale: str, revisions: Sequence[Revision], wording: Wording) -> Edition:
    return edition_of(
        policy=version.policy,
        version=version.label,
        locale=locale,
        text=_read(revisions[-1]),
        revisions=revisions,
        distinct=distinct_wordings(revisions, _read, wording),
    )


def _shown(editions: Mapping[str, Edition], version: Version) -> dict[str, Edition]:
    shown: dict[str, Edition] = {}
    for locale, edition in editions.items():
        first = (*edition.earlier, edition.revision)[0].committed_at
        shown[locale] = replace(
            edition, published_at=max(first, version.published_at) if first else version.published_at
        )
    return shown


def _add_translations(
    dated: Sequence[_Dated],
    locale: str,
    versions: Mapping[date, Version],
    editions: Mapping[date, dict[str, Edition]],
    wording: Wording,
) -> list[Finding]:
    groups: dict[date, list[Revision]] = {}
    strays: dict[date, Revision] = {}
    for entry in dated:
        day = entry.day
        if day not in versions:
            strays[day] = entry.revision
            day = max((known for known in versions if known <= entry.day), default=min(versions))
        groups.setdefault(day, []).append(entry.revision)
    for day, revisions in groups.items():
        edition = _edition(versions[day], locale, revisions, wording)
        at = max(revisions[0].committed_at or versions[day].published_at, versions[day].published_at)
        distinct = distinct_wordings(revisions, _read, wording)
        editions[day][locale] = published_to_readers(edition, at, distinct)
    tip = dated[-1].revision if dated else None
    return [
        finding(
            revision.path,
            f"This translation names {day.isoformat()}, a date that no version of the authoritative text has.",
            "Correct the date in the translation.",
            rule="unknown-date",
            severity=Severity.WARNING if revision == tip else Severity.NOTE,
        )
        for day, revision in strays.items()
    ]


def _reworded(groups: Mapping[date, Sequence[Revision]], wording: Wording) -> list[Finding]:
    findings: list[Finding] = []
    for day, revisions in groups.items():
        changes = len(distinct_wordings(revisions, _read, wording)) - 1
        if changes:
            times = "once" if changes == 1 else f"{changes} times"
            message = f"The wording changed {times} under the date {day.isoformat()}, without a version of its own."
            remedy = "Give each change of wording its own date."
            findings.append(
                finding(revisions[-1].path, message, remedy, rule="wording-without-release", severity=Severity.NOTE)
            )
    return findings


def _name_without_date(edition: Edition, settings: Settings, wording: Wording) -> str:
    text = _read(edition.revision)
    return wording(replace(text, body=without_date(text.body, settings=settings)))
