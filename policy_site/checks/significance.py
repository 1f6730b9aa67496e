"""Nobody plays a change down without saying why."""

from __future__ import annotations

from collections.abc import Iterator

from policy_site.model import CATEGORIES, Consent, Finding, Severity, Significance
from policy_site.publication import Publication

RULE = "significance"


def significance(publication: Publication) -> Iterator[Finding]:
    """Demand a reason where the declared significance is lower than the categories ask for.

    Purpose, recipients, controller and rights always count as material (WP260, paragraph 29). Consent can be asked
    again only for a significant version, since nobody is told of another.
    """
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
                    rule=RULE,
                    severity=Severity.ERROR,
                    message=f"The version is declared {note.significance.value}; its categories ask for {asked.value}.",
                    remedy="Raise the significance, or write `reason:` with the reason for less.",
                )
            if note.consent is Consent.RENEW and note.significance is not Significance.SIGNIFICANT:
                yield Finding(
                    path=note.path,
                    line=note.line("consent"),
                    rule=RULE,
                    severity=Severity.ERROR,
                    message="Consent is asked again for a version that is not significant, so nobody would be told.",
                    remedy="Declare `significance: significant`, or `consent: none`.",
                )
