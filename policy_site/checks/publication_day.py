"""A release note names no day of publication on which nobody could read the version."""

from __future__ import annotations

from collections.abc import Iterator

from policy_site.catalogue import standing
from policy_site.checks.rule import Rule
from policy_site.checks.sample import NOTE, note_with
from policy_site.model import Finding, Severity, Standing
from policy_site.publication import Publication

_SEVERITIES = {Standing.UPCOMING: Severity.WARNING, Standing.IN_FORCE: Severity.NOTE}


def _findings(publication: Publication) -> Iterator[Finding]:
    for policy in publication.policies:
        for version in policy.versions:
            severity = _SEVERITIES.get(standing(policy, version, publication.as_of))
            declared = version.note.published if version.note else None
            if version.note is None or declared is None or severity is None or declared >= version.published_date:
                continue
            given = max((version.effective_date - version.published_date).days, 0)
            real = version.published_date.isoformat()
            yield Finding(
                path=version.note.path,
                line=version.note.line("published"),
                rule=RULE.name,
                severity=severity,
                message=f"`published:` says {declared.isoformat()}, but the site could not show this version before"
                f" {real}, when it was merged: readers get {'1 day' if given == 1 else f'{given} days'} of notice.",
                remedy=f"Write `published: {real}`, or remove the line.",
            )


RULE = Rule(
    name="publication-day",
    severities=(Severity.WARNING, Severity.NOTE),
    demand="A note names no day in `published:` that lies before the merge of the version into the publishing branch.",
    reason="The days of notice that readers get are counted from the day on which they could read the version. Pages"
    " and the change feed name that day, whatever the note says.",
    findings=_findings,
    fails={NOTE: note_with(published="2026-02-20")},
    passes={NOTE: note_with(published="2026-03-25")},
)
