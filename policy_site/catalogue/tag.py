"""Versions are what tags of the repository point to: for repositories that release their texts as programs are.

A tag that finds a text as the tag before it did makes no version of it: one tag can stand for several documents. What
was changed since the last tag is not released.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from policy_site.catalogue.grouping import Grouped, Question, Shelf, Tag, finding, visible_at
from policy_site.catalogue.readings import Corrections, Reading, read, reading_at, versions_of
from policy_site.catalogue.revision import name_readings
from policy_site.model import Finding, Revision, Severity
from policy_site.sources import label_in


def group(shelf: Shelf, question: Question) -> Grouped:
    """Make a version of the text at each tag whose name fits, in force from the commit that is tagged."""
    settings = question.settings
    revisions = visible_at(shelf.texts.get(settings.authoritative_locale, ()), question.as_of)
    places = [shelf.places.get(revision.commit or "", len(shelf.places)) for revision in revisions]
    corrections = Corrections(shelf, settings)
    readings: list[Reading] = []
    released = 0
    for tag, label in _named(shelf.tags, question):
        end = bisect_right(places, tag.place)
        if end <= released:
            continue
        text, before = revisions[end - 1], released
        released = end
        if readings and question.wording(read(text)) == question.wording(read(readings[-1].revisions[-1])):
            readings[-1].revisions.append(text)
            continue
        at = max(tag.committed_at, readings[-1].effective_at if readings else tag.committed_at)
        one = reading_at(text, at, label, settings)
        same = [each for each in revisions[before:end] if question.wording(read(each)) == question.wording(read(text))]
        one.revisions = same or [text]
        readings.append(one)
    findings = [*corrections.unused(revisions), *_unreleased(revisions, released, readings, question)]
    return versions_of(name_readings(readings, settings, corrections), shelf, question, findings=findings)


def _named(tags: Sequence[Tag], question: Question) -> Iterator[tuple[Tag, str]]:
    """Yield the tags whose whole name fits, in the order of the branch, each with the label in it."""
    for tag in sorted(tags, key=lambda each: (each.place, each.committed_at, each.name)):
        if tag.committed_at > question.as_of:
            continue
        label = label_in(tag.name, question.settings.versions.tags)
        if label:
            yield tag, label


def _unreleased(
    revisions: Sequence[Revision], released: int, readings: Sequence[Reading], question: Question
) -> Iterator[Finding]:
    if not revisions:
        return
    newest = revisions[-1]
    if not readings:
        message = "No tag of the publishing branch has this text, so it has no version."
        remedy = f"Tag a commit that has it; names must fit versions.tags, {question.settings.versions.tags!r}."
        yield finding(newest.path, message, remedy, rule="untagged", severity=Severity.WARNING)
    elif question.wording(read(newest)) != question.wording(read(readings[-1].revisions[-1])):
        count = len(revisions) - released
        times = "once" if count == 1 else f"{count} times"
        message = f"The text was changed {times} since its last tag; what changed is not released."
        remedy = "Tag the commit that has it once it shall be published."
        yield finding(newest.path, message, remedy, rule="untagged", severity=Severity.NOTE)
