"""A significant version goes out in every required language."""

from __future__ import annotations

from collections.abc import Iterator

from policy_site.catalogue import standing
from policy_site.checks.rule import Rule
from policy_site.checks.sample import FIRST, GERMAN_BODY, TRANSLATION, translation_with
from policy_site.model import Finding, Severity, Significance, Standing
from policy_site.publication import Publication


def _findings(publication: Publication) -> Iterator[Finding]:
    # a translation that cannot be read is told as such
    unread = {finding.path for finding in publication.findings if finding.severity is Severity.ERROR}
    for policy in publication.policies:
        required = publication.settings.policy(policy.id).required_languages or ()
        for version in policy.versions:
            note = version.note
            if note is None or version.significance is not Significance.SIGNIFICANT:
                continue
            if standing(policy, version, publication.as_of) not in (Standing.IN_FORCE, Standing.UPCOMING):
                continue
            for locale in sorted(set(required) - set(version.editions) - {policy.authoritative_locale}):
                if note.languages_exception and note.languages_exception.covers(locale):
                    continue
                if f"{policy.id}/{locale}.md" in unread:
                    continue
                yield Finding(
                    path=note.path,
                    line=1,
                    rule=RULE.name,
                    severity=Severity.ERROR,
                    message=f"The significant version {version.label!r} has no text in the required language"
                    f" {locale!r}.",
                    remedy=f"Translate it and write `version: {version.label}` at the top of the translation, or record"
                    " why the change cannot wait and who approved that: `languages_exception: {reason, approved_by,"
                    " languages}`.",
                    subject=f"{policy.id}/{locale}",
                )


RULE = Rule(
    name="required-languages",
    severities=(Severity.ERROR,),
    demand="A significant version has its text in every required language while it is in force or lies ahead.",
    reason="Information must be intelligible to those it is for (WP260, paragraph 13): who was addressed in a language "
    "is told of what matters in that language. The words of the note are another rule's business. One that was "
    "superseded without a translation stays as it is: nobody mends the past.",
    findings=_findings,
    fails={TRANSLATION: translation_with(GERMAN_BODY.replace("60", "30"), version=FIRST)},
    passes={TRANSLATION: translation_with(GERMAN_BODY.replace("Ihre Daten", "Daten"))},
)
