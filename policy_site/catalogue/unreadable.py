"""Texts as they are now that cannot be read for what they are: told in every way of grouping."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policy_site.catalogue.grouping import Question, Shelf, finding
from policy_site.model import Finding, Revision, Severity
from policy_site.sources import find_date, find_other_date, parse_text, unreadable_date


def find_unreadable(shelf: Shelf, question: Question) -> Iterator[Finding]:
    """Yield what is wrong with the newest text of each language; old ones can no longer be mended.

    Facts that cannot be read are not missing: without them a text that begins to apply in 2099 would apply today, under
    the date of the text before it.
    """
    for archived in shelf.archive.values():
        yield from parse_text(archived, is_strict=False).findings
    if question.settings.versions.grouping.is_ours:
        return  # whoever groups by release notes says what is wrong with these texts
    for locale, revisions in sorted(shelf.texts.items()):
        if locale not in shelf.missing_at_tip:
            text = parse_text(revisions[-1], is_strict=False)
            yield from text.findings or _of_date(revisions, question)


def _of_date(revisions: Sequence[Revision], question: Question) -> Iterator[Finding]:
    """Say where a text has lost the date by which it is grouped, so that its words stand under the one before."""
    if question.settings.versions.grouping.name != "date":
        return
    settings, month_names = question.settings, question.month_names
    tip, earlier = revisions[-1], revisions[-2:-1]
    text = parse_text(tip, is_strict=False)
    if day := find_date(text, settings=settings, month_names=month_names):
        if other := find_other_date(text, settings=settings, month_names=month_names):
            message = f"This text names its date twice: {other.day.isoformat()} here, and {day.isoformat()} beside it."
            remedy = f"Correct the wrong one. {day.isoformat()} counts until then."
            yield finding(tip.path, message, remedy, rule="text-date", severity=Severity.WARNING, line=other.line)
        return
    written = unreadable_date(text, settings=settings)
    if written:
        message = f"The date of this text, {' '.join(written.split())[:80]!r}, is no day of the calendar."
        yield finding(tip.path, message, "Write it as 2026-05-04, or as the texts before it do.", rule="text-date")
    elif any(
        find_date(before, settings=settings, month_names=month_names)
        and question.wording(before) != question.wording(text)
        for before in (parse_text(each, is_strict=False) for each in earlier)
    ):
        message = "This text names no date. The one before it did; these words apply from the day of their commit."
        remedy = "Write the day on which these words begin to apply where the text before had its own."
        yield finding(tip.path, message, remedy, rule="text-date", severity=Severity.WARNING)
