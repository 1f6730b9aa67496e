"""The list of the policies."""

from __future__ import annotations

from dataclasses import dataclass

from policy_site.pages import Page, PageKind
from policy_site.web.parts.values import VersionLine, site_description, version_line
from policy_site.web.shell import Frame, make_shell
from policy_site.web.site import Day, Screen, Site, Title


@dataclass(frozen=True, slots=True)
class PolicyEntry:
    """A policy in the list."""

    title: Title
    href: str
    history: str
    since: Day | None
    """First day of the version in force; ``None`` where none is."""
    line: VersionLine | None
    upcoming: VersionLine | None
    upcoming_page: str
    retired: Day | None
    """Since when it no longer applies."""


@dataclass(frozen=True, slots=True)
class PolicyGroup:
    """Policies that stand together under a heading."""

    heading: str
    """As the operator wrote it; empty for those that stand in none."""
    policies: tuple[PolicyEntry, ...]


@dataclass(frozen=True, slots=True)
class PoliciesView:
    """All policies of the site."""

    title: str
    publisher: str
    groups: tuple[PolicyGroup, ...]


def view_policies(site: Site, page: Page, *, locale: str) -> Screen:
    """List the policies."""
    settings = site.publication.settings
    phrases = site.phrases(locale)
    headings = {policy.id: settings.policy(policy.id).group for policy in site.publication.policies}
    groups = tuple(
        PolicyGroup(
            heading,
            tuple(_policy_entry(site, policy, locale) for policy, own in headings.items() if own == heading),
        )
        for heading in dict.fromkeys(headings.values())
    )
    frame = Frame(phrases.gettext("Policies"), site_description(site, phrases))
    view = PoliciesView(settings.title_in(locale), settings.publisher, groups)
    return Screen("policies.html", make_shell(site, page, frame), view, phrases)


def _policy_entry(site: Site, policy_id: str, locale: str) -> PolicyEntry:
    policy = site.publication.policy(policy_id)
    in_force = site.in_force(policy)
    upcoming = next(iter(site.upcoming(policy)), None)
    names = {"locale": locale, "policy": policy.id}
    return PolicyEntry(
        title=site.policy_title(policy, locale),
        href=site.link(PageKind.POLICY, **names),
        history=site.link(PageKind.HISTORY, **names),
        since=site.day(in_force.effective_date, locale) if in_force else None,
        line=version_line(site, policy, in_force, locale) if in_force else None,
        upcoming=version_line(site, policy, upcoming, locale) if upcoming else None,
        upcoming_page=site.link(PageKind.UPCOMING, **names),
        retired=site.day_of(policy.retired_at, locale) if policy.retired_at else None,
    )
