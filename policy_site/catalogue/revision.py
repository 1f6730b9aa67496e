"""Every change of wording is a version, in force from its commit: for repositories that give no dates at all."""

from __future__ import annotations

from collections.abc import Sequence

from policy_site.catalogue.grouping import Grouped, Question, Shelf, start_of, visible_at
from policy_site.catalogue.readings import (
    WITHOUT_COMMIT,
    Corrections,
    Labels,
    Reading,
    label_for,
    read,
    reading_at,
    versions_of,
)
from policy_site.model import Revision
from policy_site.settings import Settings


def group(shelf: Shelf, question: Question) -> Grouped:
    """Make a version of each change of wording of the authoritative text.

    Labels are what texts call themselves where ``site.toml`` says how to find that, else commit days in the site's time
    zone, with ``-2``, ``-3`` for more on the same day. A translation renders the version that was the newest when it
    was committed.
    """
    settings = question.settings
    revisions = visible_at(shelf.texts.get(settings.authoritative_locale, ()), question.as_of)
    corrections = Corrections(shelf, settings)
    readings = name_readings(find_wordings(revisions, question, corrections), settings, corrections)
    return versions_of(readings, shelf, question, findings=tuple(corrections.unused(revisions)))


def find_wordings(revisions: Sequence[Revision], question: Question, corrections: Corrections) -> list[Reading]:
    """Return what readers read, one wording after the other, without labels."""
    found: list[Reading] = []
    last = None
    for revision in revisions:
        name = question.wording(read(revision))
        said = corrections.of(revision)
        is_none = said is not None and said.not_a_version
        if found and (is_none or (name == last and not (said and said.label))):
            found[-1].revisions.append(revision)
        elif not is_none:
            before = found[-1].effective_at if found else WITHOUT_COMMIT
            at = max(revision.committed_at or before, before)
            found.append(reading_at(revision, at, "", question.settings))
        last = name
    return found


def name_readings(readings: Sequence[Reading], settings: Settings, corrections: Corrections) -> list[Reading]:
    """Give each reading its label, and what the operator corrected."""
    labels = Labels()
    for number, one in enumerate(readings):
        said = corrections.of(one.revisions[0])
        if said and said.date:
            before = readings[number - 1].effective_at if number else WITHOUT_COMMIT
            one.effective_at = max(start_of(said.date, settings.zone), before)
            one.effective_date = one.effective_at.astimezone(settings.zone).date()
        default = one.label or one.effective_date.isoformat()
        label = (said and said.label) or label_for(read(one.revisions[0]), default, settings)
        one.label = labels.take(label)
    return list(readings)
