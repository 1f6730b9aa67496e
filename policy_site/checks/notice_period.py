"""Readers get the notice that the site's presets promise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from policy_site.catalogue import predecessor
from policy_site.checks.rule import Rule
from policy_site.checks.sample import NOTE, note_with
from policy_site.model import Finding, ReleaseNote, Severity, Significance, Version
from policy_site.publication import Publication


def _findings(publication: Publication) -> Iterator[Finding]:
    presets = publication.settings.notices
    for policy in publication.policies:
        for version in policy.versions:
            note = version.note
            if note is None:
                continue
            if note.notice is not None and note.notice not in presets:
                yield Finding(
                    path=note.path,
                    line=note.line("notice"),
                    rule=RULE.name,
                    severity=Severity.ERROR,
                    message=f"The notice preset {note.notice!r} is not defined in site.toml.",
                    remedy=f"Write one of those that are: {', '.join(sorted(presets))}." if presets else _NO_PRESETS,
                )
                continue
            if version.significance is not Significance.SIGNIFICANT or note.exception or version.recorded_at:
                continue
            if predecessor(policy, version) is None:
                continue
            promised = presets[note.notice].days if note.notice else max((p.days for p in presets.values()), default=0)
            readable = _readable_from(version, publication.settings.zone)
            given = (version.effective_date - readable).days
            # one that applies before anybody could read it is told by `effective-date`
            if 0 <= given < promised:
                days = "1 day's" if given == 1 else f"{given} days'"
                yield Finding(
                    path=note.path,
                    line=note.line("effective"),
                    rule=RULE.name,
                    severity=Severity.ERROR,
                    message=f"This significant change gives readers {days} notice"
                    f"{_since(note, readable)}; site.toml promises {promised}.",
                    remedy="Choose a later effective date, or record why not and who approved it:"
                    " `exception: {reason, approved_by}`.",
                )


_NO_PRESETS = "Define it there under `[notices]`, or remove the line."


def _readable_from(version: Version, zone: ZoneInfo) -> date:
    """Return the day from which readers could read a version that still lay ahead when it was merged."""
    if version.merged_at is None or version.effective_at <= version.merged_at:
        return version.published_date
    return max(version.published_date, version.merged_at.astimezone(zone).date())


def _since(note: ReleaseNote, readable: date) -> str:
    if note.published is None or note.published >= readable:
        return ""
    return f", since it was merged on {readable.isoformat()} and not on {note.published.isoformat()}"


RULE = Rule(
    name="notice-period",
    severities=(Severity.ERROR,),
    demand="A significant version is announced as long before it takes effect as its preset promises.",
    reason="Regulators ask for notice well ahead of a material change (WP260, paragraph 30) and name no number of "
    "days, so the number is the operator's promise. The first version of a policy has nobody to notify.",
    findings=_findings,
    fails={NOTE: note_with(published="2026-04-20")},
    passes={
        NOTE: note_with(published="2026-04-20", exception={"reason": "A court ordered it.", "approved_by": "Counsel"})
    },
)
