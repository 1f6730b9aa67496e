"""Rules that content must keep: what ``check`` reports, and what ``build`` refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from policy_site.checks.broken_links import broken_links
from policy_site.checks.changed_sections import changed_sections
from policy_site.checks.dates import dates
from policy_site.checks.notice_period import notice_period
from policy_site.checks.one_in_force import one_in_force
from policy_site.checks.release_words import release_words
from policy_site.checks.required_languages import required_languages
from policy_site.checks.section_ids import section_ids
from policy_site.checks.significance import significance
from policy_site.checks.translated_levels import translated_levels
from policy_site.checks.translated_links import translated_links
from policy_site.checks.translated_sections import translated_sections
from policy_site.model import Finding, Severity
from policy_site.publication import Publication

Rule = Callable[[Publication], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    changed_sections,
    dates,
    broken_links,
    notice_period,
    one_in_force,
    release_words,
    required_languages,
    section_ids,
    significance,
    translated_levels,
    translated_links,
    translated_sections,
)
"""Every rule; add yours here."""

_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def check(publication: Publication) -> tuple[Finding, ...]:
    """Return every finding: those of reading the content, then those of each rule; the worst first, then by place."""
    found = [*publication.findings, *(finding for rule in RULES for finding in rule(publication))]
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
