"""Headings of a translation have the levels of the authoritative text."""

from __future__ import annotations

from collections.abc import Iterator

from policy_site.checks.rule import Rule
from policy_site.checks.sample import GERMAN_BODY, TRANSLATION, translation_with
from policy_site.fidelity import living_translations
from policy_site.model import Finding, Severity
from policy_site.publication import Publication


def _findings(publication: Publication) -> Iterator[Finding]:
    for pair in living_translations(publication):
        levels = {section.id: section.level for section in pair.source.sections}
        for section in pair.translation.sections:
            wanted = levels.get(section.id, section.level)
            if wanted != section.level:
                yield Finding(
                    path=pair.edition.revision.path,
                    line=pair.line_of(section.id),
                    rule=RULE.name,
                    severity=pair.severity,
                    message=f"Section {section.id!r} has a level {section.level} heading here, but a level {wanted}"
                    f" heading in {pair.source_path}.",
                    remedy=f"Begin it with {'#' * wanted}." if wanted else "Remove the heading.",
                )


RULE = Rule(
    name="translated-levels",
    severities=(Severity.WARNING, Severity.NOTE),
    demand="A heading stands as deep in a translation as in the authoritative text of the version that it renders.",
    reason="What stands under which heading is part of what a text says: an exception under another clause is another "
    "exception.",
    findings=_findings,
    fails={TRANSLATION: translation_with(GERMAN_BODY.replace("## Weitergabe", "### Weitergabe"))},
    passes={TRANSLATION: translation_with(GERMAN_BODY.replace("## Weitergabe", "## Empfänger"))},
)
