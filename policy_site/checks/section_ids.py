"""A section id names one section."""

from __future__ import annotations

from collections.abc import Iterator

from policy_site.checks.places import tip_editions
from policy_site.checks.rule import Rule
from policy_site.checks.sample import BODY, GERMAN_BODY, NOTE, TEXT, TRANSLATION, note_with, text_with, translation_with
from policy_site.model import Finding, Severity
from policy_site.publication import Publication
from policy_site.sources.headings import find_headings


def _findings(publication: Publication) -> Iterator[Finding]:
    for edition in tip_editions(publication):
        seen: dict[str, int] = {}
        counts: dict[str, int] = {}
        for heading in find_headings(edition.revision.text):
            first = seen.setdefault(heading.id, heading.line) if heading.id else heading.line
            counts[heading.id] = counts.get(heading.id, 0) + 1
            if first != heading.line:
                shown = f"{heading.id}-{counts[heading.id]}"  # what the section is called until then
                yield Finding(
                    path=edition.revision.path,
                    line=heading.line,
                    rule=RULE.name,
                    severity=Severity.ERROR,
                    message=f"The section id {heading.id!r} is already used on line {first}.",
                    remedy="Give this heading its own id.",
                    settles=(
                        f"declared-changes {edition.policy}#>{shown}",
                        f"translated-sections {edition.policy}/{edition.locale}#{shown}",
                    ),
                )


RULE = Rule(
    name="section-ids",
    severities=(Severity.ERROR,),
    demand="No two headings of a text that is published now carry the same id.",
    reason="Ids are addresses: links, redlines and translations meet by them.",
    findings=_findings,
    fails={
        TEXT: text_with(BODY + "\n### Again {#data}\n"),
        TRANSLATION: translation_with(GERMAN_BODY + "\n### Noch einmal {#data}\n"),
        NOTE: note_with(changes=[{"category": "retention"}]),
    },
    passes={
        TEXT: text_with(BODY + "\n### Again {#again}\n"),
        TRANSLATION: translation_with(GERMAN_BODY + "\n### Noch einmal {#again}\n"),
        NOTE: note_with(changes=[{"category": "retention"}]),
    },
)
