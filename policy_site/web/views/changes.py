"""What a version changes, on one screen."""

from __future__ import annotations

from dataclasses import dataclass

from policy_site.model import Policy, Standing
from policy_site.pages import Page, PageKind
from policy_site.web.parts.banner import Banner, make_banner, notice_days
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
class ChangesView:
    """What a version changes, on one screen."""

    title: Title
    line: VersionLine
    banner: Banner
    words: ShownWords | None
    sections: tuple[SectionLine, ...]
    consent_is_renewed: bool
    is_retroactive: bool
    notice_days: int
    text_is_missing: bool
    history: str


def view_changes(site: Site, page: Page, *, locale: str, policy: Policy, version: str) -> Screen:
    """Show what a version changes, on one screen: what a notice links to."""
    phrases = site.phrases(locale)
    shown = policy.version(version)
    title = site.policy_title(policy, locale)
    comparison = site.comparisons.compare_with_previous(policy, shown, locale)
    view = ChangesView(
        title=title,
        line=version_line(site, policy, shown, locale),
        banner=make_banner(site, policy, shown, locale),
        words=release_words(site, policy, shown, locale),
        sections=section_lines(site, comparison, locale, redline=compare_link(site, policy, shown, locale) or Link(""))
        if comparison
        else (),
        consent_is_renewed=bool(shown.note and shown.note.consent == "renew"),
        is_retroactive=bool(shown.note and shown.note.retroactive),
        notice_days=notice_days(shown),
        text_is_missing=shown.previous is not None and comparison is None,
        history=site.link(PageKind.HISTORY, locale=locale, policy=policy.id),
    )
    crumbs = [
        Crumb(phrases.gettext("All versions"), view.history, phrases.language),
        Crumb(name_of(view.line.version, phrases), view.line.version.href, phrases.language),
        Crumb(phrases.gettext("What changed"), site.link(page.kind, **page.parameters), phrases.language),
    ]
    day = name_of(view.line.version, phrases)
    if view.line.standing.kind == Standing.UPCOMING:
        name = phrases.gettext("%(policy)s: what changes on %(day)s", policy=title.text, day=day)
    else:
        name = phrases.gettext("%(policy)s: what changed on %(day)s", policy=title.text, day=day)
    source = {**page.parameters, "locale": policy.authoritative_locale}
    is_fallback = view.words is not None and view.words.is_fallback
    frame = Frame(
        name,
        policy=policy,
        crumbs=crumbs,
        canonical=site.absolute_link(page.kind, **source) if is_fallback else None,
    )
    return Screen("changes.html", make_shell(site, page, frame), view, phrases)
