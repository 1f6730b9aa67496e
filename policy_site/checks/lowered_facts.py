"""What people were told about a version is not played down afterwards in silence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policy_site.catalogue import standing
from policy_site.checks.rule import Rule
from policy_site.checks.sample import FIRST, PUBLISHED, note_with
from policy_site.model import Consent, Finding, ReleaseNote, Severity, Standing, Version
from policy_site.publication import Publication


def _findings(publication: Publication) -> Iterator[Finding]:
    for policy in publication.policies:
        for version in policy.versions:
            then = standing(policy, version, version.stated_at or publication.as_of)
            if then in (Standing.UPCOMING, Standing.IN_FORCE):
                yield from _of_version(version)


def _of_version(version: Version) -> Iterator[Finding]:
    note = version.note
    if note is None:
        return
    told = [earlier.note for earlier in version.earlier if earlier.note]
    higher = [before for before in told if before.significance.rank > note.significance.rank]
    if higher and not _is_declared(note, higher):
        highest = max(higher, key=lambda before: before.significance.rank)
        yield _finding(version, note, "significance", highest.significance.value)
    asking = [before for before in told if before.consent is Consent.RENEW and note.consent is not Consent.RENEW]
    if asking and not _is_declared(note, asking):
        yield _finding(version, note, "consent", Consent.RENEW.value)


def _is_declared(note: ReleaseNote, told: Sequence[ReleaseNote]) -> bool:
    """Say whether the note gives a reason for less, which it did not give before, and names who approved it."""
    return bool(note.approved_by) and bool(note.reason) and note.reason not in {before.reason for before in told}


def _finding(version: Version, note: ReleaseNote, fact: str, before: str) -> Finding:
    now = {"significance": note.significance.value, "consent": note.consent.value}[fact]
    return Finding(
        path=note.path,
        line=note.line(fact if f"{fact}." in note.lines else "changes"),
        rule=RULE.name,
        severity=Severity.ERROR,
        message=f"Version {version.label!r} was published with `{fact}: {before}`, and readers were told so; the"
        f" release note now says `{now}`.",
        remedy=f"Write `{fact}: {before}` again, or record why it is less and who approved that: a new `reason: …` and"
        " `approved_by: [NAME]`.",
    )


_EARLIER = f"privacy/releases/{FIRST}.md"
_LOWERED = note_with(published=PUBLISHED[FIRST], effective=FIRST, changes=[], significance="minor")

RULE = Rule(
    name="lowered-facts",
    severities=(Severity.ERROR,),
    demand="The note of a published version says no lower `significance`, and no `consent: none` in the place of"
    " `renew`, than it said before, unless it gives a new reason and names who approved it.",
    reason="Readers and recipients were told what it said, and rely on it. A note may be corrected, but whoever takes"
    " back what was told has to stand for it. What is corrected once a version no longer applies is left alone.",
    findings=_findings,
    fails={_EARLIER: _LOWERED},
    passes={
        _EARLIER: _LOWERED.replace(
            "minor\n", "minor\nreason: No rule changed after all.\napproved_by: [Data protection officer]\n"
        )
    },
)
