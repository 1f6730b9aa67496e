"""The day on which a text says that it applies is the day on which it does."""

from __future__ import annotations

from collections.abc import Iterator

from policy_site.catalogue import standing
from policy_site.checks.rule import Rule
from policy_site.checks.sample import BODY, FIRST, GERMAN_BODY, TEXT, TRANSLATION, text_with, translation_with
from policy_site.evidence import find_own_dates
from policy_site.model import Edition, Finding, Severity, Standing, Version
from policy_site.publication import Publication
from policy_site.sources.headings import line_of


def _findings(publication: Publication) -> Iterator[Finding]:
    for policy in publication.policies:
        is_ours = publication.settings.grouping_of(policy.id).is_ours
        severity = Severity.WARNING if is_ours else Severity.NOTE
        for version in policy.versions:
            if standing(policy, version, publication.as_of) not in (Standing.IN_FORCE, Standing.UPCOMING):
                continue
            if version.note is None and is_ours:
                continue  # its note cannot be read, so its days are not known
            for edition in version.editions.values():
                if edition.digest in publication.tips:
                    yield from _of_edition(publication, version, edition, severity)


def _of_edition(publication: Publication, version: Version, edition: Edition, severity: Severity) -> Iterator[Finding]:
    document = publication.documents[edition.digest]
    for each, is_effective in find_own_dates(document, locale=edition.locale):
        days = {version.effective_date} if is_effective else {version.effective_date, version.published_date}
        if not any(day.isoformat().startswith(each.value) for day in days):
            yield Finding(
                path=edition.revision.path,
                line=line_of(edition.revision.text, each.words),
                rule=RULE.name,
                severity=severity,
                message=f"The text gives its own date as “{each.words}”, but version {version.label!r} takes effect on"
                f" {version.effective_date.isoformat()} and is published on {version.published_date.isoformat()}.",
                remedy="Correct the date in the text, or remove it: the page shows both dates anyway.",
            )


RULE = Rule(
    name="dates-in-text",
    severities=(Severity.WARNING, Severity.NOTE),
    demand="A day that a text names as the one on which it takes effect is that of its version, and a day on which it"
    " was changed is that or the day of publication, in every language.",
    reason="The lawyer changes the clause, the label and the note, and forgets the date on top: the page then says two"
    " things. In repositories that were never written for this program it is a note.",
    findings=_findings,
    fails={
        TEXT: text_with(BODY.replace("We keep", f"Effective {FIRST}: we keep")),
        TRANSLATION: translation_with(GERMAN_BODY.replace("Wir bewahren", f"Gültig ab {FIRST}: Wir bewahren")),
    },
    passes={
        TEXT: text_with(BODY.replace("We keep", "Effective May 4, 2026: we keep")),
        TRANSLATION: translation_with(GERMAN_BODY.replace("Wir bewahren", "Gültig ab 4. Mai 2026: Wir bewahren")),
    },
)
