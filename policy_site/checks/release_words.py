"""A significant version says what changed, what it means and what a reader can do, in every required language."""

from __future__ import annotations

from collections.abc import Iterator

from policy_site.checks.rule import Rule
from policy_site.checks.sample import NOTE, WORDS, note_with
from policy_site.model import Finding, Policy, Severity, Significance, Version
from policy_site.publication import Publication

_PARTS = ("summary", "impact", "choices")


def _findings(publication: Publication) -> Iterator[Finding]:
    for policy in publication.policies:
        settings = publication.settings.policy(policy.id)
        required = {policy.authoritative_locale, *(settings.required_languages or ())}
        for version in policy.versions:
            excused = version.note.languages_exception if version.note else None
            for locale in sorted(required):
                if excused and excused.covers(locale) and locale != policy.authoritative_locale:
                    continue
                yield from _missing(policy, version, locale)


def _missing(policy: Policy, version: Version, locale: str) -> Iterator[Finding]:
    note = version.note
    if note is None:
        return
    parts = _PARTS if version.significance is Significance.SIGNIFICANT else _PARTS[:1]
    is_authoritative = locale == policy.authoritative_locale
    path = note.path if is_authoritative else f"{note.path.removesuffix('.md')}.{locale}.md"
    words = note.words.get(locale)
    if words is None:
        yield Finding(
            path=path,
            line=None,
            rule=RULE.name,
            severity=Severity.ERROR if version.significance is Significance.SIGNIFICANT else Severity.WARNING,
            message=f"The release note for version {version.label!r} is missing in the required language {locale!r}.",
            remedy=f"Create this file, with a heading for each part: {', '.join(f'{{#{part}}}' for part in parts)}.",
        )
        return
    if missing := [part for part in parts if not getattr(words, part)]:
        named = " and ".join(repr(part) for part in missing)
        ids = " and ".join(f"{{#{part}}}" for part in missing)
        yield Finding(
            path=path,
            line=None,
            rule=RULE.name,
            severity=Severity.ERROR,
            message=f"The release note for the {version.significance.value} version {version.label!r} has no {named}"
            f" part{'s' if len(missing) > 1 else ''}, or nothing under {'them' if len(missing) > 1 else 'it'}.",
            remedy=f"Write {'each' if len(missing) > 1 else 'it'} under a heading that ends in {ids}.",
            subject=f"{path}#{','.join(missing)}",
        )


RULE = Rule(
    name="release-words",
    severities=(Severity.ERROR, Severity.WARNING),
    demand="A significant release note has all three parts in every required language; any other has a summary.",
    reason="A notice must tell the likely impact of a change (WP260, paragraph 31), and one sent in a language without "
    "words tells nothing. A language that is not ready may be excused in the note: `languages_exception`.",
    findings=_findings,
    fails={NOTE: note_with(WORDS.partition("## Your choices")[0])},
    passes={NOTE: note_with(WORDS.replace("Your choices", "What you can do"))},
)
