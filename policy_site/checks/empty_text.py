"""A text says something."""

from __future__ import annotations

from collections.abc import Iterator

from policy_site import documents
from policy_site.checks.places import tip_editions
from policy_site.checks.rule import Rule
from policy_site.checks.sample import NOTE, TEXT, TRANSLATION, note_with, text_with, translation_with
from policy_site.model import Finding, Severity
from policy_site.publication import Publication


def _findings(publication: Publication) -> Iterator[Finding]:
    for edition in tip_editions(publication):
        if documents.says_nothing(publication.documents[edition.digest]):
            yield Finding(
                path=edition.revision.path,
                line=None,
                rule=RULE.name,
                severity=Severity.ERROR,
                message=f"The text of version {edition.version!r} has no words under its title and headings.",
                remedy="Restore the words. To end a policy, use `policy-site retire`.",
            )


RULE = Rule(
    name="empty-text",
    severities=(Severity.ERROR,),
    demand="A text that is published now has words below its title and headings, in every language.",
    reason="An empty file is a mistake: readers would find that nothing applies to them, and the feed would tell it.",
    findings=_findings,
    fails={
        TEXT: text_with("<!-- to follow -->\n"),
        TRANSLATION: translation_with("<!-- folgt -->\n"),
        NOTE: note_with(changes=[{"category": "contract-terms"}]),
    },
    passes={
        TEXT: text_with("We keep nothing.\n"),
        TRANSLATION: translation_with("Wir bewahren nichts auf.\n"),
        NOTE: note_with(changes=[{"category": "contract-terms"}]),
    },
)
