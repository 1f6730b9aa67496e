"""A translation has the numbers, dates and addresses of the authoritative text, and as many items and rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from policy_site.checks.rule import Rule
from policy_site.checks.sample import GERMAN_BODY, TRANSLATION, translation_with
from policy_site.evidence import Evidence, compare_across, count_shapes
from policy_site.fidelity import LivingTranslation, living_translations
from policy_site.model import Finding, Section, Severity
from policy_site.publication import Publication

MAXIMUM = 100
"""Findings for one text: whoever has mended so many is told of the next ones."""
_MAXIMUM_TOLD = 4
_SHAPES = {"li": "list items", "tr": "table rows"}


def _findings(publication: Publication) -> Iterator[Finding]:
    for pair in living_translations(publication):
        yield from islice(
            _of_translation(pair, publication.settings.authoritative_locale_of(pair.edition.policy)), MAXIMUM
        )


def _of_translation(pair: LivingTranslation, locale: str) -> Iterator[Finding]:
    sources = {section.id: section for section in pair.source.sections}
    for section in pair.translation.sections:
        source = sources.get(section.id)
        facts = list(_facts(source, section, pair, locale)) if source else []
        if facts:
            yield Finding(
                path=pair.edition.revision.path,
                line=pair.line_of(section.id),
                rule=RULE.name,
                severity=pair.severity,
                message=f"Section {section.id!r} differs from the one in {pair.source_path}: {'; '.join(facts)}.",
                remedy="Make the two texts say the same.",
                subject=f"{pair.edition.policy}/{pair.edition.locale}#{section.id}",
            )


def _facts(source: Section, section: Section, pair: LivingTranslation, locale: str) -> Iterator[str]:
    found = compare_across(source, section, source_locale=locale, locale=pair.edition.locale)
    if found.lacking:
        yield f"{_told(found.lacking)} is missing here"
    if found.own:
        yield f"{_told(found.own)} is only here"
    wanted, counted = count_shapes(source), count_shapes(section)
    for tag, name in _SHAPES.items():
        if wanted[tag] != counted[tag]:
            yield f"{counted[tag]} {name} here, {wanted[tag]} there"


def _told(evidence: Sequence[Evidence]) -> str:
    words = list(dict.fromkeys(f"“{' '.join(each.words.split())[:80]}”" for each in evidence))
    more = len(words) - _MAXIMUM_TOLD
    return ", ".join(words[:_MAXIMUM_TOLD]) + (f" and {more} more" if more > 0 else "")


RULE = Rule(
    name="translated-facts",
    severities=(Severity.WARNING, Severity.NOTE),
    demand="Each section of a translation has the numbers, amounts, periods, dates and e-mail addresses of the"
    " authoritative text that it renders, and as many list items and table rows; each language in its own way of"
    " writing. Numbers in words may stand for digits.",
    reason="A reader who is told 90 days where the authoritative text says 30 relies on the wrong one. In repositories"
    " that were never written for this program it is a note: sections meet by their places there.",
    findings=_findings,
    fails={TRANSLATION: translation_with(GERMAN_BODY.replace("60 Tage", "90 Tage"))},
    passes={TRANSLATION: translation_with(GERMAN_BODY.replace("60 Tage lang", "für die Dauer von 60 Tagen"))},
)
