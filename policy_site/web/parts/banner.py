"""Where a version stands, for a banner that cannot be missed; and how long before it was announced."""

from __future__ import annotations

from dataclasses import dataclass

from policy_site.catalogue.standing import applied_until, standing
from policy_site.model import Policy, Standing, Version
from policy_site.pages import PageKind
from policy_site.web.parts.values import Badge, VersionLink, standing_badge, version_link
from policy_site.web.site import Day, Site


@dataclass(frozen=True, slots=True)
class Banner:
    """Where the version on the page stands, for a banner that cannot be missed."""

    standing: Badge
    since: Day
    """First day on which it applies, or was to."""
    until: Day | None
    successor: VersionLink | None
    """The version that took its place."""
    present: str | None
    """The text in force."""
    next: VersionLink | None
    """On the text in force: the one that is announced."""
    upcoming: str
    """Where is told what it changes."""


def make_banner(site: Site, policy: Policy, version: Version, locale: str) -> Banner:
    """Say where ``version`` stands."""
    where = standing(policy, version, site.at)
    ended = applied_until(policy, version, site.at)
    in_force = site.in_force(policy)
    upcoming = site.upcoming(policy)
    successor = _successor(policy, version, in_force) if where is Standing.SUPERSEDED else None
    return Banner(
        standing=standing_badge(where, site.phrases(locale)),
        since=site.day(version.effective_date, locale),
        until=site.day_of(ended, locale) if ended else None,
        successor=version_link(site, policy, successor, locale) if successor else None,
        present=site.link(PageKind.POLICY, locale=locale, policy=policy.id) if in_force else None,
        next=version_link(site, policy, upcoming[0], locale) if upcoming and where is Standing.IN_FORCE else None,
        upcoming=site.link(PageKind.UPCOMING, locale=locale, policy=policy.id),
    )


def notice_days(version: Version) -> int:
    """Return how many days before it takes effect ``version`` was announced; negative where it was announced later."""
    return (version.effective_date - version.published_date).days


def _successor(policy: Policy, version: Version, in_force: Version | None) -> Version | None:
    """Return the first later version that came to apply, as far as is known now."""
    if in_force is None:
        return None
    last = policy.versions.index(in_force)
    later = policy.versions[policy.versions.index(version) + 1 : last + 1]
    applied = [candidate for candidate in later if candidate.withdrawn_at is None]
    return applied[0] if applied else in_force
