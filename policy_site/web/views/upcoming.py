"""The page about what comes next: what changes, when, and the text itself."""

from __future__ import annotations

from dataclasses import dataclass

from policy_site.catalogue.standing import edition_for
from policy_site.model import Policy, Version
from policy_site.pages import Page, PageKind
from policy_site.web.parts.banner import notice_days
from policy_site.web.parts.text import ShownText, make_text
from policy_site.web.parts.values import (
    SectionLine,
    ShownWords,
    VersionLine,
    compare_link,
    name_of,
    release_words,
    section_lines,
    version_line,
)
from policy_site.web.shell import Crumb, Frame, make_shell
from policy_site.web.site import Link, Screen, Site, Title


@dataclass(frozen=True, slots=True)
class UpcomingVersion:
    """A version that lies ahead, with what it changes."""

    line: VersionLine
    words: ShownWords | None
    sections: tuple[SectionLine, ...]
    notice_days: int


@dataclass(frozen=True, slots=True)
class UpcomingView:
    """What comes next."""

    title: Title
    versions: tuple[UpcomingVersion, ...]
    text: ShownText | None
    """Of the first one."""
    present: str
    history: str


def view_upcoming(site: Site, page: Page, *, locale: str, policy: Policy) -> Screen:
    """Show what comes next: what changes, when, and the text itself."""
    phrases = site.phrases(locale)
    versions = site.upcoming(policy)
    title = site.policy_title(policy, locale)
    text = None
    if versions:
        edition, fidelity = edition_for(policy, versions[0], locale)
        text = make_text(site, page, policy, versions[0], edition, fidelity, locale)
    view = UpcomingView(
        title=title,
        versions=tuple(_upcoming_version(site, policy, version, locale) for version in versions),
        text=text,
        present=site.link(PageKind.POLICY, locale=locale, policy=policy.id),
        history=site.link(PageKind.HISTORY, locale=locale, policy=policy.id),
    )
    name = phrases.gettext("Upcoming")
    frame = Frame(
        title=phrases.gettext(
            "%(policy)s: what changes on %(day)s",
            policy=title.text,
            day=name_of(view.versions[0].line.version, phrases),
        )
        if versions
        else phrases.gettext("Upcoming: %(policy)s", policy=title.text),
        policy=policy,
        crumbs=[Crumb(name, site.link(page.kind, **page.parameters), phrases.language)],
        is_indexed=bool(versions),
    )
    return Screen("upcoming.html", make_shell(site, page, frame), view, phrases)


def _upcoming_version(site: Site, policy: Policy, version: Version, locale: str) -> UpcomingVersion:
    comparison = site.comparisons.compare_with_previous(policy, version, locale)
    return UpcomingVersion(
        line=version_line(site, policy, version, locale),
        words=release_words(site, policy, version, locale),
        sections=section_lines(
            site, comparison, locale, redline=compare_link(site, policy, version, locale) or Link("")
        )
        if comparison
        else (),
        notice_days=notice_days(version),
    )
