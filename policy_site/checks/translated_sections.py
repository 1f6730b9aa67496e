"""A translation has the sections of the authoritative text, in its order, under the same ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
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
    other = _in_each_others_place(mine, theirs)
    for section in theirs:
        if section not in known and section not in other.values():
            message = f"This translation lacks section {section!r}, which is in {pair.source_path}."
            yield _finding(pair, None, message, "Translate that section.", subject=section)
    for section in mine:
        if section in other:
            message = f"This section has the id {section!r}; in {pair.source_path} it is {other[section]!r}."
            remedy = f"Write {{#{other[section]}}} after the heading."
            yield _finding(pair, section, message, remedy, subject=section)
        elif section not in wanted:
            message = f"This translation has a section {section!r}, which is not in {pair.source_path}."
            yield _finding(pair, section, message, "Correct the id, or remove the section.", subject=section)
    for section in out_of_order(mine, theirs):
        message = f"Section {section!r} is in a different place than in {pair.source_path}."
        yield _finding(pair, section, message, "Put the sections in the order of the authoritative text.")


def _in_each_others_place(mine: Sequence[str], theirs: Sequence[str]) -> dict[str, str]:
    """Return the sections that stand where one of the authoritative text is lacking: the same, under another id."""
    pairs: dict[str, str] = {}
    for kind, start, end, other_start, other_end in SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes():
        if kind == "replace" and end - start == other_end - other_start:
            pairs |= zip(mine[start:end], theirs[other_start:other_end], strict=True)
    return {own: other for own, other in pairs.items() if own not in theirs and other not in mine}


def _finding(pair: LivingTranslation, section: str | None, message: str, remedy: str, *, subject: str = "") -> Finding:
    return Finding(
        path=pair.edition.revision.path,
        line=pair.line_of(section) if section else None,
        rule=RULE.name,
        severity=pair.severity,
        message=message,
        remedy=remedy,
        subject=f"{pair.edition.policy}/{pair.edition.locale}#{subject}" if subject else "",
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
