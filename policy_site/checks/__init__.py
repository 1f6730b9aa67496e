"""Rules that content must keep: what ``check`` reports, and what ``build`` refuses."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from policy_site.checks import (
    approvals,
    avoided_words,
    broken_text,
    carried_words,
    changed_sections,
    covered_topics,
    cross_references,
    dates_in_text,
    declared_changes,
    declared_weight,
    effective_date,
    empty_text,
    guarded_clauses,
    links,
    lowered_facts,
    names_as_emphasis,
    notice_period,
    one_in_force,
    preview,
    publication_day,
    release_words,
    required_languages,
    section_histories,
    section_ids,
    significance,
    translated_facts,
    translated_levels,
    translated_links,
    translated_sections,
    turned_words,
)
from policy_site.checks.consequences import without_consequences
from policy_site.checks.rule import Rule
from policy_site.model import Finding, Severity
from policy_site.publication import Publication

__all__ = ["RULES", "Rule", "check", "in_order", "stops_build"]

RULES: tuple[Rule, ...] = (
    approvals.RULE,
    avoided_words.RULE,
    broken_text.RULE,
    carried_words.RULE,
    changed_sections.RULE,
    covered_topics.RULE,
    cross_references.RULE,
    dates_in_text.RULE,
    declared_changes.RULE,
    declared_weight.RULE,
    effective_date.RULE,
    empty_text.RULE,
    guarded_clauses.RULE,
    links.RULE,
    lowered_facts.RULE,
    names_as_emphasis.RULE,
    notice_period.RULE,
    one_in_force.RULE,
    preview.RULE,
    publication_day.RULE,
    release_words.RULE,
    required_languages.RULE,
    section_histories.RULE,
    section_ids.RULE,
    significance.RULE,
    translated_facts.RULE,
    translated_levels.RULE,
    translated_links.RULE,
    translated_sections.RULE,
    turned_words.RULE,
)
"""Every rule; add yours here."""

_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def check(publication: Publication) -> tuple[Finding, ...]:
    """Return every finding: those of reading the content, then those of each rule; the worst first, then by place."""
    levels = publication.settings.rules
    told = (_at_level(finding, levels) for rule in RULES for finding in rule.findings(publication))
    found = [*publication.findings, *_unknown_rules(levels), *(finding for finding in told if finding)]
    return in_order(without_consequences(found))


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


def _at_level(finding: Finding, levels: Mapping[str, str]) -> Finding | None:
    """Return a finding at the level that site.toml gives its rule; ``None`` where the rule is off."""
    level = levels.get(finding.rule)
    if level is None:
        return finding
    return None if level == "off" else replace(finding, severity=Severity(level))


def _unknown_rules(levels: Mapping[str, str]) -> Iterator[Finding]:
    known = [rule.name for rule in RULES]
    for name in sorted(set(levels) - set(known)):
        close = difflib.get_close_matches(name, known, n=1)
        remedy = f"Write {close[0]!r} instead." if close else f"These rules have a level: {', '.join(known)}."
        message = f"[rules] of site.toml names {name!r}, and no rule of that name has a level to set."
        yield Finding(
            path="site.toml", line=None, rule="settings", severity=Severity.ERROR, message=message, remedy=remedy
        )


def stops_build(findings: tuple[Finding, ...], *, is_strict: bool) -> bool:
    """Say whether findings forbid publishing: errors always, warnings with ``--strict``."""
    worst = {Severity.ERROR, Severity.WARNING} if is_strict else {Severity.ERROR}
    return any(finding.severity in worst for finding in findings)
