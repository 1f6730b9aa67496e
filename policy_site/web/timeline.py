"""Which version was the answer on which days: of two clocks, when it applied and when it was shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from policy_site.catalogue.standing import version_in_force
from policy_site.model import Policy, Version

_YEARS_FROM = 6
"""A look-up with at least as many rows is split by year."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days, from the first to the last, on which one version was the answer."""

    first: date
    last: date | None
    """``None``: as far as is known, for ever."""
    version: Version | None
    """``None``: no version was."""


def years_of(spans: Sequence[Stretch]) -> tuple[tuple[int, str], ...]:
    """Return each year, newest first, with the id of the row that applied at its end; none where the list is short.

    ``spans`` are newest first.
    """
    if len(spans) < _YEARS_FROM:
        return ()
    ends = {
        year: next(span for span in spans if span.first.year <= year)
        for year in range(spans[0].first.year, spans[-1].first.year - 1, -1)
    }
    return tuple((year, row_id(span)) for year, span in ends.items())


def row_id(span: Stretch) -> str:
    """Return the id of the row of a stretch, in a list of them."""
    return f"page-from-{span.first.isoformat()}"


def applied(policy: Policy, zone: ZoneInfo) -> tuple[Stretch, ...]:
    """Return which version applied when, oldest first, future ones included."""
    instants = [instant for version in policy.versions for instant in (version.effective_at, version.withdrawn_at)]
    return _spans(lambda at: version_in_force(policy, at), instants, zone)


def shown(policy: Policy, zone: ZoneInfo) -> tuple[Stretch, ...]:
    """Return which version this site showed as the one in force when, oldest first.

    A version that was published after its effective date was shown later than it applied.
    """
    instants = [
        instant
        for version in policy.versions
        for instant in (version.published_at, version.effective_at, version.withdrawn_at)
    ]
    return _spans(lambda at: version_in_force(_as_published(policy, at), at), instants, zone)


def _as_published(policy: Policy, at: datetime) -> Policy:
    return replace(policy, versions=tuple(version for version in policy.versions if version.published_at <= at))


def _spans(
    answer: Callable[[datetime], Version | None], instants: Iterable[datetime | None], zone: ZoneInfo
) -> tuple[Stretch, ...]:
    turns: list[tuple[date, Version | None]] = []
    for instant in sorted({instant for instant in instants if instant is not None}):
        version = answer(instant)
        day = instant.astimezone(zone).date()
        if turns and turns[-1][0] == day:
            turns.pop()  # of two turns on one day the later one has the day
        if turns and turns[-1][1] == version:
            continue
        if turns or version is not None:
            turns.append((day, version))
    ends = [later[0] - timedelta(days=1) for _, later in pairwise(turns)]
    return (
        tuple(Stretch(first, last, version) for (first, version), last in zip(turns, [*ends, None], strict=True))
        if turns
        else ()
    )
