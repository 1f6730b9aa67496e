"""What people were told about a version is not played down afterwards in silence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

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
    yield from _moved_earlier(version, note)


def _moved_earlier(version: Version, note: ReleaseNote) -> Iterator[Finding]:
    """Yield a finding where readers were told a later day than the one that counts now, and nobody stands for that."""
    states = [*version.earlier, version]
    for number, (before, after) in enumerate(pairwise(states), start=1):
        told = [state.note for state in states[:number] if state.note]
        since = [state.note for state in states[number:] if state.note]
        is_earlier = max(after.effective_date, version.effective_date) < before.effective_date
        if is_earlier and not any(_is_declared(later, told) or _has_new_exception(later, told) for later in since):
            yield _earlier(version, note, before, after)
            return


def _has_new_exception(note: ReleaseNote, told: Sequence[ReleaseNote]) -> bool:
    return note.exception is not None and note.exception not in [before.exception for before in told]


def _earlier(version: Version, note: ReleaseNote, before: Version, after: Version) -> Finding:
    told, now = before.effective_date.isoformat(), version.effective_date.isoformat()
    left = ""
    if after.stated_at is not None:
        days = max((version.effective_date - after.stated_at.date()).days, 0)
        announced = (before.effective_date - before.published_date).days
        left = f" From the day of this change, readers get {days} days' notice instead of {announced}."
    return Finding(
        path=note.path,
        line=note.line("effective"),
        rule=RULE.name,
        severity=Severity.ERROR,
        message=f"Version {version.label!r} was announced for {told}, and readers were told so; the release note now"
        f" says {now}, which is earlier.{left}",
        remedy=f"Write `effective: {told}` again or a later day, or record why it is earlier and who approved that:"
        " a new `exception: {reason: …, approved_by: …}`.",
    )


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
    demand="The note of a published version says no lower `significance`, no `consent: none` in the place of `renew`,"
    " and no earlier `effective` day than it said before, unless it gives a new reason and names who approved it.",
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
