"""Nobody plays a change down without saying why."""

from __future__ import annotations

from collections.abc import Iterator

from policy_site.checks.rule import Rule
from policy_site.checks.sample import NOTE, note_with
from policy_site.model import CATEGORIES, Consent, Finding, Severity, Significance
from policy_site.publication import Publication


def _findings(publication: Publication) -> Iterator[Finding]:
    for policy in publication.policies:
        for version in policy.versions:
            note = version.note
            if note is None:
                continue
            asked = max(
                (CATEGORIES[change.category] for change in note.changes),
                key=lambda level: level.rank,
                default=Significance.EDITORIAL,
            )
            if note.significance.rank < asked.rank and not note.reason:
                yield Finding(
                    path=note.path,
                    line=note.line("significance"),
                    rule=RULE.name,
                    severity=Severity.ERROR,
                    message=f"This version is declared {note.significance.value}, but its categories require"
                    f" {asked.value}.",
                    remedy="Raise the significance, or justify the lower level in `reason:`.",
                )
            if note.consent is Consent.RENEW and note.significance is not Significance.SIGNIFICANT:
                yield Finding(
                    path=note.path,
                    line=note.line("consent"),
                    rule=RULE.name,
                    severity=Severity.ERROR,
                    message="This version asks for consent again but is not significant, so no notice would be sent.",
                    remedy="Declare `significance: significant`, or `consent: none`.",
                )


RULE = Rule(
    name="significance",
    severities=(Severity.ERROR,),
    demand="A version that is declared less significant than its categories ask for says why.",
    reason="Purpose, recipients, controller and rights always count as material (WP260, paragraph 29). Consent can be "
    "asked again only for a significant version, since nobody is told of another.",
    findings=_findings,
    fails={NOTE: note_with(significance="minor")},
    passes={NOTE: note_with(significance="minor", reason="The longer period was a misprint.")},
)
