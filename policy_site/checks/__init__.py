"""Rules that content must keep: what ``check`` reports, and what ``build`` refuses."""

from __future__ import annotations

from collections.abc import Iterable

from policy_site.checks import (
    broken_text,
    carried_words,
    changed_sections,
    cross_references,
    declared_changes,
    declared_weight,
    effective_date,
    links,
    names_as_emphasis,
    notice_period,
    one_in_force,
    preview,
    release_words,
    required_languages,
    section_ids,
    significance,
    translated_levels,
    translated_links,
    translated_sections,
)
from policy_site.checks.rule import Rule
from policy_site.model import Finding, Severity
from policy_site.publication import Publication

__all__ = ["RULES", "Rule", "check", "in_order", "stops_build"]

RULES: tuple[Rule, ...] = (
    broken_text.RULE,
    carried_words.RULE,
    changed_sections.RULE,
    cross_references.RULE,
    declared_changes.RULE,
    declared_weight.RULE,
    effective_date.RULE,
    links.RULE,
    names_as_emphasis.RULE,
    notice_period.RULE,
    one_in_force.RULE,
    preview.RULE,
    release_words.RULE,
    required_languages.RULE,
    section_ids.RULE,
    significance.RULE,
    translated_levels.RULE,
    translated_links.RULE,
    translated_sections.RULE,
)
"""Every rule; add yours here."""

_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def check(publication: Publication) -> tuple[Finding, ...]:
    """Return every finding: those of reading the content, then those of each rule; the worst first, then by place."""
    return in_order([*publication.findings, *(finding for rule in RULES for finding in rule.findings(publication))])


def in_order(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings, each once: the worst first, then by place."""
    return tuple(
        sorted(
            dict.fromkeys(found),
            key=lambda finding: (
                _ORDER[finding.severity],
                finding.path,
                finding.line or 0,
                finding.rule,
                finding.message,
            ),
        )
    )


def stops_build(findings: tuple[Finding, ...], *, is_strict: bool) -> bool:
    """Say whether findings forbid publishing: errors always, warnings with ``--strict``."""
    worst = {Severity.ERROR, Severity.WARNING} if is_strict else {Severity.ERROR}
    return any(finding.severity in worst for finding in findings)
