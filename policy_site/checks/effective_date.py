"""A version is published before it takes effect."""

from __future__ import annotations

from collections.abc import Iterator

from policy_site.checks.rule import Rule
from policy_site.checks.sample import NOTE, note_with
from policy_site.model import Consent, Finding, Severity
from policy_site.publication import Publication


def _findings(publication: Publication) -> Iterator[Finding]:
    for policy in publication.policies:
        for version in policy.versions:
            note = version.note
            if note is None:
                continue
            if note.retroactive and note.consent is not Consent.RENEW:
                yield Finding(
                    path=note.path,
                    line=note.line("retroactive"),
                    rule=RULE.name,
                    severity=Severity.ERROR,
                    message="This version is retroactive but does not ask for consent again.",
                    remedy="Write `consent: renew`, or remove `retroactive`.",
                )
            if version.effective_date < version.published_date and not note.retroactive:
                yield Finding(
                    path=note.path,
                    line=note.line("effective"),
                    rule=RULE.name,
                    severity=Severity.ERROR,
                    message=f"This version takes effect on {version.effective_date.isoformat()}, before it is"
                    f" published on {version.published_date.isoformat()}.",
                    remedy="Correct one of the dates, or write `retroactive: true` with `consent: renew`.",
                )
            if note.withdrawn and note.withdrawn < version.published_date:
                yield Finding(
                    path=note.path,
                    line=note.line("withdrawn"),
                    rule=RULE.name,
                    severity=Severity.ERROR,
                    message="This version is withdrawn before it is published.",
                    remedy="Correct one of the dates.",
                )


RULE = Rule(
    name="effective-date",
    severities=(Severity.ERROR,),
    demand="No version takes effect before readers could know of it.",
    reason="A text that applies to the past is exceptional: it must say so (`retroactive: true`) and ask for consent "
    "again.",
    findings=_findings,
    fails={NOTE: note_with(retroactive=True)},
    passes={NOTE: note_with(retroactive=True, consent="renew")},
)
