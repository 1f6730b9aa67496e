"""Headings of a translation have the levels of the authoritative text."""

from __future__ import annotations

from collections.abc import Iterator

from policy_site.fidelity import living_translations
from policy_site.model import Finding
from policy_site.publication import Publication

RULE = "translated-levels"


def translated_levels(publication: Publication) -> Iterator[Finding]:
    """Ask that a heading stands as deep in a translation as in the authoritative text of the version that it renders.

    What stands under which heading is part of what a text says: an exception under another clause is another exception.
    """
    for pair in living_translations(publication):
        levels = {section.id: section.level for section in pair.source.sections}
        for section in pair.translation.sections:
            wanted = levels.get(section.id, section.level)
            if wanted != section.level:
                yield Finding(
                    path=pair.edition.revision.path,
                    line=pair.line_of(section.id),
                    rule=RULE,
                    severity=pair.severity,
                    message=f"The heading of {section.id!r} is of level {section.level}; in {pair.source_path} it is of"
                    f" level {wanted}.",
                    remedy=f"Begin it with {'#' * wanted}." if wanted else "Take the heading out.",
                )
