"""What ``check`` will say on days to come, of what is there already."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from policy_site.checks import check
from policy_site.model import Finding, Severity
from policy_site.publication import Publication

_MOST_DAYS = 40
"""Days on which something changes that are looked at: more than any site has announced."""


def look_ahead(publication: Publication, compile_at: Callable[[datetime], Publication]) -> tuple[Finding, ...]:
    """Return the findings of the days on which a version is announced, takes effect or is withdrawn, each once.

    What is said today is left out. A note that names a later day is not seen before it; merged with a fault, it would
    stop the site on that day, when nobody looks.
    """
    told = {_essence(finding) for finding in check(publication)}
    found: list[Finding] = []
    for later in days_to_come(publication, compile_at):
        day = later.as_of.astimezone(later.settings.zone).date().isoformat()
        for finding in check(later):
            if _essence(finding) not in told and finding.severity is not Severity.NOTE:
                told.add(_essence(finding))
                found.append(replace(finding, message=f"On {day}: {finding.message}"))
    return tuple(found)


def days_to_come(publication: Publication, compile_at: Callable[[datetime], Publication]) -> Iterator[Publication]:
    """Yield what is published on each day on which something changes by itself, in their order."""
    for _ in range(_MOST_DAYS):
        if publication.next_transition is None:
            return
        publication = compile_at(publication.next_transition)
        yield publication


def _essence(finding: Finding) -> tuple[str, int | None, str, str]:
    return finding.path, finding.line, finding.rule, finding.message
