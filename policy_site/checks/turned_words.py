"""Words read in the order in which they are written."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from policy_site.checks.rule import Rule
from policy_site.checks.sample import BODY, TEXT, text_with
from policy_site.model import Finding, Severity
from policy_site.publication import Publication

MAXIMUM = 20
"""Findings for one text."""
_OVERRIDES = {"\u202d": "U+202D", "\u202e": "U+202E"}


def _findings(publication: Publication) -> Iterator[Finding]:
    for policy in publication.policies:
        is_ours = publication.settings.grouping_of(policy.id).is_ours
        severity = Severity.ERROR if is_ours else Severity.WARNING
        for version in policy.versions:
            for edition in version.editions.values():
                if edition.digest in publication.tips:
                    yield from islice(_found(edition.revision.path, edition.revision.text, 1, severity), MAXIMUM)
            for locale, words in version.note.words.items() if version.note else ():
                stem = version.note.path.removesuffix(".md") if version.note else ""
                path = f"{stem}.md" if locale == policy.authoritative_locale else f"{stem}.{locale}.md"
                for name in ("summary", "impact", "choices"):
                    found = _found(path, getattr(words, name), words.lines.get(name, 1), severity)
                    yield from islice(found, MAXIMUM)


def _found(path: str, text: str, first_line: int, severity: Severity) -> Iterator[Finding]:
    for number, line in enumerate(text.split("\n"), start=first_line):
        for sign in sorted(set(line) & _OVERRIDES.keys()):
            yield Finding(
                path=path,
                line=number,
                rule=RULE.name,
                severity=severity,
                message=f"The character {_OVERRIDES[sign]} reverses the words after it: they are not shown in the"
                " order in which they are written.",
                remedy="Delete it; text in right-to-left scripts does not need it.",
            )


RULE = Rule(
    name="turned-words",
    severities=(Severity.ERROR, Severity.WARNING),
    demand="No text that is published now, and no release note, holds a character that overrides the direction of"
    " words.",
    reason="Between such characters 14 reads as 41 on a page, and as 14 to a program: people would agree to what they"
    " did not read.",
    findings=_findings,
    fails={TEXT: text_with(BODY.replace("your data", "\u202eatad ruoy\u202c"))},
    passes={TEXT: text_with(BODY.replace("your data", "\u2068your data\u2069"))},
)
