"""When a policy ceased to apply to anyone: as the operator says, or as an adopted repository shows."""

from __future__ import annotations

from datetime import date, datetime

from policy_site.catalogue.grouping import Question, Shelf, finding, start_of, visible_at
from policy_site.model import Finding, Revision, Severity
from policy_site.settings import PolicySettings
from policy_site.sources import parse_text, says


def find_retirement(
    shelf: Shelf, stated: PolicySettings, question: Question
) -> tuple[datetime | None, tuple[Finding, ...]]:
    """Return the instant, UTC, from which a policy no longer applies; ``None`` while it does.

    The day in ``site.toml`` counts before all. Else the text was deleted or moved where no layout finds it (into a
    folder of archived texts, say), or its words say so themselves. Content that is ours says it in ``site.toml`` alone.
    """
    settings = question.settings
    if stated.retired:
        return start_of(stated.retired, settings.zone), ()
    if settings.versions.grouping.is_ours:
        return None, ()
    locale = settings.authoritative_locale
    revisions = visible_at(shelf.texts.get(locale, ()), question.as_of)
    if not revisions:
        return None, ()
    if locale in shelf.missing_at_tip:
        at = max(shelf.gone_at.get(locale) or question.as_of, revisions[-1].committed_at or question.as_of)
        what = "was deleted, or moved where no layout finds it"
        return at, (_told(revisions[-1], shelf.policy, what, at.astimezone(settings.zone).date()),)
    noticed = _notice(revisions, settings.versions.retired_patterns)
    if noticed is None:
        return None, ()
    at = noticed.committed_at or question.as_of
    what = "says of itself that it is no longer maintained"
    return at, (_told(noticed, shelf.policy, what, at.astimezone(settings.zone).date()),)


def _notice(revisions: list[Revision], patterns: tuple[str, ...]) -> Revision | None:
    """Return the revision that brought the notice with which the text ends up; ``None`` where it has none."""
    found = None
    for revision in reversed(revisions) if patterns else ():
        text = parse_text(revision, is_strict=False)
        if not any(says(text, pattern) for pattern in patterns):
            break
        found = revision
    return found


def _told(revision: Revision, policy: str, what: str, day: date) -> Finding:
    return finding(
        revision.path,
        f"The text of {policy!r} {what}: the policy counts as retired since {day.isoformat()}.",
        "Where another day is meant, write `retired` with the day into site.toml.",
        rule="retired",
        severity=Severity.NOTE,
    )
