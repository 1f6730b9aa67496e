"""Versions are the dates that texts give themselves: for repositories that were never written for this program.

The date of a text says when it applies, its commit when readers could read it. Where a text has no date of its own (it
has none, a mistyped one, the one of other words, or one that goes back), it applies from its commit, and that is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from policy_site.catalogue.announced import with_announced
from policy_site.catalogue.grouping import Grouped, Question, Shelf, finding, start_of, visible_at
from policy_site.catalogue.readings import (
    WITHOUT_COMMIT,
    Corrections,
    Labels,
    Place,
    Reading,
    label_for,
    newest_at,
    read,
    versions_of,
)
from policy_site.model import Finding, Revision, Severity
from policy_site.settings import Correction
from policy_site.sources import find_date, undated, unreadable_date

_FARTHEST = timedelta(days=3 * 366)
"""How long before it applies a text is published at most: a later date is mistyped."""
_SOON = timedelta(days=7)
"""How long after it was published a date without other words corrects the one before: nobody publishes anew so soon."""
_LATE = timedelta(days=31)
"""How long after its words the date of a text may follow and still be theirs."""


def group(shelf: Shelf, question: Question) -> Grouped:
    """Group revisions by the date in their text; each wording under a date is a version, or a revision of one.

    The first wording under a date applies from that day, each later one from its commit. Translations render the
    version whose date they name; one whose date no version has, the version before that date.
    """
    announced = with_announced(shelf, question)
    shelf = announced.shelf
    walk = _Walk(shelf, question)
    revisions = visible_at(shelf.texts.get(question.settings.authoritative_locale, ()), question.as_of)
    for revision in revisions:
        walk.take(revision)
    for one in walk.readings:
        if all(revision in announced.lapsed for revision in one.revisions):
            one.withdrawn_at = one.effective_at
    findings = [*announced.findings, *walk.report_reworded(), *Corrections(shelf, question.settings).unused(revisions)]
    if not walk.readings:
        return Grouped((), tuple(findings))
    findings += walk.report(revisions[-1])
    findings += _strays(walk.readings, shelf, question)
    return versions_of(walk.readings, shelf, question, place=_by_date(walk.readings, question), findings=findings)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A revision, when readers could read it, and the date that it names."""

    revision: Revision
    at: datetime
    day: date
    """Of ``at``, in the site's time zone."""
    stated: date | None
    words: tuple[str, str]
    """Names of its words, without those that tell the date, and with them."""
    correction: Correction | None
    is_mistyped: bool


class _Walk:
    """Goes through the revisions of one text and tells what readers read, one reading after the other."""

    def __init__(self, shelf: Shelf, question: Question) -> None:
        self.policy, self.question, self.settings = shelf.policy, question, question.settings
        self.readings: list[Reading] = []
        self._told: list[tuple[Revision, str]] = []
        self._labels = Labels()
        self._corrections = Corrections(shelf, question.settings)
        self._words = ("", "")
        self._reworded: dict[date, int] = {}

    def take(self, revision: Revision) -> None:
        """Let a revision follow those before it."""
        seen = self._see(revision)
        now = self.readings[-1] if self.readings else None
        if seen.correction and seen.correction.not_a_version:
            if now:
                now.revisions.append(revision)
                self._words = seen.words
            return
        is_same = any(new == old for new, old in zip(seen.words, self._words, strict=True))
        if now and is_same and not self._is_new_date(now, seen):
            now.revisions.append(revision)
            self._words = seen.words
            return
        if now and self._is_revision(now, seen):
            now.revisions.append(revision)
            now.revised_at.append(seen.at)
            self._count_reworded(now.stated)
        else:
            self._begin(seen)
        self._words = seen.words

    def _see(self, revision: Revision) -> _Seen:
        text = read(revision)
        last = self.readings[-1].published_at if self.readings else WITHOUT_COMMIT
        stated = find_date(text, settings=self.settings, month_names=self.question.month_names)
        if revision.committed_at is None and not self.readings and stated:
            last = start_of(stated, self.settings.zone)
        at = max(revision.committed_at or last, last)
        day = at.astimezone(self.settings.zone).date()
        correction = self._corrections.of(revision)
        if correction and correction.date:
            stated = correction.date
        is_mistyped = stated is not None and stated - day > _FARTHEST
        if stated and is_mistyped:
            self._report(revision, f"This text names the date {stated.isoformat()}, years after its commit. {_MERGED}")
            stated = None
        words = (self.question.wording(undated(text, settings=self.settings)), self.question.wording(text))
        return _Seen(revision, at, day, stated, words, correction, is_mistyped)

    # --- the same words --------------------------------------------------------------------------------------------

    def _is_new_date(self, now: Reading, seen: _Seen) -> bool:
        """Say whether words that stay as they were begin to apply anew; a corrected date is taken over."""
        label = seen.correction.label if seen.correction else None
        if label and label != now.label:
            return True
        if seen.stated is None or seen.stated == now.stated:
            return False
        others = {one.stated for one in self.readings[:-1]}
        if seen.stated in others:
            return True
        is_earlier = now.stated is not None and seen.stated < now.stated and not now.is_dated_by_merge
        is_ahead = now.effective_at > seen.at or seen.at - now.published_at <= _SOON
        read_on = now.published_at.astimezone(self.settings.zone).date()
        is_late = now.is_dated_by_merge and seen.stated - read_on <= _LATE
        if not (is_earlier or is_ahead or is_late):
            return True
        self._date_anew(now, seen, seen.stated)
        return False

    def _date_anew(self, now: Reading, seen: _Seen, stated: date) -> None:
        told = self.question.told.published.get((self.policy, now.label))
        before = self._latest_start(self.readings[:-1], until=seen.at)
        start = start_of(stated, self.settings.zone)
        message = f"This text has the words of the version {now.label!r} and names another date, {stated.isoformat()}."
        if before and start < before:
            self._report(seen.revision, f"{message} Other words applied on that day, so the version keeps its own.")
            return
        self._report(seen.revision, f"{message} It is taken for the corrected one.")
        if told:
            now.before.append((now.effective_at, now.effective_date, seen.at))
        else:
            self._labels.free(now.label)
            now.label = self._labels.take(label_for(read(seen.revision), stated.isoformat(), self.settings))
        now.stated, now.effective_at, now.effective_date, now.is_dated_by_merge = stated, start, stated, False

    # --- other words -----------------------------------------------------------------------------------------------

    def _is_revision(self, now: Reading, seen: _Seen) -> bool:
        """Say whether other words are a revision of the version before, as the operator chose."""
        return (
            self.settings.versions.reworded == "revision"
            and seen.stated is not None
            and seen.stated == now.stated
            and not (seen.correction and seen.correction.label)
        )

    def _begin(self, seen: _Seen) -> None:
        """Begin a reading: from its date where that is its own and later than all before, else from its commit."""
        now = self.readings[-1] if self.readings else None
        stated, zone = seen.stated, self.settings.zone
        start = start_of(stated, zone) if stated else None
        before = self._latest_start(self.readings, until=seen.at)
        is_own = (
            stated is not None
            and start is not None
            and all(one.stated is None or stated > one.stated for one in self.readings if not one.withdrawn_at)
            and (before is None or start >= before)
        )
        if is_own and stated and start:
            effective_at, effective_date = start, stated
        else:
            effective_at = max(seen.at, before or seen.at)
            if now and now.stated == stated and now.effective_at > seen.at:
                effective_at = now.effective_at  # reworded before it applies
            effective_date = effective_at.astimezone(zone).date()
            self._tell(seen, now)
        for one in self.readings:
            if one.effective_at > seen.at and one.effective_at > effective_at and not one.withdrawn_at:
                one.withdrawn_at = seen.at
        default = (stated or effective_date).isoformat()
        label = (seen.correction and seen.correction.label) or label_for(read(seen.revision), default, self.settings)
        self.readings.append(
            Reading(
                self._labels.take(label),
                effective_at,
                effective_date,
                seen.at,
                [seen.revision],
                stated=stated,
                is_dated_by_merge=not is_own,
            )
        )

    @staticmethod
    def _latest_start(readings: Sequence[Reading], *, until: datetime) -> datetime | None:
        """Return when the last of the readings that apply at an instant began to."""
        starts = [one.effective_at for one in readings if one.effective_at <= until and not one.withdrawn_at]
        return max(starts, default=None)

    # --- what is told ----------------------------------------------------------------------------------------------

    def _tell(self, seen: _Seen, now: Reading | None) -> None:
        stated = seen.stated
        if stated is None:
            if not seen.is_mistyped and (now is None or now.stated):
                message = "This text names no date." if now is None else "This text lost the date of the one before."
                self._report(seen.revision, f"{message} {_MERGED}")
        elif now is not None and now.stated == stated:
            self._count_reworded(stated)
        else:
            message = f"The date of this text goes back to {stated.isoformat()}, behind words that applied already."
            self._report(seen.revision, f"{message} {_MERGED}")

    def _count_reworded(self, day: date | None) -> None:
        if day:
            self._reworded[day] = self._reworded.get(day, 0) + 1

    def report_reworded(self) -> list[Finding]:
        """Say how often words changed under an unchanged date."""
        newest = {one.stated: one for one in self.readings}
        kind = "a revision of it" if self.settings.versions.reworded == "revision" else "a version of its own"
        return [
            finding(
                newest[day].revisions[-1].path,
                f"The wording changed {'once' if times == 1 else f'{times} times'} under the date {day.isoformat()},"
                f" without a new date. Each change is {kind}, dated by its commit.",
                "Give each change of wording its own date.",
                rule="wording-without-release",
                severity=Severity.NOTE,
            )
            for day, times in self._reworded.items()
            if day in newest
        ]

    def _report(self, revision: Revision, message: str) -> None:
        self._told.append((revision, message))

    def report(self, newest: Revision) -> list[Finding]:
        """Say what is odd in the dates: of the text as it is now a warning, of an old one a note.

        That today's text has no date, or one that cannot be read, is told with what cannot be read.
        """
        text = read(newest)
        is_told = len(self.readings) > 1 or unreadable_date(text, settings=self.settings)
        if is_told and not find_date(text, settings=self.settings, month_names=self.question.month_names):
            self._told = [(revision, message) for revision, message in self._told if revision is not newest]
        return [
            finding(
                revision.path,
                message,
                "Where another day is meant, write it into the text, or into site.toml under [[corrections]] with"
                f' commit = "{(revision.commit or "")[:12]}".',
                rule="text-date",
                severity=Severity.WARNING if revision is newest else Severity.NOTE,
            )
            for revision, message in self._told
        ]


_MERGED = "It counts from the day of its commit."


def _by_date(readings: Sequence[Reading], question: Question) -> Place:
    """Place a translation with the newest reading, at its time, of the date that it names."""
    newest = newest_at(readings)
    dated = sorted((one for one in readings if one.stated), key=lambda one: (one.stated or date.min, one.published_at))

    def place(revision: Revision) -> Reading | None:
        day = find_date(read(revision), settings=question.settings, month_names=question.month_names)
        if day is None or not dated:
            return newest(revision)
        known = {one.stated for one in dated}
        named = day if day in known else max((each for each in known if each and each <= day), default=dated[0].stated)
        same = [one for one in dated if one.stated == named]
        return newest_at(same)(revision)

    return place


def _strays(readings: Sequence[Reading], shelf: Shelf, question: Question) -> list[Finding]:
    """Say which translations name a date that no version has."""
    known = {one.stated for one in readings}
    findings: list[Finding] = []
    for locale, revisions in sorted(shelf.texts.items()):
        if locale == question.settings.authoritative_locale:
            continue
        strays: dict[date, Revision] = {}
        for revision in visible_at(revisions, question.as_of):
            day = find_date(read(revision), settings=question.settings, month_names=question.month_names)
            if day and day not in known:
                strays[day] = revision
        findings += [
            finding(
                revision.path,
                f"This translation names {day.isoformat()}, a date that no version of the authoritative text has.",
                "Correct the date in the translation.",
                rule="unknown-date",
                severity=Severity.WARNING if revision == revisions[-1] else Severity.NOTE,
            )
            for day, revision in strays.items()
        ]
    return findings
