"""The text in force."""

from __future__ import annotations

from dataclasses import dataclass, replace

from policy_site.catalogue.standing import current_edition
from policy_site.model import Edition, Fidelity, Policy, Version
from policy_site.pages import Page, PageKind
from policy_site.web.parts.banner import Banner, make_banner
from policy_site.web.parts.text import ShownText, make_text
from policy_site.web.parts.values import Downloads, VersionLine, make_downloads, version_line, version_link
from policy_site.web.shell import Frame, make_shell
from policy_site.web.site import Day, Screen, Site, Title


@dataclass(frozen=True, slots=True)
class PolicyView:
    """The text in force."""

    title: Title
    retired: Day | None
    """First day on which the policy no longer applied to anyone."""
    reviewed: Day | None
    """When people last looked through the text and found nothing to change."""
    banner: Banner | None
    """``None`` where no version is in force."""
    text: ShownText | None
    line: VersionLine | None
    upcoming: tuple[VersionLine, ...]
    upcoming_page: str
    history: str
    downloads: Downloads | None
    """Of the text shown."""
    agreed: str | None
    """Where readers find what changed since they agreed; ``None`` where nothing ever did."""


def view_policy(site: Site, page: Page, *, locale: str, policy: Policy) -> Screen:
    """Show the text in force."""
    phrases = site.phrases(locale)
    in_force = site.in_force(policy)
    edition, fidelity = site.shown(policy, in_force, locale) if in_force else (None, Fidelity.MISSING)
    title = site.policy_title(policy, locale)
    view = PolicyView(
        title=title,
        retired=site.day_of(policy.retired_at, locale) if policy.retired_at else None,
        reviewed=site.day(policy.reviewed[max(policy.reviewed)], locale) if policy.reviewed else None,
        banner=make_banner(site, policy, in_force, locale) if in_force else None,
        text=_present_text(site, page, policy, in_force, edition, fidelity, locale) if in_force else None,
        line=version_line(site, policy, in_force, locale) if in_force else None,
        upcoming=tuple(version_line(site, policy, later, locale) for later in site.upcoming(policy)),
        upcoming_page=site.link(PageKind.UPCOMING, locale=locale, policy=policy.id),
        history=site.link(PageKind.HISTORY, locale=locale, policy=policy.id),
        downloads=make_downloads(site, policy, edition.version, edition.locale) if edition else None,
        agreed=site.find_link(PageKind.AGREED, locale=locale, policy=policy.id),
    )
    frame = Frame(
        title=title.text,
        description=phrases.gettext(
            "%(policy)s, in force since %(day)s, with every earlier version and what changed.",
            policy=title.text,
            day=phrases.date_in_words(in_force.effective_date),
        )
        if in_force
        else "",
        policy=policy,
    )
    return Screen("policy.html", make_shell(site, page, frame), view, phrases)


def _present_text(
    site: Site, page: Page, policy: Policy, version: Version, edition: Edition | None, fidelity: Fidelity, locale: str
) -> ShownText | None:
    """Return the text in force; where a stale translation yields to it, with the way to that."""
    text = make_text(site, page, policy, version, edition, fidelity, locale)
    yielding, own_fidelity = current_edition(policy, version, locale)
    if text is None or yielding is None or own_fidelity is not Fidelity.BEHIND or yielding == edition:
        return text
    return replace(text, yielded=version_link(site, policy, policy.version(yielding.version), locale))
