"""The versions of a policy as a picture: when each was published and took effect, and how much it changed.

Lengths are in units of the picture's own: a browser scales it. Nothing in it is told in the picture alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from policy_site.model import Policy, Version
from policy_site.web.parts.values import Badge, VersionLink, significance_badge, version_link
from policy_site.web.site import Site

WIDTH = 720
_LEFT = _RIGHT = 12
_LOWEST, _HIGHEST = 8, 56
"""Height of a version that changed nothing, and of the one that changed most."""
BASE = 72
"""Where the line of time is, from above."""
_MOST_VERSIONS = 60
"""Beyond them bars would be thinner than a line."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A version in the picture."""

    version: VersionLink
    significance: Badge
    words: int
    """Words that were added and removed against the version before."""
    x: int
    """Where it took effect."""
    published: int
    """Where it was published."""
    height: int
    y: int
    is_ahead: bool
    is_withdrawn: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """The beginning of a year."""

    year: int
    x: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """The picture."""

    bars: tuple[Bar, ...]
    """Oldest first."""
    ticks: tuple[Tick, ...]
    width: int
    base: int
    is_mirrored: bool
    """Time runs from right to left, as the reader's language does."""


def make_timeline(site: Site, policy: Policy, locale: str) -> Timeline | None:
    """Return the picture of a policy's versions; ``None`` where there are fewer than two, or too many to see."""
    if not 1 < len(policy.versions) <= _MOST_VERSIONS:
        return None
    days = [day for version in policy.versions for day in (version.effective_date, version.published_date)]
    first, last = min(days), max(days)
    is_mirrored = site.phrases(locale).language.direction == "rtl"

    def place(day: date) -> int:
        along = round((day - first).days * (WIDTH - _LEFT - _RIGHT) / max((last - first).days, 1)) + _LEFT
        return WIDTH - along if is_mirrored else along

    words = {version.label: _words_changed(site, policy, version) for version in policy.versions}
    most = max(words.values()) or 1
    bars = []
    for version in policy.versions:
        height = _LOWEST + round((_HIGHEST - _LOWEST) * (words[version.label] / most) ** 0.5)
        bars.append(
            Bar(
                version=version_link(site, policy, version, locale),
                significance=significance_badge(version.significance, site.phrases(locale)),
                words=words[version.label],
                x=place(version.effective_date),
                published=place(version.published_date),
                height=height,
                y=BASE - height,
                is_ahead=version.effective_at > site.at,
                is_withdrawn=version.withdrawn_at is not None,
            )
        )
    years = range(first.year + 1, last.year + 1)
    ticks = tuple(Tick(year, place(date(year, 1, 1))) for year in years)
    return Timeline(tuple(bars), ticks, WIDTH, BASE, is_mirrored)


def _words_changed(site: Site, policy: Policy, version: Version) -> int:
    comparison = site.comparisons.compare_with_previous(policy, version, policy.authoritative_locale)
    return comparison.redline.words_added + comparison.redline.words_deleted if comparison else 0
