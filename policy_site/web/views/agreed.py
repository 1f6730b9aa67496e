"""Where readers find what changed since they agreed, by the day on which they did."""

from __future__ import annotations

from dataclasses import dataclass

from policy_site.model import Policy
from policy_site.pages import Page, PageKind
from policy_site.static_files import module_name
from policy_site.web.parts.values import VersionLink, version_link
from policy_site.web.shell import Crumb, Frame, make_shell
from policy_site.web.site import Day, Screen, Site, Title
from policy_site.web.timeline import row_id, shown, years_of


@dataclass(frozen=True, slots=True)
class AgreedPeriod:
    """Days on which who agreed was shown one version."""

    first: Day
    last: Day | None
    """``None`` while it goes on."""
    version: VersionLink
    id: str
    """Of its row."""
    since: str | None
    """What changed since; ``None`` for the version in force."""


@dataclass(frozen=True, slots=True)
class AgreedView:
    """Every day on which one can have agreed."""

    title: Title
    periods: tuple[AgreedPeriod, ...]
    """Newest first."""
    years: tuple[tuple[int, str], ...]
    """Years, and the ids of the rows they lead to; none where there are few."""
    upcoming: VersionLink | None
    """The first of the versions that are announced."""
    upcoming_page: str
    time_zone: str
    history: str


def view_agreed(site: Site, page: Page, *, locale: str, policy: Policy) -> Screen:
    """Ask when the reader agreed, and lead to what changed since."""
    phrases = site.phrases(locale)
    title = site.policy_title(policy, locale)
    upcoming = site.upcoming(policy)
    names = {"locale": locale, "policy": policy.id}
    today = site.at.astimezone(site.publication.settings.zone).date()
    spans = [
        span
        for span in reversed(shown(policy, site.publication.settings.zone))
        if span.version is not None and span.first <= today
    ]
    periods = tuple(
        AgreedPeriod(
            first=site.day(span.first, locale),
            last=site.day(span.last, locale) if span.last else None,
            version=version_link(site, policy, span.version, locale),
            id=row_id(span),
            since=site.find_link(PageKind.SINCE, **names, older=span.version.label),
        )
        for span in spans
        if span.version is not None
    )
    view = AgreedView(
        title=title,
        periods=periods,
        years=years_of(spans),
        upcoming=version_link(site, policy, upcoming[0], locale) if upcoming else None,
        upcoming_page=site.link(PageKind.UPCOMING, **names),
        time_zone=site.publication.settings.time_zone,
        history=site.link(PageKind.HISTORY, **names),
    )
    name = phrases.gettext("When did you agree?")
    frame = Frame(
        title=phrases.gettext("What changed since you agreed: %(policy)s", policy=title.text),
        policy=policy,
        crumbs=[Crumb(name, site.link(page.kind, **page.parameters), phrases.language)],
        script=site.link(PageKind.STATIC, name=module_name("days/page.mjs")),
    )
    return Screen("agreed.html", make_shell(site, page, frame), view, phrases)
