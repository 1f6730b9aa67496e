"""Announced texts that are kept in a file of their own until their day, as ``terms_preview.md``.

They follow the policy's own texts as if they had been written there: each is a version that is public from its commit
and applies from the day that it names. Once the policy's own file names that day, or a later one, it goes on from
there. A text whose day has come while the policy's own file is another never applied: nobody put it in force.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from types import MappingProxyType

from policy_site.catalogue.grouping import Question, Shelf, finding, start_of, visible_at
from policy_site.catalogue.readings import read
from policy_site.model import Finding, Revision, Severity
from policy_site.sources import find_date

_NOT_YET = datetime.max.replace(tzinfo=UTC)
"""When a text without a commit was committed."""


@dataclass(frozen=True, slots=True)
class Announced:
    """What announced texts do to a shelf."""

    shelf: Shelf
    """Its texts hold the announced ones, each before what took it over."""
    lapsed: tuple[Revision, ...] = ()
    """Those of the authoritative language whose day came, and that nobody put in force."""
    findings: tuple[Finding, ...] = ()


def with_announced(shelf: Shelf, question: Question) -> Announced:
    """Put announced texts where they belong among those of the policy's own files."""
    if not shelf.announced:
        return Announced(shelf)
    findings: list[Finding] = []
    lapsed: list[Revision] = []
    texts = dict(shelf.texts)
    for locale, announced in shelf.announced.items():
        own = visible_at(shelf.texts.get(locale, ()), question.as_of)
        coming = visible_at(announced, question.as_of)
        woven, late, told = _weave(own, coming, question, is_there=locale in shelf.announced_at_tip)
        texts[locale] = tuple(woven)
        if locale == question.settings.authoritative_locale:
            findings += told
            lapsed += late
    return Announced(replace(shelf, texts=MappingProxyType(texts)), tuple(lapsed), tuple(findings))


def _weave(
    own: Sequence[Revision], coming: Sequence[Revision], question: Question, *, is_there: bool
) -> tuple[list[Revision], list[Revision], list[Finding]]:
    days = [_day_of(revision, question) for revision in own]
    placed: list[tuple[int, Revision]] = []
    late: list[Revision] = []
    told: list[Finding] = []
    for number, revision in enumerate(coming):
        day = _day_of(revision, question)
        place = _taken_over_at(own, days, revision, day) if day else 0
        is_last = number == len(coming) - 1 and is_there
        if day is None or any(other and other >= day for other in days[:place]):
            if is_last and day is None:
                message = "This announced text names no day on which it takes effect, so it is not shown."
                told.append(_tell(revision, message))
            continue
        if place == len(own) and start_of(day, question.settings.zone) <= question.as_of:
            late.append(revision)
            if is_last:
                message = (
                    f"The day of this announced text, {day.isoformat()}, came, and the policy's own file is another."
                )
                told.append(_tell(revision, f"{message} It never applied."))
        if place < len(own) or is_there:
            placed.append((place, revision))
    woven = [
        one
        for index in range(len(own) + 1)
        for one in (*(revision for at, revision in placed if at == index), *own[index : index + 1])
    ]
    return woven, late, told


def _taken_over_at(own: Sequence[Revision], days: Sequence[date | None], coming: Revision, day: date) -> int:
    """Return the index of the first later text of the policy's own file that names the day, or a later one."""
    at = coming.committed_at or _NOT_YET
    later = (
        index
        for index, (revision, named) in enumerate(zip(own, days, strict=True))
        if (revision.committed_at or _NOT_YET) >= at and named and named >= day
    )
    return next(later, len(own))


def _day_of(revision: Revision, question: Question) -> date | None:
    return find_date(read(revision), settings=question.settings, month_names=question.month_names)


def _tell(revision: Revision, message: str) -> Finding:
    return finding(
        revision.path,
        message,
        "Write the day into it, or put its words into the policy's own file.",
        rule="announced-text",
        severity=Severity.WARNING,
    )
