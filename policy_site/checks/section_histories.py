"""Each section that changed has a page with its history."""

from __future__ import annotations

from collections.abc import Iterator

from policy_site.checks.rule import Rule
from policy_site.checks.sample import SITE
from policy_site.model import Finding, Severity
from policy_site.publication import Publication
from policy_site.publication.clauses import changed_sections


def _findings(publication: Publication) -> Iterator[Finding]:
    most = publication.settings.content.section_histories
    for policy in publication.policies:
        number = len(changed_sections(policy, publication))
        newest = policy.versions[-1].editions.get(policy.authoritative_locale)
        if number > most and newest is not None:
            yield Finding(
                path=newest.revision.path,
                line=None,
                rule=RULE.name,
                severity=Severity.NOTE,
                message=f"{number} sections of this policy changed over time; only {most} of them have a page with"
                " their history.",
                remedy="Split the text into several policies, or raise `section_histories` under [content] in"
                " site.toml: each page is made in every language.",
            )


RULE = Rule(
    name="section-histories",
    severities=(Severity.NOTE,),
    demand="No more sections of a policy changed than may have a page with their history:"
    " `content.section_histories` of site.toml, 500 unless it says otherwise.",
    reason="A text with thousands of headings, by mistake or by intent, would take the site's time and space. The"
    " sections that changed first keep their pages, so no address that was public goes away.",
    findings=_findings,
    fails={"site.toml": SITE + "\n[content]\nsection_histories = 0\n"},
    passes={"site.toml": SITE + "\n[content]\nsection_histories = 1\n"},
)
