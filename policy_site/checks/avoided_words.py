"""Texts say what is done, not what may, might or could be."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from policy_site.checks.living import living_texts
from policy_site.checks.rule import Rule
from policy_site.checks.sample import BODY, NOTE, SITE, TEXT, note_with, text_with
from policy_site.model import Finding, Severity
from policy_site.publication import Publication
from policy_site.sources.headings import line_at

WP260 = ("may", "might", "some", "often", "possible", "possibly")
"""Words that the guidelines on transparency call for avoiding: WP260, paragraph 13."""
_MOST = 20
"""Findings of one text."""


def _findings(publication: Publication) -> Iterator[Finding]:
    words = publication.settings.avoid_words
    wanted = WP260 if words == ("wp260",) else words
    if not wanted:
        return
    pattern = regex.compile(rf"(?i)\b(?:{'|'.join(map(regex.escape, wanted))})\b")
    for _, _, edition, _ in living_texts(publication):
        text = edition.revision.text
        start = text.find(edition.body) if edition.body else 0
        for number, found in enumerate(pattern.finditer(text, max(start, 0))):
            if number == _MOST:
                break
            yield Finding(
                path=edition.revision.path,
                line=line_at(text, found.start()),
                rule=RULE.name,
                severity=Severity.NOTE,
                message=f"{found[0]!r} is on the list of words to avoid: it leaves readers in doubt.",
                remedy="Say what is done, when and for whom.",
            )


_TOML = f'avoid_words = ["wp260"]\n{SITE}'

RULE = Rule(
    name="avoided-words",
    severities=(Severity.NOTE,),
    demand='A text has none of the words that `avoid_words` of site.toml lists; ["wp260"] stands for those of WP260.',
    reason="WP260, paragraph 13: qualifiers such as 'may', 'might', 'some' and 'often' leave readers in doubt.",
    findings=_findings,
    fails={
        "site.toml": _TOML,
        TEXT: text_with(BODY.replace("60 days.", "60 days, often.")),
        NOTE: note_with(),
    },
    passes={"site.toml": _TOML, TEXT: text_with(BODY.replace("60 days.", "60 whole days."))},
)
