"""A release note names sections that exist."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from policy_site.checks.rule import Rule
from policy_site.checks.sample import NOTE, note_with
from policy_site.model import Finding, Policy, Severity, Version
from policy_site.publication import Publication

MAXIMUM_NAMED = 50


def _findings(publication: Publication) -> Iterator[Finding]:
    for policy in publication.policies:
        for version in policy.versions:
            known = _section_ids(publication, policy, version)
            if version.note is None or not known:
                continue
            if version.previous:
                known |= _section_ids(publication, policy, policy.version(version.previous))
            for number, change in enumerate(version.note.changes):
                for section in change.sections:
                    if section not in known:
                        meant = next(iter(get_close_matches(section, sorted(known), n=1)), "")
                        yield Finding(
                            path=version.note.path,
                            line=version.note.line(f"changes.{number}.sections"),
                            rule=RULE.name,
                            severity=Severity.ERROR,
                            message=f"The release note names section {section!r}, which is neither in this version nor"
                            " in the previous one.",
                            remedy=f"Write {meant!r} instead." if meant else f"Its sections are {_shortened(known)}.",
                            settles=(f"declared-changes {policy.id}#{meant}",),
                        )


def _shortened(known: set[str]) -> str:
    shown = ", ".join(sorted(known)[:MAXIMUM_NAMED])
    return f"{shown}, or of {len(known) - MAXIMUM_NAMED} more" if len(known) > MAXIMUM_NAMED else shown


def _section_ids(publication: Publication, policy: Policy, version: Version) -> set[str]:
    edition = version.editions.get(policy.authoritative_locale)
    return {section.id for section in publication.documents[edition.digest].sections} if edition else set()


RULE = Rule(
    name="changed-sections",
    severities=(Severity.ERROR,),
    demand="Each section that a change names is in the text, or was in the version before.",
    reason="The account of a change links to its sections; a link to nowhere would hide the change.",
    findings=_findings,
    fails={NOTE: note_with(changes=[{"category": "retention", "sections": ["data", "dtaa"]}])},
    passes={NOTE: note_with(changes=[{"category": "data-categories", "sections": ["data"]}])},
)
