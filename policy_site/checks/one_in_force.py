"""Exactly one version of a policy is in force on a day.

Of two that take effect on one day, the one that was published later applies: it carries into an announced text, which
never changes, what was corrected since.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from policy_site.checks.rule import Rule
from policy_site.checks.sample import BODY, GERMAN_BODY, GERMAN_WORDS, SECOND, note_with, text_with, translation_with
from policy_site.model import Finding, Severity
from policy_site.publication import Publication


def _findings(publication: Publication) -> Iterator[Finding]:
    for policy in publication.policies:
        standing = [version for version in policy.versions if version.withdrawn_at is None]
        for earlier, later in itertools.pairwise(standing):
            is_follow_up = earlier.published_at < later.published_at
            if later.note and not is_follow_up and earlier.effective_at == later.effective_at:
                yield Finding(
                    path=later.note.path,
                    line=later.note.line("effective"),
                    rule=RULE.name,
                    severity=Severity.ERROR,
                    message=f"The versions {earlier.label!r} and {later.label!r} take effect on the same day,"
                    f" {later.effective_date.isoformat()}, and are published together, so it is unclear which one"
                    " applies.",
                    remedy="Give one of them a different effective date, or withdraw it: `withdrawn: DATE`.",
                )


def _beside(effective: str) -> dict[str, str]:
    """Return a third version, published together with the second."""
    return {
        "privacy/versions/longer.en.md": text_with(BODY.replace("60", "90"), version="longer"),
        "privacy/versions/longer.de.md": translation_with(GERMAN_BODY.replace("60", "90"), version="longer"),
        "privacy/releases/longer.md": note_with(effective=effective),
        "privacy/releases/longer.de.md": GERMAN_WORDS,
    }


RULE = Rule(
    name="one-in-force",
    severities=(Severity.ERROR,),
    demand="No two versions of a policy that are published together take effect on the same day, unless one was"
    " withdrawn.",
    reason="A reader who asks which text applied must get one answer: of two versions of one day, the one published"
    " later.",
    findings=_findings,
    fails=_beside(SECOND),
    passes=_beside("2026-05-05"),
)
