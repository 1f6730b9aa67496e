"""Whoever must approve a kind of change has approved it."""

from __future__ import annotations

from collections.abc import Iterator

from policy_site.catalogue import standing
from policy_site.checks.rule import Rule
from policy_site.checks.sample import NOTE, SITE, note_with
from policy_site.model import Finding, Severity, Standing
from policy_site.publication import Publication


def _findings(publication: Publication) -> Iterator[Finding]:
    asked = publication.settings.approvals
    for policy in publication.policies:
        for version in policy.versions:
            note = version.note
            if note is None or standing(policy, version, publication.as_of) not in (
                Standing.UPCOMING,
                Standing.IN_FORCE,
            ):
                continue
            for number, change in enumerate(note.changes):
                who = asked.get(change.category, ())
                if who and not set(who) & set(note.approved_by):
                    yield Finding(
                        path=note.path,
                        line=note.line(f"changes.{number}"),
                        rule=RULE.name,
                        severity=Severity.ERROR,
                        message=f"A change of category {change.category!r} needs the approval of {' or '.join(who)}.",
                        remedy=f"When it has been given, write `approved_by: [{who[0]}]` in the release note.",
                    )


_TOML = f'{SITE}\n[approvals]\nretention = ["Data protection officer"]\n'

RULE = Rule(
    name="approvals",
    severities=(Severity.ERROR,),
    demand="A note whose change has a category of [approvals] in site.toml names one of those who must approve it.",
    reason="Who may decide what is the company's own rule; a note that names the person is the record of it.",
    findings=_findings,
    fails={"site.toml": _TOML},
    passes={"site.toml": _TOML, NOTE: note_with(approved_by=["Data protection officer"])},
)
