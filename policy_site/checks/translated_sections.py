"""A translation has the sections of the authoritative text, in its order, under the same ids."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from policy_site.checks.rule import Rule
from policy_site.checks.sample import GERMAN_BODY, TRANSLATION, translation_with
from policy_site.fidelity import LivingTranslation, living_translations, out_of_order
from policy_site.model import Finding, Severity
from policy_site.publication import Publication

MAXIMUM = 100
"""Findings for one text: whoever has mended so many is told of the next ones."""


def _findings(publication: Publication) -> Iterator[Finding]:
    for pair in living_translations(publication):
        yield from islice(_differences(pair), MAXIMUM)


def _differences(pair: LivingTranslation) -> Iterator[Finding]:
    mine = [section.id for section in pair.translation.sections]
    theirs = [section.id for section in pair.source.sections]
    known, wanted = set(mine), set(theirs)
    for section in theirs:
        if section not in known:
            message = f"The translation has no section {section!r}; {pair.source_path} has."
            yield _finding(pair, None, message, f"Translate it, or give its heading the id {{#{section}}}.")
    for section in mine:
        if section not in wanted:
            message = f"The translation has a section {section!r}; {pair.source_path} has not."
            yield _finding(pair, section, message, "Correct the id, or take the section out.")
    for section in out_of_order(mine, theirs):
        message = f"The section {section!r} stands elsewhere than in {pair.source_path}."
        yield _finding(pair, section, message, "Put the sections into the order of the authoritative text.")


def _finding(pair: LivingTranslation, section: str | None, message: str, remedy: str) -> Finding:
    return Finding(
        path=pair.edition.revision.path,
        line=pair.line_of(section) if section else None,
        rule=RULE.name,
        severity=pair.severity,
        message=message,
        remedy=remedy,
    )


RULE = Rule(
    name="translated-sections",
    severities=(Severity.WARNING, Severity.NOTE),
    demand="A translation has the section ids of the authoritative text of the version that it renders, in its order.",
    reason="By its id a reader's link, a redline and the note that a section is stale find the section in every "
    "language.",
    findings=_findings,
    fails={TRANSLATION: translation_with(GERMAN_BODY + "\n## Kontakt {#contact}\n")},
    passes={TRANSLATION: translation_with(GERMAN_BODY + "\nSchreiben Sie uns.\n")},
)
