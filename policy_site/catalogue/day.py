"""The last wording of a day is a version: for repositories in which a change comes in several commits."""

from __future__ import annotations

from policy_site.catalogue.grouping import Grouped, Question, Shelf, visible_at
from policy_site.catalogue.readings import Corrections, Reading, read, versions_of
from policy_site.catalogue.revision import find_wordings, name_readings


def group(shelf: Shelf, question: Question) -> Grouped:
    """Make a version of the last wording of each day of the site's time zone, in force from the commit that brought it.

    A day that ends with the words with which it began makes none.
    """
    settings = question.settings
    revisions = visible_at(shelf.texts.get(settings.authoritative_locale, ()), question.as_of)
    corrections = Corrections(shelf, settings)
    kept: list[Reading] = []
    for one in find_wordings(revisions, question, corrections):
        if kept and kept[-1].effective_date == one.effective_date:
            kept.pop()
        name = question.wording(read(one.revisions[0]))
        if kept and question.wording(read(kept[-1].revisions[-1])) == name:
            kept[-1].revisions += one.revisions
        else:
            kept.append(one)
    readings = name_readings(kept, settings, corrections)
    return versions_of(readings, shelf, question, findings=tuple(corrections.unused(revisions)))
